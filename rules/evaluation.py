"""Observations fold into what is seen, meet what is declared, and are measured clause by clause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from rules.calendar import Calendar
from rules.catalogue import RULES, SchoolContext
from rules.catalogue.registry import BoundRule, UnitChecks
from rules.catalogue.results import turning
from rules.model import (
    Account,
    Filing,
    FilingStatus,
    Finding,
    Platform,
    RuleResult,
    Verdict,
)
from rules.policies.routing import advised, supervisor
from rules.policies.schema import Clause, Definition, Policy

REGISTER_WIDE_RULES = frozenset({"duplicate_account", "self_check"})
"""Rules that hold one filing against the unit's others (`SchoolContext.shared`, `SchoolContext.self_checks`)."""
FROM_EFFECTIVE = frozenset({"late_filing", "self_check"})
"""Rules that count from the day the regulation took effect."""
Opened = Mapping[str, Mapping[tuple[str, str], Mapping[str, Any]]]
"""Of accounts with open cases: by account key, then by rule and clause, the settings the case opened under."""


def school_context(policy: Policy, filings: Iterable[Filing], calendar: Calendar) -> SchoolContext:
    """What rules may know of the school; ``filings`` are read once, for what only the whole register shows, and only
    where a clause asks for it: a register of 100,000 accounts takes 150 MB."""
    rules = {clause.rule for clause in policy.clauses}
    compared = list(filings) if rules & REGISTER_WIDE_RULES else []
    return SchoolContext(
        code=policy.code,
        name=policy.school,
        calendar=calendar,
        effective=policy.regulation.effective,
        units=frozenset(unit.name for unit in policy.units),
        units_complete=policy.units_complete,
        unit_short_names={unit.name: unit.short for unit in policy.units},
        ranges=policy.ranges,
        domains=policy.domains,
        shared=_shared(compared) if "duplicate_account" in rules else {},
        self_checks=_self_checks(compared) if "self_check" in rules else {},
    )


def _self_checks(filings: Iterable[Filing]) -> dict[str, UnitChecks]:
    """By unit with several active filings: the newest self-check of any, and the eldest filing."""
    units: defaultdict[str, list[Filing]] = defaultdict(list)
    for filing in filings:
        if filing.unit and filing.status is FilingStatus.ACTIVE:
            units[filing.unit].append(filing)
    return {
        unit: UnitChecks(
            max((f.self_checked_at for f in group if f.self_checked_at), default=None), min(group, key=_age).id
        )
        for unit, group in units.items()
        if len(group) > 1
    }


def _shared(filings: Iterable[Filing]) -> dict[str, tuple[Filing, ...]]:
    """Active filings that share unit, platform and (for apps) type, eldest first; only where there are several."""
    groups: defaultdict[tuple[str, ...], list[Filing]] = defaultdict(list)
    for filing in filings:
        if filing.unit and filing.status is FilingStatus.ACTIVE:
            kind = filing.account_type if filing.platform is Platform.APP else ""
            groups[filing.unit, filing.platform, kind].append(filing)
    shared: dict[str, tuple[Filing, ...]] = {}
    for group in groups.values():
        if len(group) > 1:
            eldest_first = tuple(sorted(group, key=_age))
            shared.update((filing.id, eldest_first) for filing in group)
    return shared


def _age(filing: Filing) -> tuple[date, str]:
    return filing.opened_at or filing.filed_at or date.max, filing.id


BoundClauses = tuple[tuple[Clause, BoundRule], ...]
"""A policy's clauses, each with its rule and settings bound together; see `bind_clauses`."""


def bind_clauses(policy: Policy) -> BoundClauses:
    """Bind every clause once, for many accounts; each is asked only of what the regulation calls an account."""
    return tuple(
        (_narrowed(clause, policy.definition), RULES[clause.rule].bind(clause.settings)) for clause in policy.clauses
    )


def _narrowed(clause: Clause, definition: Definition | None) -> Clause:
    """The clause within the regulation's own definition of an account, where it does not say itself what it is about."""
    if definition is None:
        return clause
    changed: dict[str, Any] = {}
    if not clause.only.platforms:
        changed["platforms"] = definition.only.platforms
    if not clause.only.levels:
        changed |= {"levels": definition.only.levels, "except_levels": definition.only.except_levels}
    return clause.model_copy(update={"only": clause.only.model_copy(update=changed)})


def evaluate_account(
    account: Account, bound: BoundClauses, school: SchoolContext, now: datetime
) -> Iterator[tuple[Clause, RuleResult]]:
    """Every clause that applies to one account, with its answer; one for a level is not answered where none is filed."""
    filing = account.filing
    for clause, check in bound:
        if clause.only.covers(account.platform, filing):
            if answer := check(account, school, now):
                yield clause, answer
        elif filing and filing.status is FilingStatus.ACTIVE and clause.only.unknown(account.platform, filing):
            yield clause, RuleResult(Verdict.UNDETERMINED, "台账未填写账号级别，无法判断本条是否适用")


