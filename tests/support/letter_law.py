"""What must hold of an office's letters after every step, read straight from the tables of its SQLite database."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rules.cases.case import Case, CaseEvent, EventKind, StepRecord, rebuild_case
from rules.model import CaseState
from storage.letters import UNSIGNED
from storage.notices import NoticeState
from storage.serialization import load

LEFT = (NoticeState.CLAIMED, NoticeState.SENT, NoticeState.DELIVERED)
LADDER = ("reminder", "rectification", "public_notice", "shutdown")
case_of = lru_cache(maxsize=4096)(lambda document: load(Case, document))
event_of = lru_cache(maxsize=4096)(lambda document: load(CaseEvent, document))


@dataclass(frozen=True)
class Letter:
    """A row of the outbox, without its paper."""

    id: str
    number: str
    state: NoticeState
    kind: str


class LetterLaw:
    """Reads on a connection of its own, so that SQLite itself says whether anything was written since."""

    def __init__(self, file: Path) -> None:
        """Over an upgraded database."""
        self._db = sqlite3.connect(file)
        self._version = 0

    def letters(self) -> list[Letter]:
        """Every letter of a case, by id."""
        query = "SELECT id, number, state, document_type FROM notice WHERE case_number != '' ORDER BY id"
        return [Letter(id, number, NoticeState(state), kind) for id, number, state, kind in self._db.execute(query)]

    def judge(self, read: Collection[tuple[str, str]]) -> None:
        """Everything that must hold; ``read``: each paper and fingerprint that somebody had open."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return
        self._version = version
        rows, cases = self.letters(), self._cases()
        about, own = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
        for notice, number in self._db.execute("SELECT notice, case_number FROM notice_case"):
            about[notice].add(number)
            own[number].add(notice)
        _numbers_without_gap(rows)
        events = self._events()
        for row in rows:
            assert about[row.id], "a letter is about a case"
            assert about[row.id] <= set(cases), "and that case is known"
            if row.state is NoticeState.DEFERRED:
                _put_off(row, about, events)
            if row.number or (row.kind == "reminder" and _signed(row, about, events)):
                _signed_by_a_reader(row, about, events, read)
            else:
                assert row.state not in LEFT or row.kind == "reminder", "nothing leaves without a number"
        for number, case in cases.items():
            mine = [row for row in rows if row.id in own[number]]
            assert {record.notice for record in case.issued_steps if record.notice} <= {row.id for row in mine}
            if case.state is CaseState.WITHDRAWN:
                _corrected(mine)
            if case.state.is_final:
                assert not [r for r in mine if r.state in UNSIGNED and r.kind in LADDER]

    def _cases(self) -> dict[str, Case]:
        found = self._db.execute("SELECT document FROM case_record")
        return {case.number: case for (document,) in found if (case := case_of(document))}

    def _events(self) -> dict[str, list[CaseEvent]]:
        events = defaultdict[str, list[CaseEvent]](list)
        for number, document in self._db.execute("SELECT case_number, document FROM case_event ORDER BY id"):
            events[number].append(event_of(document))
        return events

    def close(self) -> None:
        """Give the connection back."""
        self._db.close()


def _numbers_without_gap(rows: list[Letter]) -> None:
    series = defaultdict[str, list[int]](list)
    for row in rows:
        if row.number:
            series[row.kind].append(int(row.number.rpartition("〕")[2].removesuffix("号")))
    for kind, numbers in series.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), f"{kind}: no gap and no double"


def _signed(row: Letter, about: dict[str, set[str]], events: dict[str, list[CaseEvent]]) -> list[CaseEvent]:
    mine = (event for number in about[row.id] for event in events[number])
    return [event for event in mine if event.kind is EventKind.APPROVED and event.data.notice == row.id]


def _signed_by_a_reader(
    row: Letter, about: dict[str, set[str]], events: dict[str, list[CaseEvent]], read: Collection[tuple[str, str]]
) -> None:
    signed = _signed(row, about, events)
    assert {event.number for event in signed} == about[row.id], f"{row.number} bears no signature"
    assert {event.by for event in signed} == {"王部长"}
    assert all((row.id, event.data.seen) in read for event in signed), "signed by a person who had it open"


def _put_off(row: Letter, about: dict[str, set[str]], events: dict[str, list[CaseEvent]]) -> None:
    """A draft put off has no number, and some case of it tells who put it off; no step was issued by it."""
    told = {e.kind for number in about[row.id] for e in events[number] if e.data.notice == row.id}
    assert not row.number
    assert EventKind.DEFERRED in told, "its history tells it"
    assert not any(record.notice == row.id for record in _issued(row, about, events)), "no step takes it for signed"


def _issued(row: Letter, about: dict[str, set[str]], events: dict[str, list[CaseEvent]]) -> list[StepRecord]:
    return [record for number in about[row.id] for record in rebuild_case(events[number]).issued_steps]


def _corrected(own: list[Letter]) -> None:
    """Every paper of a withdrawn case that left is corrected, or was never anybody's."""
    told = [row for row in own if row.kind in LADDER and row.state in LEFT]
    corrections = [row for row in own if row.kind == "correction" and row.state is not NoticeState.STOPPED]
    assert not told or corrections, f"{told[0].id} left and is not corrected"
    waiting = [row for row in own if row.kind in LADDER and row.state in (NoticeState.DUE, NoticeState.TO_PRINT)]
    assert not waiting, "what nobody had is stopped"
