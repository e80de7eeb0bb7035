"""日报: a school's day gathered from the store, made into the digest, kept, and queued once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from alerts.digest.build import Digest, digest
from alerts.digest.model import (
    ChangeKind,
    DigestChange,
    DigestInput,
    HijackedSite,
    InquiryStats,
    NewFinding,
    OpenCase,
    PaperIssued,
    PaperState,
    PendingApproval,
    PlatformRunStats,
    UnobservedAccounts,
)
from alerts.messages import digest_html, digest_text
from alerts.notices.notice import Notice
from monitors.app_context import AppContext
from monitors.jobs.bridges import bridge_faults
from monitors.jobs.case_desk import frozen_platforms
from monitors.jobs.letter_counts import count_letters
from rules.calendar import start_of
from rules.candidates import CandidateKind, CandidateState, clones_first
from rules.cases import transitions
from rules.cases.case import Case, EventKind
from rules.cases.transitions import HoldReason
from rules.catalogue import RULES, by_weight
from rules.coverage import total
from rules.inquiries import InquiryState, units_that_never_answer
from rules.model import DatedEvidence, Outcome, Platform
from rules.people import View
from rules.platforms import UNPOLLED
from storage.account_filter import NEVER, NOT_POLLED, AccountFilter
from storage.account_lists import AccountListItem
from storage.crawl_runs import CrawlRun, RunStatus
from storage.letters import OFFICE_ONLY
from storage.notices import DIGEST, NoticeState, OutboxNotice
from storage.read_models import ShownAccounts
from storage.serialization import dump, load

INQUIRIES_COUNTED = 5000
EVENTS = {
    EventKind.RESOLVED: ChangeKind.RECOVERED,
    EventKind.CLOSED: ChangeKind.CLOSED,
    EventKind.WITHDRAWN: ChangeKind.WITHDRAWN,
    EventKind.REVOKED: ChangeKind.WITHDRAWN,
}
FOUND = {
    CandidateKind.CLONE: ChangeKind.CLONE,
    CandidateKind.SUSPECT: ChangeKind.SUSPECT,
    CandidateKind.UNFILED: ChangeKind.UNFILED,
    CandidateKind.REVIEW: ChangeKind.DOUBTFUL,
}
"""A found account bears its own verdict: one of the school's own is no impostor."""


def make_digest(context: AppContext, school: str, day: date, now: datetime) -> Digest:
    """The digest of a day as the store knows it now; kept so that it can be read again as it was. One that was sent stays
    as it was sent."""
    made = digest(gather(context, school, day, now))
    if not context.store.outbox.one(f"{school}/{DIGEST}/{day}"):
        keep(context, made, now)
    return made


def keep(context: AppContext, made: Digest, now: datetime) -> None:
    """Keep a day's digest as it reads now."""
    context.store.digests.save(
        made.school,
        made.day,
        digest_text(made, context.settings.base_url),
        digest_html(made, context.settings.base_url),
        now,
    )


def queue_digest(context: AppContext, school: str, day: date, now: datetime) -> bool:
    """Make it and put it into the outbox; False where the day's digest went there before."""
    made = make_digest(context, school, day, now)
    queued = context.store.outbox.queue_digest(school, day, dump(made), now)
    if queued:
        keep(context, made, now)
    return queued


def gather(context: AppContext, school: str, day: date, now: datetime, until: date | None = None) -> DigestInput:
    """Everything the digest is made from: the 24 hours before ``now`` on the day itself, the whole day on a later one; with
    ``until`` all days to that one."""
    start = start_of(day)
    end = min(now, start_of(until or day) + timedelta(days=1))
    start = min(start, end - timedelta(days=1))
    policy = context.policies.get(school)
    shown = context.store.read_models.shown(school)
    cases = context.store.cases.open(school)
    letters, put_off = context.store.outbox.all(school=school), context.store.outbox.deferred_cases()
    return DigestInput(
        school=school,
        school_name=policy.school if policy else school,
        day=day,
        now=now,
        demo=context.settings.demo,
        totals=_totals(shown),
        hijacked=[site for _, site in _hijacked(context, school)],
        findings=_new(context, school, start, end),
        cases=[_open(case, now, context, case.number in put_off) for case in cases],
        awaiting=_awaiting([case for case in cases if case.number not in put_off], now, context),
        changes=_changes(context, school, start, end)
        + _suspects(context, school, start, end)
        + _facts(context, school, start, end),
        unseen=_unseen(context, school, shown),
        crawlers=_crawlers(context, {each.platform for each in shown} - UNPOLLED, start, end),
        coverage=total(counted.platforms.values()) if (counted := context.store.coverage.all().get(school)) else None,
        inquiries=inquiry_stats(context, school, start, end),
        bridges=bridge_faults(context, now),
        papers=_papers(context, school, start, end),
        undelivered=sum(row.state is NoticeState.FAILED for row in letters),
        letters=count_letters(letters, start, end),
        regulation=policy.regulation.cited if policy else "",
        until=until,
    )


