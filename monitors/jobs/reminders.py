"""提示函: one letter with a table for each addressee, whether it leaves by itself or a person signs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from alerts.notices.joint import join_notices
from alerts.notices.notice import Notice
from alerts.notices.planning import planned_step
from monitors.jobs.outbox_entries import entry_of
from monitors.jobs.paper_facts import case_now
from rules.cases import signing
from rules.cases.case import Case
from rules.cases.transitions import escalation_status
from rules.model import BEIJING, CaseState, DocumentType
from storage.notices import NoticeState, OutboxNotice
from storage.serialization import load

if TYPE_CHECKING:
    from monitors.jobs.case_writer import CaseWriter

Addressed = tuple[str, bool]
"""Whom a letter is for, and whether everyone may read it: letters that agree in both are one."""


def send_reminders(desk: CaseWriter, cases: Iterable[Case]) -> None:
    """Let those go that need no signature: one letter a unit a day."""
    day = desk.now.astimezone(BEIJING).date()
    groups: defaultdict[Addressed, list[Case]] = defaultdict(list)
    for case in cases:
        groups[_key(desk, case)].append(case)
    for (addressee, _), found in groups.items():
        notice = f"{desk.book.school.upper()}/reminder/{day}/{addressee}"
        if desk.book.letters.one(notice) is None:  # else the unit has had its letter today
            _send(desk, notice, sorted(found, key=lambda case: case.number))


def _send(desk: CaseWriter, notice: str, cases: Sequence[Case]) -> None:
    letter = _letter(desk, notice, cases)
    desk.book.letters.put(entry_of(letter, tuple(case.number for case in cases), NoticeState.DUE))
    for case in cases:
        desk.save(*signing.issue(case, desk.now, notice=notice, frozen=desk.frozen))
        desk.issued += 1


def draft_reminders(desk: CaseWriter, cases: Sequence[Case]) -> None:
    """Lay these before the signer in the one draft that their addressee has; what such a draft spoke of and speaks of no
    more (another unit's by now, resting) leaves it. What was put off stays in a draft of its own."""
    wanted = {case.number: case for case in cases}
    put_off = [row for row in desk.book.letters.in_state(NoticeState.DEFERRED) if _is_reminder(row)]
    for number in (number for row in put_off for number in _about(desk, row)):
        wanted.pop(number, None)
    drafts = [row for row in desk.book.letters.in_state(NoticeState.DRAFT) if _is_reminder(row)]
    keys = {_key(desk, case) for case in wanted.values()}
    touched = [row for row in drafts if _key_of(row) in keys or set(_about(desk, row)) & set(wanted)]
    for row in touched:
        wanted |= {case.number: case for number in _about(desk, row) if (case := _still_due(desk, number))}
    groups: defaultdict[Addressed, list[Case]] = defaultdict(list)
    for number in sorted(wanted):
        groups[_key(desk, wanted[number])].append(wanted[number])
    for row in touched:
        if group := groups.pop(_key_of(row), None):
            _draft_anew(desk, row, group)
        else:
            desk.book.letters.stop(row.id, "已并入发给同一单位的另一份提示函，或者责任单位已变更")
    for (addressee, _), group in groups.items():
        _put(desk, _new_id(desk, addressee), group)


def leave_draft(desk: CaseWriter, case: Case, row: OutboxNotice, reason: str) -> None:
    """A case goes out of the draft that speaks of it, and with it what has another addressee by now, which the next check
    lays before the signer in a draft of its own; the last one stops it."""
    others = [each for number in _about(desk, row) if number != case.number and (each := desk.book.case(number))]
    rest = [each for each in others if _waits(each) and _key(desk, each) == _key_of(row)]
    if rest:
        _put(desk, row.id, rest, load(Notice, row.document))
    else:
        desk.book.letters.stop(row.id, reason)


def _draft_anew(desk: CaseWriter, row: OutboxNotice, cases: Sequence[Case]) -> None:
    """Write the draft again where it does not say what is so now."""
    kept = load(Notice, row.document)
    told = [(one.unit, one.account, one.reason, one.shown_at) for one in (kept, *kept.others)]
    present = [case_now(desk.context, case, desk.now) for case in cases]
    if told != [(case.unit, case.title, case.reason, case.shown_at) for case in present]:
        _put(desk, row.id, cases, kept)


def _put(desk: CaseWriter, notice: str, cases: Sequence[Case], kept: Notice | None = None) -> None:
    letter = _letter(desk, notice, cases, kept)
    desk.book.letters.put(entry_of(letter, tuple(case.number for case in cases), NoticeState.DRAFT))
    desk.drafts += 1


def _letter(desk: CaseWriter, notice: str, cases: Sequence[Case], kept: Notice | None = None) -> Notice:
    papers = []
    for case in cases:
        assert case.pending_step, "a reminder is a step that waits"
        papers.append(desk.step_paper(case, case.step_by_code(case.pending_step.step), notice, kept=kept))
    return join_notices(papers)


def _key(desk: CaseWriter, case: Case) -> Addressed:
    assert case.pending_step, "a reminder is a step that waits"
    present, step = case_now(desk.context, case, desk.now), case.step_by_code(case.pending_step.step)
    planned = planned_step(present, step, desk.book.events(case.number), desk.policy, notice="", now=desk.now)
    return planned.to, planned.public


def _key_of(row: OutboxNotice) -> Addressed:
    paper = load(Notice, row.document)
    return paper.edits.instead_of or paper.addressee, paper.public


def _about(desk: CaseWriter, row: OutboxNotice) -> list[str]:
    return desk.book.letters.cases_of(row.id)


def _still_due(desk: CaseWriter, number: str) -> Case | None:
    case = desk.book.case(number)
    return case if case and _waits(case) and escalation_status(case, desk.now, desk.frozen).signable else None


def _waits(case: Case) -> bool:
    open_still = not case.state.is_final and case.state is not CaseState.RESOLVED
    return open_still and case.pending_step is not None and case.pending_step.document is DocumentType.REMINDER


def _is_reminder(row: OutboxNotice) -> bool:
    return row.document_type == DocumentType.REMINDER.value


def _new_id(desk: CaseWriter, addressee: str) -> str:
    """Of the day it is drafted, with a count: an id is used once."""
    day, n = desk.now.astimezone(BEIJING).date(), 1
    stem = f"{desk.book.school.upper()}/reminder/{day}/{addressee}"
    while desk.book.letters.one(f"{stem}/{n}"):
        n += 1
    return f"{stem}/{n}"
