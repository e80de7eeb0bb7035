"""Findings to cases: tomorrow the same problem is the same case; the cured is resolved, what was wrong withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.calendar import Calendar
from rules.cases.case import SYSTEM, Case, CaseEvent, EventKind, EventPayload, StepRecord, Transition, apply_event
from rules.cases.moves import unproposed
from rules.cases.transitions import close, first_step_record, resume_after_pause, revoke, withdraw
from rules.model import CaseState, DocumentType, Finding, Verdict
from rules.policies.schema import Addressee, Clause, LadderStep, Policy

RELAPSE = timedelta(days=7)
"""A cure that did not last a week was none: the same case goes on. Later it is a new offence and a new case."""
READ_AGAIN = timedelta(hours=20)
"""A breach read off the register is confirmed once a day: often enough for a step, and no line of history an hour."""
MOVING = frozenset({"low_volume"})
"""Rules that count over a year that moves with the day."""
WINDOW = timedelta(days=366)
"""Until a whole such year has passed, the same posts would be judged twice."""
DISMISSAL_HOLD = timedelta(days=30)
"""How long a problem a person put aside stays aside, where its rule cannot tell an old breach from a new one."""
REGISTER_GAPS = frozenset({"missing_owner", "annual_review", "self_check"})
"""Rules whose breach says only that the register lacks something: the unit is asked to complete it, in one letter."""


@dataclass(frozen=True, slots=True)
class DraftHold:
    """What a 摸底 means for cases that open now: while it lasts (``surveying``) no paper of them is drafted; afterwards
    not before ``drafts_from``."""

    surveying: bool = False
    drafts_from: datetime | None = None


NO_HOLD = DraftHold()


def reconcile(
    cases: Mapping[str, Case],
    findings: Iterable[Finding],
    policy: Policy,
    now: datetime,
    numbering: Callable[[], str],
    calendar: Calendar,
    hold: DraftHold = NO_HOLD,
) -> Iterator[Transition]:
    """What today's findings do to the cases, one change at a time; running it twice at the same moment changes nothing.

    ``cases``: the newest case of each finding key, settled ones included, so that what a person put aside is not
    opened again. ``numbering`` gives the next free case number. An undetermined finding
    changes nothing, unless it shows that a notice was wrong.
    """
    for change_of_case in _reconciled(cases, findings, policy, now, numbering, calendar):
        yield _held(change_of_case, hold)


def _held(opened: Transition, hold: DraftHold) -> Transition:
    """A case that opens during or just after a 摸底 waits for the day that the office has set."""
    case, events = opened
    if hold == NO_HOLD or events[-1].kind is not EventKind.OPENED:
        return opened
    first = case.steps[0]
    due_at = max(first.due_at, hold.drafts_from) if hold.drafts_from else first.due_at
    case = replace(case, surveyed=hold.surveying, steps=(replace(first, due_at=due_at),))
    return case, (*events[:-1], replace(events[-1], data=EventPayload(case=case)))


def _reconciled(
    cases: Mapping[str, Case],
    findings: Iterable[Finding],
    policy: Policy,
    now: datetime,
    numbering: Callable[[], str],
    calendar: Calendar,
) -> Iterator[Transition]:
    for finding in one_a_sentence(findings, policy, cases):
        case = cases.get(finding.key)
        if case and not case.state.is_final:
            wrong = _notice_was_wrong(case, finding)
            if wrong and wrong[0] is case.issued_steps[0]:
                yield withdraw(case, SYSTEM, f"{_why(finding)}，原通知有误：{finding.reason}", now, finding.evidence)
                if finding.verdict is Verdict.VIOLATED:
                    yield _opened(finding, policy, now, numbering(), calendar, case)
                continue
            if wrong:
                reason = f"{_why(finding)}，其后的文书有误：{finding.reason}"
                change = revoke(case, [r.step for r in wrong], SYSTEM, reason, now, finding.evidence)
                yield change
                case = change[0]
        if finding.verdict is Verdict.VIOLATED:
            yield from _on_violation(case, finding, policy, now, numbering, calendar)
        elif finding.verdict is Verdict.COMPLIANT and case and not case.state.is_final:
            yield from _on_compliance(case, finding, now)


def one_a_sentence(findings: Iterable[Finding], policy: Policy, cases: Mapping[str, Case]) -> Iterator[Finding]:
    """Findings of one account under one sentence as one: two rules may measure what one sentence asks.

    Whichever of its rules has the live case speaks for the sentence: while any of them is broken, that case goes on.
    """
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        clause = policy.clause_of(finding.rule, finding.clause)
        sentence = "".join(clause.sentence.split()) if clause else finding.rule
        groups.setdefault((finding.account, finding.clause, sentence), []).append(finding)
    for group in groups.values():
        live = [f for f in group if (case := cases.get(f.key)) and not case.state.is_final]
        broken = [f for f in group if f.verdict is Verdict.VIOLATED]
        if len(group) == 1 or len(live) > 1 or not broken:
            yield from live if len(live) > 1 else group
            continue
        (own,) = live or [broken[0]]
        yield _spoken_for(own, broken)


def _spoken_for(own: Finding, broken: list[Finding]) -> Finding:
    """``own`` saying what every broken rule of its sentence says. Where itself is in order, it still tells of papers that
    were wrong, but the account was not in order as the sentence has it, so the case goes on."""
    if own in broken:
        broken = [own, *(f for f in broken if f is not own)]
    newest = max((f.shown_at for f in broken if f.shown_at), default=None)
    return replace(
        own,
        verdict=Verdict.VIOLATED,
        reason="；".join(f.reason for f in broken),
        evidence=tuple(dict.fromkeys(item for f in broken for item in f.evidence)),
        shown_at=newest,
        since=own.since or broken[0].since,
        in_order=own.in_order if own in broken else (),
        eased=False,
    )


def _notice_was_wrong(case: Case, finding: Finding) -> list[StepRecord]:
    """The papers that went out at a moment when the account was in order by the settings the case opened under, oldest
    first. A policy that was eased meanwhile does not make yesterday's notice wrong, one edited elsewhere does not
    make it right."""
    return [
        record
        for record in case.issued_steps
        if not record.revoked_at
        and record.issued_at
        and any(begin < record.issued_at <= end for begin, end in finding.in_order)
    ]


def overtaken(case: Case, finding: Finding, policy: Policy) -> bool:
    """True where a paper of the case must not leave any more: nobody can say any longer that the account is not in order,
    it was when the paper was signed, or another unit answers for it."""
    return (
        finding.verdict is not Verdict.VIOLATED
        or bool(_notice_was_wrong(case, finding))
        or _transferred(case, finding, policy)
    )


def _why(finding: Finding) -> str:
    return "发文时尚未超过期限" if finding.verdict is Verdict.VIOLATED else "发文之前已符合要求"


def _breach_is_new(case: Case, finding: Finding) -> bool:
    """True where this is another breach than the case's: the account was in order in between. Measured from the first
    step; where none has gone out, from the opening."""
    first = case.issued_steps[0].issued_at if case.issued_steps else None
    if first is None:
        return any(case.opened_at <= end for _, end in finding.in_order)
    return any(first <= begin for begin, _ in finding.in_order)


def _on_compliance(case: Case, finding: Finding, now: datetime) -> Iterator[Transition]:
    """The account has come into order: before anybody was told, or since? Or was only the policy edited?"""
    if case.state is CaseState.RESOLVED:
        if case.closing == "automatic" and not case.pending_appeal:
            yield close(case, SYSTEM, finding.reason, now)
        return
    if case.issued_steps or case.pending_appeal:
        yield _resolved(case, _eased(finding), finding, now)
    else:  # nobody was told, so there is nothing to look over
        reason = _eased(finding) if finding.eased else f"发文前已整改：{finding.reason}"
        yield _struck_off(case, reason, finding, now)


def _eased(finding: Finding) -> str:
    return f"制度文件已调整，按现行规定不再属于问题，并非已整改：{finding.reason}" if finding.eased else finding.reason


def _resolved(case: Case, reason: str, finding: Finding, now: datetime) -> Transition:
    data = EventPayload(evidence=finding.evidence, shown_at=finding.shown_at)
    return _change(case, EventKind.EASED if finding.eased else EventKind.RESOLVED, now, reason, data)


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
    if not case.pending_appeal and _transferred(case, finding, policy):
        yield from _to_unit(case, finding, policy, now, numbering, calendar)
    elif _confirmed(case, finding) or (
        not case.pending_appeal and (_breach_is_new(case, finding) or _cure_lasted(case, now))
    ):
        yield _struck_off(case, _ended(case, finding), finding, now)
        yield _opened(finding, policy, now, numbering(), calendar, case)
    elif case.state is CaseState.RESOLVED:
        moved = resume_after_pause(case, case.resolved_at or now, now)
        data = EventPayload(evidence=finding.evidence, shown_at=shown_at, records=moved)
        yield _change(case, EventKind.REOPENED, now, finding.reason, data)
    elif shown_at > case.shown_at and (finding.shown_at or now - case.shown_at >= READ_AGAIN):
        data = EventPayload(evidence=finding.evidence, shown_at=shown_at)
        yield _change(case, EventKind.CONFIRMED, now, finding.reason, data)


def _ended(case: Case, finding: Finding) -> str:
    """Why the old case ends where a new one begins; a 销号通知 may print it."""
    if _confirmed(case, finding):
        return "学校已确认本条的期限，按现行制度另立条目"
    cure = case.closing_reason if case.state is CaseState.RESOLVED else ""
    return f"{cure or '其间已符合要求'}；其后再次发生的，另立条目"


def _confirmed(case: Case, finding: Finding) -> bool:
    """True where the school has since confirmed the number that held the case: its papers follow today's ladder."""
    return (
        case.school_to_confirm and not finding.school_to_confirm and not case.issued_steps and not case.pending_appeal
    )


