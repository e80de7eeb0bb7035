"""Findings to cases: tomorrow the same problem is the same case; the cured is resolved, what was wrong withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from rules.calendar import Calendar
from rules.cases.case import SYSTEM, Case, CaseEvent, EventKind, EventPayload, Transition, apply_event
from rules.cases.transitions import close, first_step_record, resume_after_pause, withdraw
from rules.model import CaseState, Finding, Verdict
from rules.policies.schema import Policy

RELAPSE = timedelta(days=7)
"""A cure that did not last a week was none: the same case goes on. Later it is a new offence and a new case."""
READ_AGAIN = timedelta(hours=20)
"""A breach read off the register is confirmed once a day: often enough for a step, and no line of history an hour."""
DISMISSAL_HOLD = timedelta(days=30)
"""How long a problem a person put aside stays aside, where its rule cannot tell an old breach from a new one."""


def reconcile(
    cases: Mapping[str, Case],
    findings: Iterable[Finding],
    policy: Policy,
    now: datetime,
    numbering: Callable[[], str],
    calendar: Calendar,
) -> Iterator[Transition]:
    """What today's findings do to the cases, one change at a time; running it twice at the same moment changes nothing.

    ``cases``: the newest case of each finding key, settled ones included, so that what a person put aside is not
    opened again. ``numbering`` gives the next free case number. An undetermined finding
    changes nothing, unless it shows that a notice was wrong.
    """
    for finding in findings:
        case = cases.get(finding.key)
        if finding.verdict is Verdict.VIOLATED:
            yield from _on_violation(case, finding, policy, now, numbering, calendar)
        elif case and not case.state.is_final:
            if _notice_was_wrong(case, finding, policy):
                yield withdraw(case, SYSTEM, f"发文之前已符合要求，原通知有误：{finding.reason}", now)
            elif finding.verdict is Verdict.COMPLIANT:
                yield from _on_compliance(case, finding, now)


def _notice_was_wrong(case: Case, finding: Finding, policy: Policy) -> bool:
    """True where the account was in order at the moment the first step went out. A policy that was eased meanwhile does
    not make yesterday's notice wrong."""
    first = case.issued_steps[0].issued_at if case.issued_steps else None
    if first is None or case.policy_version != policy.version:
        return False
    return any(begin < first <= end for begin, end in finding.in_order)


def _breach_is_new(case: Case, finding: Finding, policy: Policy) -> bool:
    """True where this is another breach than the case's: the account was in order in between. Measured from the first
    step; where none has gone out, from the opening, or, if the limit was edited since, from the breach itself."""
    first = case.issued_steps[0].issued_at if case.issued_steps else None
    if first is None and case.policy_version == policy.version:
        return any(case.opened_at <= end for _, end in finding.in_order)
    broken = first or case.since or case.opened_at
    return any(broken <= begin for begin, _ in finding.in_order)


def _on_compliance(case: Case, finding: Finding, now: datetime) -> Iterator[Transition]:
    """The account has come into order: before anybody was told, or since?"""
    if case.state is CaseState.RESOLVED:
        if case.closing == "automatic" and not case.pending_appeal:
            yield close(case, SYSTEM, finding.reason, now)
        return
    if case.issued_steps or case.pending_appeal:
        yield _resolved(case, finding.reason, finding, now)
    else:  # nobody was told, so there is nothing to look over
        yield _struck_off(case, f"发文前已整改：{finding.reason}", finding, now)


def _resolved(case: Case, reason: str, finding: Finding, now: datetime) -> Transition:
    data = EventPayload(evidence=finding.evidence, shown_at=finding.shown_at)
    return _change(case, EventKind.RESOLVED, now, reason, data)


def _struck_off(case: Case, reason: str, finding: Finding, now: datetime) -> Transition:
    """Cured and closed in one move."""
    if case.state is CaseState.RESOLVED:
        return close(case, SYSTEM, reason, now)
    resolved, first = _resolved(case, reason, finding, now)
    closed, second = close(resolved, SYSTEM, reason, now)
    return closed, first + second


def _on_violation(
    case: Case | None,
    finding: Finding,
    policy: Policy,
    now: datetime,
    numbering: Callable[[], str],
    calendar: Calendar,
) -> Iterator[Transition]:
    shown_at = finding.shown_at or now  # a breach read off the register is as fresh as the reading
    if case is None or case.state.is_final:
        if case is None or _reoffended(case, finding, now):
            yield _opened(finding, policy, now, numbering(), calendar, case)
        return
    if _notice_was_wrong(case, finding, policy):
        yield withdraw(case, SYSTEM, f"发文时尚未超过期限，原通知有误：{finding.reason}", now)
        yield _opened(finding, policy, now, numbering(), calendar, case)
    elif not case.pending_appeal and (_breach_is_new(case, finding, policy) or _cure_lasted(case, now)):
        yield _struck_off(case, "已整改；再次发生的另立新条目", finding, now)
        yield _opened(finding, policy, now, numbering(), calendar, case)
    elif case.state is CaseState.RESOLVED:
        moved = resume_after_pause(case, case.resolved_at or now, now)
        data = EventPayload(evidence=finding.evidence, shown_at=shown_at, records=moved)
        yield _change(case, EventKind.REOPENED, now, finding.reason, data)
    elif shown_at > case.shown_at and (finding.shown_at or now - case.shown_at >= READ_AGAIN):
        data = EventPayload(evidence=finding.evidence, shown_at=shown_at)
        yield _change(case, EventKind.CONFIRMED, now, finding.reason, data)


def _cure_lasted(case: Case, now: datetime) -> bool:
    """True where the case was resolved long enough ago for the cure to have been one."""
    return case.state is CaseState.RESOLVED and now - (case.resolved_at or now) > RELAPSE


def _reoffended(case: Case, finding: Finding, now: datetime) -> bool:
    """True where this is another breach than the one that was settled."""
    if case.state is CaseState.CLOSED and case.resolved_at:
        return True
    if finding.since and case.since:
        return finding.since > case.since
    settled = case.settled_at or now
    return finding.reason != case.reason and now - settled > DISMISSAL_HOLD


def _opened(
    finding: Finding, policy: Policy, now: datetime, number: str, calendar: Calendar, previous: Case | None
) -> Transition:
    """A new case, with the ladder of today's policy frozen into it."""
    clause = next(c for c in policy.clauses if (c.rule, c.clause) == (finding.rule, finding.clause))
    ladder = policy.ladders[clause.ladder]
    case = Case(
        number=number,
        school=finding.school,
        platform=finding.platform,
        account=finding.account,
        title=finding.title,
        unit=finding.unit,
        supervisor=finding.supervisor,
        rule=finding.rule,
        clause=finding.clause,
        basis=finding.basis,
        policy_version=policy.version,
        ladder=ladder,
        closing=policy.closing,
        state=CaseState.OPEN,
        opened_at=now,
        reason=finding.reason,
        evidence=finding.evidence,
        shown_at=finding.shown_at or now,
        since=finding.since,
        school_to_confirm=finding.school_to_confirm,
        provisional=finding.provisional,
        previous=previous.number if previous else "",
        steps=(first_step_record(ladder, now, calendar),),
    )
    return _change(case, EventKind.OPENED, now, finding.reason, EventPayload(case=case))


def _change(case: Case, kind: EventKind, at: datetime, reason: str, data: EventPayload) -> Transition:
    event = CaseEvent(number=case.number, kind=kind, at=at, by=SYSTEM, reason=reason, data=data)
    return apply_event(case, event), (event,)