def inquiry_stats(context: AppContext, school: str, start: datetime, end: datetime) -> InquiryStats:
    """Who was asked, answered and became overdue in this time; what waits for the staff now."""
    found = context.store.inquiries.all(school=school, limit=INQUIRIES_COUNTED)
    never = units_that_never_answer(found)
    return InquiryStats(
        asked=sum(bool(inquiry.owner) and start <= inquiry.asked_at <= end for inquiry in found),
        answered=sum(bool(inquiry.answer) and start <= inquiry.answer.at <= end for inquiry in found if inquiry.answer),
        overdue=sum(inquiry.state is InquiryState.OVERDUE and start <= inquiry.due_at <= end for inquiry in found),
        for_staff=sum(inquiry.state is InquiryState.OVERDUE or inquiry.shown_to_staff for inquiry in found),
        to_confirm=sum(inquiry.declaration is not None for inquiry in found),
        silent_units=tuple(unit for unit, _ in never),
    )


def _hijacked(context: AppContext, school: str) -> list[tuple[str, HijackedSite]]:
    """Each with the key of its account."""
    sites = context.store.read_models.hijacked_sites(View(frozenset({school})))
    return [(line.key, _site(line, shown)) for line, shown in sites]


def _site(line: AccountListItem, shown: DatedEvidence) -> HijackedSite:
    path = f"/evidence/{shown.evidence}" if shown.evidence else f"/accounts/{line.key}"
    return HijackedSite(title=line.filing.name, unit=line.filing.unit, since=shown.at, path=path)


def _totals(shown: Sequence[ShownAccounts]) -> dict[Platform, Counter[Outcome | None]]:
    totals: dict[Platform, Counter[Outcome | None]] = defaultdict(Counter)
    for each in shown:
        totals[each.platform][_outcome(each.shown)] += each.accounts
    return totals


def _outcome(shown: str) -> Outcome | None:
    return None if shown in (NEVER, NOT_POLLED) else Outcome(shown)


def _weight(rule: str) -> int:
    """Urgent rules in their order, all others alike behind them."""
    urgent = [code for code in by_weight() if RULES[code].group.is_urgent]
    return urgent.index(rule) if rule in urgent else len(urgent)


def _new(context: AppContext, school: str, start: datetime, end: datetime) -> list[NewFinding]:
    return [
        NewFinding(
            title=finding.title,
            platform=finding.platform,
            unit=finding.unit,
            problem=finding.reason,
            clause=finding.clause,
            what=RULES[finding.rule].title,
            path=f"/accounts/{finding.account}",
        )
        for finding, since in sorted(context.store.cases.findings(school), key=lambda pair: _weight(pair[0].rule))
        if start <= since <= end
    ]


def _open(case: Case, now: datetime, context: AppContext, put_off: bool) -> OpenCase:
    says = transitions.escalation_status(case, now, frozen_platforms(context))
    return OpenCase(
        number=case.number,
        title=case.title,
        platform=case.platform,
        unit=case.unit,
        state=case.state.label,
        next_step=says.step.label if says.step else "",
        due_at=says.due_at,
        provisional=bool(case.pending_step and case.pending_step.provisional),
        waiting=_waiting(says, put_off),
        path=f"/cases/{case.number}",
    )


def _waiting(says: transitions.EscalationStatus, put_off: bool) -> str:
    if put_off and says.signable:
        return NoticeState.DEFERRED.label
    return "" if says.reason in (HoldReason.DUE, HoldReason.NOT_DUE) else says.reason.label


def _awaiting(cases: list[Case], now: datetime, context: AppContext) -> list[PendingApproval]:
    found = []
    for case in cases:
        says = transitions.escalation_status(case, now, frozen_platforms(context))
        if says.signable and says.step and says.due_at:
            found.append(
                PendingApproval(
                    number=case.number,
                    title=case.title,
                    platform=case.platform,
                    document=says.step.document,
                    approver=says.step.approver,
                    unit=case.unit,
                    since=says.due_at,
                    path=f"/cases/{case.number}",
                )
            )
    return found