def _transferred(case: Case, finding: Finding, policy: Policy) -> bool:
    """True where the register names another unit than the case: nobody is accused of what another unit left undone."""
    if not finding.unit:
        return False
    one, other = ("".join(unit.split()).removeprefix(policy.school) for unit in (case.unit, finding.unit))
    return one != other


def _to_unit(
    case: Case, finding: Finding, policy: Policy, now: datetime, numbering: Callable[[], str], calendar: Calendar
) -> Iterator[Transition]:
    """Before any paper the case goes to the new unit as it is; later it ends without one, and the new unit is told from
    the beginning, with the whole term."""
    if case.issued_steps:
        reason = f"责任单位已由“{case.unit}”变更为“{finding.unit}”，另立条目"
        yield _change(case, EventKind.CLOSED, now, reason, EventPayload())
        yield _opened(finding, policy, now, numbering(), calendar, case)
        return
    unsigned = tuple(unproposed(r) for r in case.steps if r.proposed_by or r.approved_by)
    data = EventPayload(unit=finding.unit, supervisor=finding.supervisor, records=unsigned)
    yield _change(case, EventKind.TRANSFERRED, now, f"责任单位变更为“{finding.unit}”", data)


def _cure_lasted(case: Case, now: datetime) -> bool:
    """True where the case was resolved long enough ago for the cure to have been one. What is measured over a moving
    year can flip any day without anybody doing anything: that is one case."""
    if case.rule in MOVING or case.state is not CaseState.RESOLVED:
        return False
    return now - (case.resolved_at or now) > RELAPSE


