"""The cases of the furnished context: opened, told on, and handed over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.notices.notice import Notice
from monitors.app_context import AppContext
from monitors.jobs.case_writer import CaseWriter
from rules.calendar import china_calendar
from rules.cases.case import Case, CaseEvent, EventKind, EventPayload
from rules.cases.signing import Signatory
from rules.cases.transitions import appeal, first_step_record, register_delivery
from rules.model import CaseState, Filing
from rules.policies.schema import Policy
from storage.filings import key_of
from storage.notices import NoticeState, Receipt
from storage.serialization import dump, load
from tests.conftest import NOW
from tests.support.signing import signed


@dataclass
class Ages:
    """How long ago each case opened, in days, and what happened to it since."""

    days: int
    story: str


STORIES = (
    Ages(70, "sign"),
    Ages(1, "new"),
    Ages(20, "rectifying"),
    Ages(30, "appealed"),
    Ages(45, "resolved"),
    Ages(2, "new"),
)


def open_cases(context: AppContext, register: list[Filing], evidence: str) -> None:
    """Cases in their several states, made by the rules' own moves."""
    for n, ages in enumerate(STORIES):
        filing = register[n * 2]
        number = f"{filing.school.upper()}-2026-{n + 1:04d}"
        policy = context.policies[filing.school]
        case, events = tell(a_case(policy, filing, number, NOW - timedelta(days=ages.days), evidence), ages.story)
        with context.store.cases.transaction(filing.school, NOW) as book:
            desk = CaseWriter(context, book, policy, china_calendar(), NOW)
            assert book.next_number("case") == n + 1, "the check goes on from here"
            desk.save(case, events)
            for record in case.issued_steps:
                paper = load(Notice, book.letters.of_case(number, (NoticeState.DRAFT,))[0].document)
                given = f"{policy.office.prefix if policy.office else '校媒巡'}整〔2026〕{n + 1}号"
                book.letters.sign(record.notice, given, dump(replace(paper, number=given)))
            desk.prepare([case])
        for record in case.issued_steps:
            if record.delivered_at:
                hand_over(context, filing.school, record.notice, record.delivered_at)


def hand_over(context: AppContext, school: str, notice: str, at: datetime) -> None:
    """A paper that was printed and handed over, as the case's history already says."""
    context.store.outbox.claim(NOW, 1, only=notice)
    context.store.outbox.mark_to_print(notice, at)
    context.store.outbox.print_out([notice], at)
    with context.store.cases.transaction(school, NOW) as book:
        receipt = Receipt(at=at, receiver="图书馆办公室", way="in_person", by="王老师", entered_at=at)
        book.letters.deliver(notice, receipt)


def a_case(policy: Policy, filing: Filing, number: str, at: datetime, evidence: str) -> tuple[Case, list[CaseEvent]]:
    """A case of silence, as it opens."""
    clause = next(clause for clause in policy.clauses if clause.rule == "inactivity")
    steps = policy.ladders[clause.ladder]
    case = Case(
        number=number,
        school=filing.school,
        platform=filing.platform,
        account=key_of(filing),
        title=filing.name,
        unit=filing.unit,
        supervisor="党委宣传部",
        rule="inactivity",
        clause=clause.clause,
        basis=policy.basis(clause.clause),
        policy_version=policy.version,
        ladder=steps,
        closing=policy.closing,
        state=CaseState.OPEN,
        opened_at=at,
        reason="最近一次更新为2026年7月2日，已超过2个月（至2026年9月2日），期满后查看仍无新内容",
        evidence=(evidence,),
        shown_at=NOW - timedelta(hours=2),
        since=at - timedelta(days=1),
        steps=(first_step_record(steps, at, china_calendar()),),
    )
    opened = CaseEvent(
        number=number, kind=EventKind.OPENED, at=at, by="系统", reason=case.reason, data=EventPayload(case=case)
    )
    return case, [opened]


def tell(start: tuple[Case, list[CaseEvent]], story: str) -> tuple[Case, list[CaseEvent]]:
    """Lead a case through its story."""
    case, events = start
    at = case.opened_at

    def move(change: tuple[Case, tuple[CaseEvent, ...]]) -> None:
        nonlocal case
        case = change[0]
        events.extend(change[1])

    if story == "new":
        return case, events
    pending = case.pending_step
    assert pending
    at = max(pending.due_at, at) + timedelta(hours=1)
    case = replace(case, shown_at=at)
    move(signed(case, at, Signatory(display="赵书记"), notice=f"{case.number}/{pending.step}"))
    if story != "rectifying":
        move(register_delivery(case, pending.step, at + timedelta(hours=2), china_calendar()))
    if story == "appealed":
        move(appeal(case, "图书馆", "账号已于上月更新，<b>系统未看到</b>。", at + timedelta(days=2)))
    if story == "resolved":
        seen = CaseEvent(
            number=case.number, kind=EventKind.RESOLVED, at=NOW - timedelta(days=1), by="系统", reason="已见新内容"
        )
        case = replace(case, state=CaseState.RESOLVED, resolved_at=seen.at, closing_reason=seen.reason)
        events.append(seen)
    return replace(case, shown_at=NOW - timedelta(hours=2)), events