def _changes(context: AppContext, school: str, start: datetime, end: datetime) -> list[DigestChange]:
    found = []
    for event in context.store.cases.events_between(school, start, end):
        case = context.store.cases.get(event.number) if event.kind in EVENTS else None
        if case:
            rule = RULES[case.rule].title
            detail = f"{rule}：{event.reason}"
            path = f"/cases/{case.number}"
            found.append(
                DigestChange(
                    kind=EVENTS[event.kind],
                    title=case.title,
                    platform=case.platform,
                    detail=detail,
                    unit=case.unit,
                    path=path,
                )
            )
    return found


def _papers(context: AppContext, school: str, start: datetime, end: datetime) -> list[PaperIssued]:
    """What left in the school's name, each paper once, and how far it came."""
    rows = context.store.notice_lists.papers_between(school, start, end)
    return [_paper(row) for row in rows if row.state not in OFFICE_ONLY]


PAPER_STATES = {
    NoticeState.TO_PRINT: PaperState.NO_ADDRESS,
    NoticeState.SENT: PaperState.SENT,
    NoticeState.DELIVERED: PaperState.SENT,
    NoticeState.FAILED: PaperState.FAILED,
}


def _paper(row: OutboxNotice) -> PaperIssued:
    notice = load(Notice, row.document)
    return PaperIssued(
        number=notice.number,
        paper=notice.paper,
        addressee=notice.addressee,
        unit=notice.addressee,
        state=PAPER_STATES.get(row.state, PaperState.WAITING),
        path="/notices",
    )


def _suspects(context: AppContext, school: str, start: datetime, end: datetime) -> list[DigestChange]:
    new = [
        c
        for c in clones_first(context.store.candidates.all(school, CandidateState.WAITING))
        if c.kind.needs_review and start <= c.first_seen_at <= end
    ]
    return [
        DigestChange(kind=FOUND[c.kind], title=c.name, platform=c.platform, detail=c.why, path="/suspects") for c in new
    ]


GONE_OR_MOVED = {Outcome.GONE: ChangeKind.GONE, Outcome.MOVED: ChangeKind.MOVED}


def _facts(context: AppContext, school: str, start: datetime, end: datetime) -> list[DigestChange]:
    lists = context.store.account_lists
    found = [
        (line, kind)
        for outcome, kind in GONE_OR_MOVED.items()
        for line in lists.iterate(AccountFilter(school=school, outcome=outcome.value, seen_since=start))
        if line.fact_at and line.fact_at <= end
    ]
    return [
        DigestChange(
            kind=kind,
            title=line.filing.name,
            platform=line.filing.platform,
            unit=line.filing.unit,
            path=f"/accounts/{line.key}",
        )
        for line, kind in sorted(found, key=lambda pair: pair[0].filing.order)
    ]


def _unseen(context: AppContext, school: str, shown: Sequence[ShownAccounts]) -> list[UnobservedAccounts]:
    some = [each for each in shown if each.shown != NOT_POLLED and not _is_fact(_outcome(each.shown))]
    return [
        UnobservedAccounts(
            platform=each.platform,
            count=each.accounts,
            since=each.oldest_fact,
            outcome=_outcome(each.shown),
            examples=tuple(line.filing.name for line in _examples(context, school, each)),
            path=f"/accounts?platform={each.platform.value}&outcome=unseen",
        )
        for each in sorted(some, key=lambda each: (-each.accounts, each.platform.value, each.shown))
    ]


def _is_fact(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.is_fact


def _examples(context: AppContext, school: str, group: ShownAccounts) -> Sequence[AccountListItem]:
    wanted = AccountFilter(school=school, platform=group.platform.value, outcome=group.shown)
    return context.store.account_lists.first(wanted, 3)


def _crawlers(context: AppContext, platforms: set[Platform], start: datetime, end: datetime) -> list[PlatformRunStats]:
    last = context.store.read_models.last_facts()
    day: dict[str, Counter[str]] = defaultdict(Counter)
    for run in context.store.crawl_runs.between(start, end):
        day[run.platform].update(_counted(run))
    found = []
    for platform in sorted(platforms):
        state = context.store.platform_state.get(platform)
        counts = day[platform.value]
        found.append(
            PlatformRunStats(
                platform=platform,
                runs=counts["runs"],
                missed=counts["missed"],
                looks=counts["looks"],
                blocked=counts["blocked"],
                last_success=last.get(platform.value),
                breaker_since=state.breaker_opened_at,
                breaker_reason=state.breaker_reason,
                path="/operations",
            )
        )
    return found


def _counted(run: CrawlRun) -> dict[str, int]:
    summary = run.summary
    blocked = summary.get("outcomes", {}).get(Outcome.BLOCKED.value, 0)
    missed = run.status in (RunStatus.FAILED, RunStatus.TIMEOUT, RunStatus.LOST)
    return {"runs": 1, "missed": int(missed), "looks": summary.get("visits", 0), "blocked": blocked}
