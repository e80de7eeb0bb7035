"""What is asked of a unit, in the words one says to a unit: nothing of who signs what in the office. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from monitors.console.formatting import long_day
from rules.cases.case import Case
from rules.model import BEIJING, CaseState


class Asked(IntEnum):
    """Whether the unit must do something; the smaller, the sooner."""

    ACT = 0
    WAIT = 1


@dataclass(frozen=True, slots=True)
class UnitTask:
    """One case as its unit reads it. ``by`` is the day after which the next paper may follow; None where none does."""

    case: Case
    text: str
    turn: Asked
    by: datetime | None = None


def unit_tasks(cases: Iterable[Case], now: datetime) -> list[UnitTask]:
    """What each open case asks of its unit: what must be done first, then by the day that matters."""
    found = [_task(case, now) for case in cases if not case.state.is_final]
    return sorted(found, key=lambda task: (task.turn, task.by or task.case.opened_at, task.case.number))


def _task(case: Case, now: datetime) -> UnitTask:
    if case.pending_appeal:
        return UnitTask(case, "申诉已收到，正在等待决定；在此期间时限停止计算", Asked.WAIT)
    if case.state is CaseState.RESOLVED:
        return UnitTask(case, "已看到整改，等待宣传部复核销号，不需要再做什么", Asked.WAIT)
    if case.exemption and case.exemption.until > now:
        return UnitTask(case, f"已准予豁免至{_day(case.exemption.until)}，到期前不督办", Asked.WAIT)
    by = case.pending_step.due_at if case.pending_step else None
    sent = case.issued_steps[-1].title if case.issued_steps else ""
    begun = f"{sent}已发出，请按要求整改" if sent else "请尽快整改；整改后系统看到新的内容，会自动转入复核"
    follows = (
        f"；{_day(by)}前未整改的，将发{case.step_by_code(case.pending_step.step).label}"
        if case.pending_step and by and by > now
        else ""
    )
    return UnitTask(case, begun + follows, Asked.ACT, by)


def _day(moment: datetime) -> str:
    return long_day(moment.astimezone(BEIJING)).split(" ")[0]
