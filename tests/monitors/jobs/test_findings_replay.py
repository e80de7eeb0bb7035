"""A small year from bytes alone: the same findings, and a record that says more than its bytes is told."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from monitors.app_context import AppContext
from monitors.jobs.findings_replay import told_pairs
from tests.support.cli import run
from tests.support.recorded_year import END, recorded_year, replayed


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppContext]:
    context = recorded_year(tmp_path_factory.mktemp("year"), accounts=10, days=98, every=14, seed=5)
    yield context
    context.store.close()


def test_the_bytes_give_every_finding_again(year: AppContext) -> None:
    report = replayed(year)
    assert (report.differing, report.lost) == ([], [])
    assert report.same >= 50
    assert report.looks > 50


def test_a_state_that_was_edited_is_contradicted(year: AppContext) -> None:
    """The present of an account stands in a table that no page is cited for: only making it anew finds the edit."""
    with year.store.database.engine.begin() as connection:
        key, document = connection.execute(
            text(
                "SELECT key, document FROM account_state WHERE outcome = 'ok' AND document LIKE '%last_post_at%' LIMIT 1"
            )
        ).one()
        edited = json.loads(document) | {"last_post_at": "2024-01-01T00:00:00+08:00"}
        connection.execute(
            text("UPDATE account_state SET document = :d WHERE key = :k"), {"d": json.dumps(edited), "k": key}
        )
    try:
        report = replayed(year)
        assert {pair.one.account for pair in report.differing} == {key}
        assert all("由存证重算为" in line for line in told_pairs(report))
    finally:
        with year.store.database.engine.begin() as connection:
            connection.execute(text("UPDATE account_state SET document = :d WHERE key = :k"), {"d": document, "k": key})


def test_the_command_says_so_in_a_line(year: AppContext, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(year.settings.data)
    code, out, _ = run(capsys, "--data", data, "--now", END.isoformat(), "evidence", "replay", "--findings")
    assert (code, "不一致 0 条" in out) == (0, True), out
    one = str(next(year.evidence.glob("*/*.warc.gz")))
    code, _, said = run(capsys, "--data", data, "evidence", "replay", one, "--findings")
    assert (code, "整个存证目录" in said) == (2, True)
