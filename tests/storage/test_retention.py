"""What expires, and what nothing may take: whatever any row of any table still cites is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, Float, Integer, LargeBinary, insert
from sqlmodel import SQLModel

from rules.accounts.state import apply_observation
from rules.candidates import Candidate, CandidateKind, CandidateState
from rules.model import Outcome, Platform, SearchHit
from rules.retention import RetentionPeriods, RetentionRule
from storage.evidence_citations import ABOUT_ONE_ACCOUNT, NO_CITATION, cited
from storage.store import Store
from storage.tables import UtcDateTime
from tests.conftest import NOW
from tests.support.databases import place_database
from tests.support.factories import filing, observed

PERIODS = RetentionPeriods(timedelta(days=180), timedelta(days=365))
LONG_AGO = NOW - timedelta(days=400)


def id_of(n: int) -> str:
    return f"2026-01-05.discovery-20260105-031500-abcdef01-77-000.{n}.{n:024x}"


def key_of(n: int) -> str:
    return f"weibo:{9_000_000_000 + n}"


def url_of(n: int) -> str:
    return f"https://weibo.com/u/{9_000_000_000 + n}"


def found(n: int, *, personal: bool = False, state: CandidateState = CandidateState.WAITING, **more: Any) -> Candidate:
    given: dict[str, Any] = (
        {"decided_at": LONG_AGO, "decided_by": "李老师"} if state is not CandidateState.WAITING else {}
    )
    if personal and state is not CandidateState.CONFIRMED:
        given["expires_at"] = LONG_AGO + PERIODS.personal
    candidate = Candidate(
        school="demo", key=key_of(n), platform=Platform.WEIBO, name=f"示范大学某某{n}", url=url_of(n),
        kind=CandidateKind.SUSPECT, why="名称", personal=personal, evidence=(id_of(n),), first_seen_at=LONG_AGO,
        last_seen_at=LONG_AGO, state=state,
    )  # fmt: skip
    return replace(candidate, **given | more)


CANDIDATES = [
    ("a personal one, over", found(1, personal=True), RetentionRule.PERSONAL),
    ("a personal one, excluded, over", found(2, personal=True, state=CandidateState.EXCLUDED), RetentionRule.PERSONAL),
    ("a personal one, met again", found(3, personal=True, expires_at=NOW + timedelta(1)), None),
    ("a personal one, confirmed", found(4, personal=True, state=CandidateState.CONFIRMED), None),
    ("excluded long ago", found(5, state=CandidateState.EXCLUDED), RetentionRule.DISMISSED),
    ("excluded lately", found(6, state=CandidateState.EXCLUDED, decided_at=NOW - timedelta(364)), None),
    ("waiting", found(7), None),
    ("confirmed", found(8, state=CandidateState.CONFIRMED), None),
    ("filed since", found(9, state=CandidateState.FILED), None),
]  # fmt: skip


def test_what_is_over(store: Store) -> None:
    store.candidates.meet([candidate for _, candidate, _ in CANDIDATES])
    wanted = {candidate.evidence[0]: rule for _, candidate, rule in CANDIDATES if rule}
    assert store.retention.due(NOW, PERIODS).evidence == wanted
    assert store.retention.pending() == {}
    due = store.retention.collect(NOW, PERIODS)
    assert due.evidence == store.retention.pending() == store.retention.clear(NOW) == wanted
    assert store.retention.pending(cleared=True) == wanted
    left = {candidate.key: candidate for candidate in store.candidates.all()}
    for told, candidate, rule in CANDIDATES:
        match rule:
            case None:
                assert left[candidate.key] == candidate, told
            case RetentionRule.PERSONAL:
                assert candidate.key not in left, told
            case _:
                kept = replace(candidate, evidence=(), evidence_expired_at=NOW)
                assert left[candidate.key] == kept, "the decision stays, or it would be asked for again"
    assert store.retention.collect(NOW, PERIODS).evidence == {}
    assert "示范大学某某" not in str(store.retention.all())


def test_what_was_seen_of_strangers_goes_with_them(store: Store) -> None:
    """Searches that listed a forgotten account, looks at it, old scans of others; never what is seen of an account on file."""
    person = found(1, personal=True)
    hit = SearchHit(platform=Platform.WEIBO, name=person.name, account_id="9000000001", url=person.url)
    other = replace(hit, account_id="9000000002", url=url_of(2))
    store.candidates.meet([person])
    store.filings.save([filing(platform=Platform.WEIBO, account_id="9000000050", url=url_of(50))], by="测试", now=NOW)
    look = observed(LONG_AGO, platform=Platform.WEIBO, outcome=Outcome.OK)
    looks = [
        ("discovery-1", "search:weibo:示范", replace(look, results=(other, hit), evidence=id_of(11)), True),
        ("discovery-1", "search:weibo:大学", replace(look, results=(other,), evidence=id_of(12)), False),
        ("scan-1", key_of(1), replace(look, name="某某", url=person.url, evidence=id_of(13)), True),
        ("scan-1", key_of(31), replace(look, evidence=id_of(14)), True),
        ("scan-2", key_of(32), replace(look, observed_at=NOW - timedelta(days=179), evidence=id_of(15)), False),
        ("scan-1", key_of(50), replace(look, evidence=id_of(16)), False),
        ("sweep-1", key_of(50), replace(look, evidence=id_of(17)), False),
    ]
    for run, key, seen, _ in looks:
        store.observations.record(run, [(key, seen)], apply_observation)
    due = store.retention.collect(NOW, PERIODS)
    over = {seen.evidence for _, _, seen, goes in looks if goes}
    assert due.evidence.keys() == over | {id_of(1)}
    assert store.retention.clear(NOW).keys() == over | {id_of(1)}
    store.retention.expired([*due.evidence], NOW)
    assert store.retention.pending() == {}
    rows = {seen.evidence: (key, seen) for key, seen, columns in store.observations.checked(NOW) if columns == ()}
    assert rows.keys() == {seen.evidence for _, _, seen, _ in looks}, "no look is lost, only what it said"
    for _, key, seen, goes in looks:
        kept_key, kept = rows[seen.evidence]
        if not goes:
            assert (kept_key, kept) == (key, seen)
            continue
        assert kept_key == (key if key.startswith("search:") else "expired:weibo")
        assert (kept.observed_at, kept.outcome, kept.results, kept.name) == (seen.observed_at, seen.outcome, (), None)
        assert "到期销毁" in kept.reason
    assert store.observations.states([key_of(1), key_of(31)], NOW) == {}
    assert store.observations.states([key_of(50), key_of(32)], NOW).keys() == {key_of(50), key_of(32)}


def _value(column: Any, n: int) -> Any:
    """Something that fits; text wherever it is text."""
    fitting = {LargeBinary: b"", Boolean: False, Float: 0.0, UtcDateTime: NOW, Date: date(2026, 1, 5), Integer: n}
    return next((value for kind, value in fitting.items() if isinstance(column.type, kind)), id_of(n))


def test_whatever_a_table_cites_is_kept(tmp_path: Path) -> None:
    """Every column of text of every table holds an id of its own; a table made tomorrow is asked as well."""
    store, number = Store(place_database(tmp_path)), 1000
    keeps: dict[str, bool] = {}
    with store.database.write() as tx:
        for target in SQLModel.metadata.sorted_tables:
            row = {}
            for column in target.c:
                number += 1
                row[column.name] = key_of(number) if column.name == "key" else _value(column, number)
                if isinstance(row[column.name], str) and column.name != "key":
                    keeps[row[column.name]] = target.name not in {*NO_CITATION, *ABOUT_ONE_ACCOUNT, "observation"}
            tx.execute(insert(target), [row])
        assert cited(tx, keeps.keys()) == {id for id, kept in keeps.items() if kept}
    store.close()


@pytest.mark.parametrize("key", [key_of(50), key_of(7)])
def test_what_was_seen_of_an_account_somebody_has_to_do_with_is_kept(store: Store, key: str) -> None:
    store.filings.save([filing(platform=Platform.WEIBO, account_id="9000000050", url=url_of(50))], by="测试", now=NOW)
    shared = replace(found(1, personal=True), evidence=(id_of(20),))
    store.candidates.meet([found(7), shared])
    look = observed(LONG_AGO, platform=Platform.WEIBO, evidence=id_of(20))
    store.observations.record("sweep-1", [(key, look)], apply_observation)
    assert store.retention.collect(NOW, PERIODS).evidence == {id_of(20): RetentionRule.PERSONAL}
    assert store.retention.clear(NOW) == {}, "cited, and asked again next time"
    assert store.retention.pending() == {id_of(20): RetentionRule.PERSONAL}
    assert store.retention.pending(cleared=True) == {}
