"""`xunjian coverage`, the kept figures, and what Prometheus hears of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from monitors.app_context import AppContext
from monitors.cli.main import main
from monitors.jobs.coverage import count_coverage
from monitors.metrics import registry_of
from monitors.settings import load_settings
from storage.store import Store
from tests.conftest import NOW
from tests.support.console import furnish, open_world

KEYS = ["school", "platform", "accounts", "known", "active", "silent", "unknown", "asked", "overdue"]


def test_the_command_prints_a_row_a_platform_and_one_of_all(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    furnish(context := open_world(tmp_path))
    context.store.close()
    arguments = ["--data", str(tmp_path), "--now", NOW.isoformat(), "coverage", "--school", "demo", "--format", "json"]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert not ended.value.code
    rows = json.loads(capsys.readouterr().out)
    assert [list(row) for row in rows] == [KEYS] * len(rows)
    every = rows[-1]
    assert (every["school"], every["platform"]) == ("demo", "all")
    assert every["accounts"] == sum(row["accounts"] for row in rows[:-1]) == 24
    for row in rows:
        assert row["known"] + row["unknown"] == row["accounts"]
        assert row["known"] == row["active"] + row["silent"]
    assert 0 < every["known"] < every["accounts"]


@pytest.mark.parametrize(("form", "said"), [("json", '"platform": "all"'), ("text", "请先导入台账")])
def test_an_empty_register_is_an_answer(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str, said: str
) -> None:
    Store(load_settings(data=tmp_path).database).close()
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(tmp_path), "coverage", "--format", form])
    assert not ended.value.code
    out = capsys.readouterr().out
    assert said in out
    if form == "json":
        assert json.loads(out) == [{"school": "all", "platform": "all"} | dict.fromkeys(KEYS[2:], 0)]


def test_an_unknown_school_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    Store(load_settings(data=tmp_path).database).close()
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(tmp_path), "coverage", "--school", "nowhere"])
    assert ended.value.code == 2
    assert "没有学校" in capsys.readouterr().err


def test_the_figures_are_kept_and_scraped(context: AppContext) -> None:
    furnish(context)
    context.clock = lambda: NOW
    count_coverage(context)
    kept = context.store.coverage.all()
    assert set(kept) == {"demo", "sias"}
    assert kept["demo"].at == NOW
    scraped = generate_latest(registry_of(context)).decode()
    known = sum(row.known for row in kept["demo"].platforms.values()) / 24
    assert f'xunjian_coverage_share{{school="demo"}} {known}' in scraped
    assert 'xunjian_coverage_accounts{platform="wechat",school="demo",state="unknown"}' in scraped
