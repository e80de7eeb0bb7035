"""The end of a 摸底 for one of its cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rules.cases.case import Case, CaseError, EventKind, EventPayload, Transition
from rules.cases.moves import change


def release(case: Case, by: str, drafts_from: datetime, now: datetime) -> Transition:
    """Papers of this case are drafted from now on, its first step not before ``drafts_from``. Raises CaseError."""
    if not case.surveyed:
        raise CaseError(f"{case.number} 不在摸底之中")
    waiting = case.pending_step
    records = (replace(waiting, due_at=max(waiting.due_at, drafts_from)),) if waiting else ()
    reason = f"自{drafts_from:%Y-%m-%d}起拟文"
    return change(case, EventKind.RELEASED, now, by, reason, EventPayload(records=records))
