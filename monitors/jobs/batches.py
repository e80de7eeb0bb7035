"""One wrong batch taken back: what one check, one policy version or one reader opened, with one reason, and one 更正通知 to
each addressee for the letters that had left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.notices.joint import join_notices
from alerts.notices.notice import Notice
from alerts.notices.planning import owed_notices
from monitors.app_context import AppContext
from monitors.jobs.case_desk import case_desk
from monitors.jobs.case_writer import CaseWriter
from monitors.jobs.outbox_entries import entry_of
from rules.cases.case import Case, CaseError, Transition
from rules.cases.moves import require_named_person, require_reason
from rules.cases.transitions import withdraw
from rules.model import Platform
from storage.notices import NoticeState

PENDING = "pending"
SAME_RUN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Cases that one check opened: when, of which rules and platforms, and how many letters of them have left."""

    opened_at: datetime
    cases: tuple[Case, ...]
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """What a withdrawal of a batch did: cases ended, and ids of the 更正通知 that lie before the signer."""

    cases: tuple[str, ...]
    corrections: tuple[str, ...]


def batches(context: AppContext, school: str) -> list[Batch]:
    """The school's open cases by the check that opened them, newest first."""
    groups: defaultdict[datetime, list[Case]] = defaultdict(list)
    for case in context.store.cases.open(school):
        groups[case.opened_at].append(case)
    return [
        Batch(opened_at=at, cases=tuple(some), letters=sum(len(case.issued_steps) for case in some))
        for at, some in sorted(groups.items(), reverse=True)
    ]


def batch_of(
    context: AppContext,
    school: str,
    *,
    opened_at: datetime | None = None,
    policy_version: str = "",
    platform: Platform | None = None,
    since: datetime | None = None,
) -> list[Case]:
    """Open cases of one cause: one check run (to the minute), one policy version, or one platform's reader since a day.

    Raises CaseError where no cause is given.
    """
    if not (opened_at or policy_version or platform):
        raise CaseError("请说明是哪一批：同一次核对的时间、制度版本或平台。")
    return [
        case
        for case in context.store.cases.open(school)
        if (opened_at is None or abs(case.opened_at - opened_at) < SAME_RUN)
        and (not policy_version or case.policy_version == policy_version)
        and (platform is None or case.platform is platform)
        and (since is None or case.opened_at >= since)
    ]


def withdraw_batch(context: AppContext, school: str, numbers: Collection[str], *, by: str, reason: str) -> Withdrawn:
    """Withdraw these cases with one reason, all or none. What was signed and not sent is stopped; for what has left, each
    addressee gets one draft of a 更正通知. Raises CaseError."""
    now = context.clock()
    person, why = require_named_person(by, "撤回"), require_reason(reason, "撤回理由")
    with case_desk(context, school, now) as desk:
        book = desk.book
        mine = [case for number in numbers if (case := book.case(number)) and not case.state.is_final]
        if not mine:
            raise CaseError("这一批没有可以撤回的条目。")
        for case in mine:
            desk.recall(case, person, f"整批撤回：{why}")
        letters: defaultdict[str, list[tuple[Transition, Notice | None]]] = defaultdict(list)
        for number in sorted(case.number for case in mine):
            fresh = book.case(number)
            assert fresh, "it was read above"
            letter, change, paper = _withdrawn(desk, fresh, person, why)
            letters[letter].append((change, paper))
        for letter, some in letters.items():
            _settle(desk, letter, some)
    return Withdrawn(cases=tuple(case.number for case in mine), corrections=tuple(filter(None, letters)))


def _withdrawn(desk: CaseWriter, case: Case, by: str, reason: str) -> tuple[str, Transition, Notice | None]:
    """The id of the 更正通知 that a withdrawn case owes ("" where nobody was told), the change, and its part of the letter."""
    history = desk.book.events(case.number)
    changed, events = withdraw(case, by, reason, desk.now, letter=PENDING)
    owed = owed_notices(changed, [*history, *events], desk.policy)
    planned = next((each for each in owed if each.id == PENDING), None)
    if planned is None:
        return "", withdraw(case, by, reason, desk.now), None
    kind = "correction-public" if planned.public else "correction"
    letter = f"{case.school.upper()}/{kind}/{desk.now:%Y%m%d%H%M%S}/{planned.to}"
    change = withdraw(case, by, reason, desk.now, letter=letter)
    owed = owed_notices(change[0], [*history, *change[1]], desk.policy)
    return letter, change, desk.paper(next(each for each in owed if each.id == letter), change[0])


def _settle(desk: CaseWriter, letter: str, some: Sequence[tuple[Transition, Notice | None]]) -> None:
    papers = [paper for _, paper in some if paper]
    if letter:
        numbers = tuple(case.number for (case, _), _ in some)
        desk.book.letters.put(entry_of(join_notices(papers), numbers, NoticeState.DRAFT))
    for change, _ in some:
        desk.save(*change)
