"""Whatever is renamed or moved: an installation of version 0.1.0 opens, and says what it said."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from storage.store import Store

Run = Callable[..., str]
CASES_BY_STATE = {"rectifying": 40, "open": 7, "dismissed": 1, "withdrawn": 1, "closed": 1}


def test_its_evidence_is_whole(xunjian: Run, installation: Path) -> None:
    assert (
        xunjian("evidence", "verify", str(installation / "evidence"))
        == "核验一致：21 个文件，433 条记录，561422 字节\n"
    )


def test_its_observations_are_recomputed_from_bytes(xunjian: Run, installation: Path) -> None:
    """Readers may have learned to say something else of a page; what they said it of is still there, every page."""
    told = xunjian("evidence", "replay", str(installation / "evidence")).splitlines()[-1]
    same, other, missing = map(int, re.findall(r"\d+", told))
    assert (same + other, missing) == (352, 0)
    assert same > 200, "the others claim less today, or say what 0.1.0 did not record: ids, counters"


def test_its_cases_stand_where_they_stood(xunjian: Run) -> None:
    cases = json.loads(xunjian("case", "list", "--format", "json"))
    assert Counter(case["state"] for case in cases) == CASES_BY_STATE
    (shown,) = json.loads(xunjian("case", "show", "DEMO-2026-0048", "--format", "json"))
    kinds = [event["kind"] for event in shown["events"]]
    assert kinds.count("appealed") == kinds.count("decided") == 1


def test_no_stored_decision_was_lost(installation: Path) -> None:
    store = Store(f"sqlite:///{installation / 'xunjian.db'}")
    try:
        cases = {case.number: case for case in store.cases.all()}
        assert [case.number for case in cases.values() if case.pending_appeal] == ["DEMO-2026-0049"]
        assert [case.number for case in cases.values() if case.exemption] == ["DEMO-2026-0047"]
        assert {number for number, case in cases.items() for step in case.steps if step.approved_by == "张明"} == {
            "DEMO-2026-0048",
            "DEMO-2026-0038",
        }
        assert Counter(found.state for found in store.candidates.all()) == {
            "waiting": 13,
            "confirmed": 1,
            "excluded": 1,
        }
        assert sum(store.outbox.counts().values()) == 45
    finally:
        store.close()


def test_a_new_check_finds_nothing_new(xunjian: Run) -> None:
    before = json.loads(xunjian("case", "list", "--format", "json"))
    xunjian("check")
    after = json.loads(xunjian("case", "list", "--format", "json"))
    assert [case["number"] for case in after] == [case["number"] for case in before]
