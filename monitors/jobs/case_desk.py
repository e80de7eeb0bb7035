"""The door to a school's cases: one transaction with its writer, and, once it is kept, one line in the log for each thing that happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from monitors.app_context import AppContext
from monitors.jobs.case_writer import CaseWriter
from rules.calendar import china_calendar
from rules.cases.case import EventKind
from rules.model import Platform

log = structlog.get_logger()
NO_NEWS = frozenset({EventKind.CONFIRMED})
"""Seen once more, as every day: in the case's history, not in the log."""


@contextmanager
def case_desk(context: AppContext, school: str, now: datetime) -> Iterator[CaseWriter]:
    """Write to a school's cases: all of it is kept, or nothing. Raises KeyError where the school has no policy."""
    with context.store.cases.transaction(school, now) as book:
        policy, frozen = context.policies[school], frozen_platforms(context)
        yield CaseWriter(context, book, policy, china_calendar(), now, frozen)
    for number, kind in book.written:
        if kind not in NO_NEWS:
            log.info(f"case.{kind.value}", case=number)


def frozen_platforms(context: AppContext) -> set[Platform]:
    """Platforms whose breaker is open: nothing escalates there."""
    return set(context.store.platform_state.open_breakers())