def evaluate(
    accounts: Iterable[Account], policy: Policy, school: SchoolContext, now: datetime, opened: Opened | None = None
) -> Iterator[Finding]:
    """One finding per account and clause, as the accounts stream by: nothing is kept between them. ``opened``: under
    which settings the open cases began; what they accuse is measured by those, whatever the file says today."""
    bound = bind_clauses(policy)
    for account in accounts:
        yield from findings_about(account, policy, bound, school, now, (opened or {}).get(account.key, {}))


class Answered(NamedTuple):
    """What one clause says of one account: the rule's own answer, as it may be held against the unit and as an open case
    has it. ``eased``: only an edit of the policy cured it; ``ended``: the policy no longer has it."""

    rule: str
    clause: str
    answer: RuleResult
    eased: bool = False
    ended: bool = False


def findings_about(
    account: Account,
    policy: Policy,
    bound: BoundClauses,
    school: SchoolContext,
    now: datetime,
    before: Mapping[tuple[str, str], Mapping[str, Any]],
) -> Iterator[Finding]:
    """`evaluate` for one account. ``bound``: the policy's own clauses; ``before``: the account's part of ``opened``."""
    office = supervisor(account, policy)
    for each in held_answers(account, evaluate_account(account, bound, school, now), policy, school, now, before):
        yield _finding(account, policy, office, each)


def held_answers(
    account: Account,
    answers: Iterable[tuple[Clause, RuleResult]],
    policy: Policy,
    school: SchoolContext,
    now: datetime,
    before: Mapping[tuple[str, str], Mapping[str, Any]],
) -> Iterator[Answered]:
    """The ``answers`` of `evaluate_account` as they count, and what is said of clauses of open cases that are no more."""
    met: set[tuple[str, str]] = set()
    for clause, answer in answers:
        key = (clause.rule, clause.clause)
        met.add(key)
        held = _shown_only(account, clause, policy, answer)
        yield Answered(*key, *_by_case(account, clause, held, before.get(key), school, now))
    for key in sorted(before.keys() - met):
        then = RULES[key[0]].bind(before[key])(account, school, now)
        if then:  # None: what the case is about no longer arises
            gone = RuleResult(Verdict.COMPLIANT, "制度文件已修改，该账号不再适用本条", until=then.until)
            yield Answered(*key, gone, eased=True, ended=True)


def _shown_only(account: Account, clause: Clause, policy: Policy, answer: RuleResult) -> RuleResult:
    """A breach that must not be held against the unit is shown, as something that nobody can say yet."""
    if answer.verdict is not Verdict.VIOLATED:
        return answer
    if way := advised(account, policy):
        why = f"该账号由校外组织主办，{way.to}只负指导责任，不适用处理级次"
    elif clause.duty == "office":
        why = "本条是主管部门的职责，请先核对并补录，不向主办单位发文"
    elif unconfirmed(clause, policy):
        why = "所依据的数字制度原文没有，待学校确认，确认之前不立案、不发文"
    else:
        return answer
    return replace(answer, verdict=Verdict.UNDETERMINED, reason=f"{answer.reason}（{why}）", since=None)


def unconfirmed(clause: Clause, policy: Policy) -> bool:
    """True where the answer rests on a number or a date that the school has not confirmed."""
    return clause.school_to_confirm or (policy.regulation.effective_to_confirm and clause.rule in FROM_EFFECTIVE)


def confirmed_basis(policy: Policy, rule: str, article: str) -> tuple[str, bool]:
    """What a finding under a clause cites, and whether the school has yet to confirm the clause."""
    clause = policy.clause_of(rule, article)
    return policy.basis(article), clause is not None and unconfirmed(clause, policy)


def _by_case(
    account: Account,
    clause: Clause,
    answer: RuleResult,
    settings: Mapping[str, Any] | None,
    school: SchoolContext,
    now: datetime,
) -> tuple[RuleResult, bool]:
    """The answer with the spans in order as the open case's own settings have them, and whether only an edit cured it."""
    if settings is None or dict(settings) == dict(clause.settings):
        return answer, False
    then = RULES[clause.rule].bind(settings)(account, school, now)
    if then is None:
        return answer, False
    eased = answer.verdict is Verdict.COMPLIANT and then.verdict is not Verdict.COMPLIANT
    return turning(replace(answer, in_order=then.in_order), now, then.until), eased


def unit_of(account: Account) -> str:
    """The unit that a finding about an account is about: the one filed, else the one it is suspected to be of."""
    suspected = account.suspicion.unit if account.suspicion else ""
    return account.filing.unit if account.filing else suspected


def _finding(account: Account, policy: Policy, office: str, answered: Answered) -> Finding:
    answer = answered.answer
    basis, to_confirm = confirmed_basis(policy, answered.rule, answered.clause)
    return Finding(
        school=account.school,
        platform=account.platform,
        account=account.key,
        title=account.title,
        unit=unit_of(account),
        supervisor=office,
        rule=answered.rule,
        clause=answered.clause,
        basis=basis,
        verdict=answer.verdict,
        reason=answer.reason,
        evidence=answer.evidence,
        shown_at=answer.shown_at,
        since=answer.since,
        until=answer.until,
        in_order=answer.in_order,
        school_to_confirm=to_confirm,
        provisional=answer.provisional,
        eased=answered.eased,
        ended=answered.ended,
    )
