"""Answers to questions over the whole register, remembered until something that they stand on is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import func, select

from storage.database import Database, table
from storage.tables import CaseEventRow, FilingChangeRow, ObservationRow

T = TypeVar("T")
Marks = tuple[tuple[int, int], int]
DECIDED = (table(FilingChangeRow).c.seq, table(CaseEventRow).c.id)
"""Written by a person's click: the next page must show it."""
LOOKED = table(ObservationRow).c.seq
CHEAP, SHARE = 0.05, 20
"""An answer that took less (seconds) is asked for anew whenever somebody looked at an account. A dearer one may be older than
the newest look, by that many times the time it takes: a sweep that writes all day keeps no page busy counting."""
MOST = 500
"""Answers held at once: a view of each person, three questions each."""


@dataclass(frozen=True, slots=True)
class _Answer:
    marks: Marks
    at: float
    took: float
    value: Any


class Remembered:
    """Shared by all threads of a process; another process's writing is seen as its own is."""

    def __init__(self, database: Database, elapsed: Callable[[], float] = time.monotonic) -> None:
        """Over an upgraded database; ``elapsed`` counts seconds."""
        self._db, self._elapsed = database, elapsed
        self._answers: dict[Hashable, _Answer] = {}

    def answer(self, question: Hashable, ask: Callable[[], T]) -> T:
        """What ``ask`` returns, or returned when nothing was different yet."""
        marks, begun = self._marks(), self._elapsed()  # before the asking: what is written meanwhile counts as later
        kept = self._answers.get(question)
        if kept and kept.marks[0] == marks[0] and (kept.marks == marks or begun - kept.at < _may_age(kept.took)):
            value: T = kept.value
            return value
        value = ask()
        if len(self._answers) >= MOST:
            self._answers = {}
        self._answers[question] = _Answer(marks, begun, self._elapsed() - begun, value)
        return value

    def _marks(self) -> Marks:
        query = select(*(select(func.max(column)).scalar_subquery() for column in (*DECIDED, LOOKED)))
        with self._db.read() as tx:
            filed, decided, looked = (int(mark or 0) for mark in tx.execute(query).one())
        return (filed, decided), looked


def _may_age(took: float) -> float:
    return took * SHARE if took > CHEAP else 0.0
