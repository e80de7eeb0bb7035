"""How many letters were signed and sent on a day, and how many wait, for 今日 and the digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.digest.model import LetterCounts
from storage.notices import NoticeState, OutboxNotice


def count_letters(rows: Sequence[OutboxNotice], start: datetime, end: datetime) -> LetterCounts:
    """Of a school's letters of cases. What was signed is told by the time that the paper itself bears."""
    mine = [row for row in rows if row.case_number]
    waiting = [row for row in mine if row.state in (NoticeState.SENT, NoticeState.FAILED)]
    return LetterCounts(
        to_sign=sum(row.state is NoticeState.DRAFT for row in mine),
        deferred=sum(row.state is NoticeState.DEFERRED for row in mine),
        signed=sum(
            bool(row.since and row.since >= start) and row.signed_at is not None and start <= row.signed_at <= end
            for row in mine
        ),
        sent=sum(row.sent_at is not None and start <= row.sent_at <= end for row in mine),
        to_print=sum(row.state is NoticeState.TO_PRINT for row in mine),
        undelivered=len(waiting),
        undelivered_since=min((row.sent_at or row.created_at for row in waiting), default=None),
        stopped=sum(
            row.state is NoticeState.STOPPED
            and row.number != ""
            and row.since is not None
            and start <= row.since <= end
            for row in mine
        ),
    )
