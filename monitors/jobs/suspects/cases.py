"""The case of a suspect: opened the moment a person confirms it, ended the moment that is taken back."""

from __future__ import annotations

from monitors.app_context import AppContext
from monitors.jobs import case_actions
from monitors.jobs.case_desk import case_desk
from monitors.jobs.check import hold_of
from rules.accounts.join import join
from rules.calendar import china_calendar
from rules.candidates import Candidate
from rules.cases.case import CaseError
from rules.cases.reconcile import reconcile
from rules.cases.transitions import ABOUT_NAMES
from rules.evaluation import evaluate, school_context
from rules.model import CaseState, Finding, Verdict
from storage.serialization import dump

NO_POLICY = "这所学校没有制度文件，只记录决定，不立案。"


def open_now(context: AppContext, confirmed: Candidate) -> tuple[list[str], list[str]]:
    """The numbers of the cases that stand on it from now on, and sentences for the person; a clause that cannot be judged
    opens none and says why."""
    policy, now = context.policies.get(confirmed.school), context.clock()
    if policy is None:
        return [], [NO_POLICY]
    findings = _findings(context, confirmed)
    broken = [finding for finding in findings if finding.verdict is Verdict.VIOLATED]
    notes = [
        f"{finding.clause}没有立案：{finding.reason}。"
        for finding in findings
        if finding.verdict is Verdict.UNDETERMINED
    ]
    if not findings:
        notes.append("制度中没有适用于这个账号的条款，只记录决定，不立案。")
    context.store.cases.save_policy_version(policy.version, confirmed.school, dump(policy), now)
    hold = hold_of(context, confirmed.school, now)
    with case_desk(context, confirmed.school, now) as writer:
        book = writer.book
        # A case dismissed by a click that was taken back must not keep a new decision from opening one.
        newest = {key: case for key, case in book.newest_cases().items() if case.state is not CaseState.DISMISSED}
        number = lambda: f"{confirmed.school.upper()}-{now.year}-{book.next_number('case'):04d}"  # noqa: E731
        for case, events in reconcile(newest, broken, policy, now, number, china_calendar(), hold):
            writer.save(case, events)
            writer.prepare([case])
        book.save_findings(broken, [confirmed.key])
        standing = {finding.key for finding in broken}
        opened = [case for case in book.open_cases() if case.key in standing]
        writer.prepare(opened)
        numbers = [case.number for case in opened]
    if broken and not numbers:
        notes.append("与此前已办结的条目是同一问题，没有另立新条目。")
    return numbers, notes


def why_none(context: AppContext, confirmed: Candidate) -> list[str]:
    """Why a confirmed one has no case, as far as the clauses say; nothing where one stands."""
    if context.store.read_models.open_cases_about([confirmed.key]).get((confirmed.school, confirmed.key)):
        return []
    if confirmed.school not in context.policies:
        return [NO_POLICY]
    return _unjudged(_findings(context, confirmed)) or ["目前没有未办结的条目；此前的条目已办结的，见问题台账。"]


def _unjudged(findings: list[Finding]) -> list[str]:
    if not findings:
        return ["制度中没有适用于这个账号的条款，只记录决定，不立案。"]
    unsure = [finding for finding in findings if finding.verdict is Verdict.UNDETERMINED]
    return [f"{finding.clause}没有立案：{finding.reason}。" for finding in unsure]


def _findings(context: AppContext, confirmed: Candidate) -> list[Finding]:
    """What every clause about names says of this one account."""
    seen = context.store.observations.states([confirmed.key], context.clock())
    accounts = join((), seen, {confirmed.key: confirmed.suspicion()}, confirmed.school)
    policy = context.policies[confirmed.school]
    rest = school_context(policy, (), china_calendar())
    found = evaluate(accounts, policy, rest, context.clock(), None)
    return [finding for finding in found if finding.rule in ABOUT_NAMES]


def dismiss(context: AppContext, candidate: Candidate, *, by: str, reason: str) -> list[str]:
    """Dismiss its open cases; what was already sent has to be withdrawn by a person. Sentences for that person."""
    told = []
    for case in context.store.cases.open(candidate.school):
        if case.account != candidate.key or case.rule not in ABOUT_NAMES:
            continue
        try:
            case_actions.dismiss(context, case.number, by=by, reason=reason)
            told.append(f"条目 {case.number} 已认定不属实。")
        except CaseError as error:
            told.append(f"{error}；如认定有误，请用 xunjian case withdraw {case.number} 撤回。")
    return told
