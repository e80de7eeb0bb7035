"""What a person does with a case: one transaction each; the second of two hands is told what the first did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime

from alerts.notices.planning import owed_notices
from monitors.app_context import AppContext
from monitors.jobs.case_desk import case_desk
from monitors.jobs.case_writer import CaseWriter
from rules.calendar import end_of
from rules.cases import transitions
from rules.cases.case import Case, CaseError, CaseEvent, EventKind, Transition
from rules.cases.undo import last_decision
from rules.cases.undo import undo as undone
from rules.model import Filing
from storage.filings import key_of
from storage.notices import NoticeState


def _change(
    context: AppContext,
    number: str,
    move: Callable[[Case, datetime], Transition],
    *,
    stopping: tuple[str, str] | None = None,
) -> Case:
    """One decision in one transaction. ``stopping``: who stops, and why, what is signed and not sent yet."""
    school, now = context.store.cases.school_of(number), context.clock()
    if school is None:
        raise CaseError(f"没有编号为 {number} 的条目。可以用 xunjian case list 查看编号。")
    with case_desk(context, school, now) as desk:
        case = desk.book.case(number)
        assert case is not None
        if stopping:
            move(case, now)  # a decision that is refused stops nothing
            case, *others = desk.recall(case, *stopping)
            desk.prepare(others)
        changed, events = move(case, now)
        desk.save(changed, events)
        if not changed.state.is_final:
            desk.prepare([changed])
    return context.store.cases.get(number) or changed


def appeal(context: AppContext, number: str, *, by: str, reason: str) -> Case:
    """The unit appeals: the clock stands still. Raises CaseError."""
    return _change(context, number, lambda case, now: transitions.appeal(case, by, reason, now))


def decide(context: AppContext, number: str, *, by: str, upheld: bool, reason: str) -> Case:
    """Answer the appeal. Raises CaseError."""
    return _change(
        context,
        number,
        lambda case, now: transitions.decide(case, upheld, by, reason, now),
        stopping=(by, "申诉成立") if upheld else None,
    )


def exempt(context: AppContext, number: str, *, by: str, reason: str, until: date) -> Case:
    """Leave the unit in peace up to and including a day. Raises CaseError."""
    return _change(
        context,
        number,
        lambda case, now: transitions.exempt(case, by, reason, end_of(until), now),
        stopping=(by, "准予豁免"),
    )


def withdraw(context: AppContext, number: str, *, by: str, reason: str) -> Case:
    """We were wrong: everyone who was told is told so. Raises CaseError."""
    return _change(
        context, number, lambda case, now: transitions.withdraw(case, by, reason, now), stopping=(by, "本件已撤回")
    )


def dismiss(context: AppContext, number: str, *, by: str, reason: str) -> Case:
    """Looked at, nothing wrong. Raises CaseError."""
    return _change(context, number, lambda case, now: transitions.dismiss(case, by, reason, now))


def close(context: AppContext, number: str, *, by: str, reason: str) -> Case:
    """Strike the case off. Raises CaseError."""
    return _change(
        context, number, lambda case, now: transitions.close(case, by, reason, now), stopping=(by, "本件已销号")
    )


def undo(context: AppContext, number: str, *, by: str) -> Case:
    """Take back the newest decision about a case; what it drafted is stopped, what it stopped is drafted again. Raises
    CaseError, where too late or where a letter has left."""
    school, now = context.store.cases.school_of(number), context.clock()
    if school is None:
        raise CaseError(f"没有编号为 {number} 的条目。")
    with case_desk(context, school, now) as desk:
        case, history = desk.book.case(number), desk.book.events(number)
        assert case is not None
        if desk.book.newest_cases()[case.key].number != number:
            raise CaseError(f"{number} 之后已另立条目，不能撤销。")
        decided = last_decision(history, now)
        restored, events = undone(case, history, by, now)
        rest = [event for event in history if event not in decided]
        owed = {planned.id for planned in owed_notices(case, history, desk.policy)}
        owed -= {planned.id for planned in owed_notices(case, rest, desk.policy)}
        _take_back_letters(desk, case, decided[-1] if decided else None, owed)
        desk.book.write(restored, events)
        if not restored.state.is_final:
            desk.prepare([restored])
    return context.store.cases.get(number) or restored


def _take_back_letters(desk: CaseWriter, case: Case, last: CaseEvent | None, owed: Collection[str]) -> None:
    """What an undone decision drafted or signed (``owed``) is stopped; a receipt it entered is forgotten."""
    for row in desk.book.letters.of_case(case.number):
        if last and last.kind is EventKind.DELIVERED and _told(case, last, row.id):
            desk.book.letters.undeliver(row.id)
        elif row.id in owed:
            if len(desk.book.letters.cases_of(row.id)) > 1:
                raise CaseError("这份文书涉及多个条目，不能单独撤销；还没有发出的，请打开文书停发。")
            if row.state is not NoticeState.STOPPED and not desk.book.letters.stop(row.id, "所依据的决定已撤销"):
                raise CaseError("文书已经发出，不能撤销；如有错误请撤回问题，并发更正通知。")


def _told(case: Case, delivered: CaseEvent, notice: str) -> bool:
    step = delivered.data.step
    return notice == delivered.data.notice or any(r.step == step and r.notice == notice for r in case.issued_steps)


def end_cases_of(context: AppContext, school: str, removed: Iterable[Filing], *, by: str) -> list[str]:
    """End the open cases of accounts that were taken out of the school's register; the numbers of those ended.

    Where another row still files the account, its cases go on. Cases that stand on a suspect alone need no filing.
    """
    kept = {key_of(filing) for filing in context.store.filings.all(school)}
    gone = {key_of(filing) for filing in removed} - kept
    policy, now = context.policies.get(school), context.clock()
    if policy is None or not gone:
        return []
    ended = []
    with case_desk(context, school, now) as desk:
        for case in desk.book.open_cases():
            if case.account in gone and case.rule not in transitions.ABOUT_NAMES:
                case, *others = desk.recall(case, by, "账号已从台账中移除")
                desk.save(*transitions.end_unregistered(case, by, now))
                desk.prepare(others)
                ended.append(case.number)
    return ended