def _reoffended(case: Case, finding: Finding, now: datetime) -> bool:
    """True where this is another breach than the one that was settled."""
    if case.rule in MOVING and now - (case.settled_at or now) <= WINDOW:
        return False
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
    clause = policy.clause_of(finding.rule, finding.clause)
    assert clause, "only a clause of today's file can be broken"
    ladder = _ladder(clause, policy)
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
        auto=policy.auto,
        term_runs_from=policy.term_runs_from,
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


def _ladder(clause: Clause, policy: Policy) -> tuple[LadderStep, ...]:
    """The clause's ladder; where the breach is a gap in the register, at most a request to complete it."""
    ladder = policy.ladders[clause.ladder]
    if clause.rule not in REGISTER_GAPS or clause.demands_letter or ladder[0].document is DocumentType.REMINDER:
        return ladder
    asked = {"code": "reminder", "document": DocumentType.REMINDER, "title": "", "tell": (Addressee.UNIT,)}
    return (ladder[0].model_copy(update=asked | {"clause": "", "sentence": ""}),)


def _change(case: Case, kind: EventKind, at: datetime, reason: str, data: EventPayload) -> Transition:
    event = CaseEvent(number=case.number, kind=kind, at=at, by=SYSTEM, reason=reason, data=data)
    return apply_event(case, event), (event,)
