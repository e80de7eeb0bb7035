"""判定: every clause asked of every account, findings followed to cases, papers that are due drafted for a signature."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from monitors.app_context import AppContext
from monitors.jobs.case_desk import case_desk
from rules.accounts.join import join
from rules.calendar import china_calendar
from rules.cases.case import Case, EventKind
from rules.cases.reconcile import NO_HOLD, DraftHold, reconcile
from rules.catalogue import RULES
from rules.evaluation import Opened, evaluate, school_context
from rules.model import Account, Finding, Verdict
from storage.serialization import dump, load_json


@dataclass
class CheckReport:
    """What a check did to one school."""

    school: str
    accounts: int = 0
    violated: int = 0
    undetermined: int = 0
    opened: int = 0
    changed: int = 0
    issued: int = 0
    drafts: int = 0


def accounts_of(
    context: AppContext, school: str, now: datetime, only: Collection[str] | None = None
) -> Iterator[Account]:
    """The full outer join, streaming: filings in pages with what was seen of them, then suspects nobody filed. ``only``:
    of these keys."""
    suspicions = context.store.candidates.suspicions(school)
    if only is not None:
        found = context.store.filings.by_key(list(only))
        filings = [filing for key in only for filing in found.get(key, []) if filing.school == school]
        seen = context.store.observations.states(list(only), now)
        yield from join(filings, seen, {key: suspicions[key] for key in only if key in suspicions}, school)
        return
    for page in context.store.read_models.account_pages(school, suspicions, now):
        suspected = {} if page.filings else {key: suspicions[key] for key in page.keys}
        yield from join(page.filings, page.seen, suspected, school)


def findings_of(
    context: AppContext,
    school: str,
    now: datetime,
    report: CheckReport | None = None,
    opened: Opened | None = None,
    only: Collection[str] | None = None,
) -> Iterator[Finding]:
    """Every answer of every clause for one school, or for the accounts ``only``. Raises KeyError where the school has no
    policy. ``opened``: see `rules.evaluation.evaluate`."""
    policy = context.policies[school]

    def counted() -> Iterator[Account]:
        for account in accounts_of(context, school, now, only):
            if report:
                report.accounts += 1
            yield account

    rest = school_context(policy, context.store.filings.iterate(school), china_calendar())
    yield from evaluate(counted(), policy, rest, now, opened)


def settings_at_opening(context: AppContext, cases: Iterable[Case]) -> Opened:
    """By account, rule and clause the settings under which its open case began, from the policies kept by version."""
    policies: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
    opened: defaultdict[str, dict[tuple[str, str], dict[str, Any]]] = defaultdict(dict)
    for case in cases:
        if case.policy_version not in policies:
            policies[case.policy_version] = _settings(context.store.cases.remembered_policy(case.policy_version))
        key = (case.rule, case.clause)
        settings = policies[case.policy_version].get(key)
        if settings is not None and _still_valid(case.rule, settings):
            opened[case.account][key] = settings
    return opened


def _settings(document: str | None) -> dict[tuple[str, str], dict[str, Any]]:
    """Settings by rule and clause of a policy as it was kept, which today's schema need not accept."""
    clauses = load_json("制度版本", document).get("clauses", []) if document else []
    return {(c["rule"], c["clause"]): dict(c.get("settings", c.get("with", {}))) for c in clauses}


def _still_valid(rule: str, settings: dict[str, Any]) -> bool:
    """False where the rule has lost a setting since: it can no longer be asked as it was."""
    try:
        return rule in RULES and bool(RULES[rule].settings.model_validate(settings))
    except ValidationError:
        return False


def check(context: AppContext, school: str, now: datetime, accounts: Collection[str] | None = None) -> CheckReport:
    """Findings → cases → drafts, for one school; running it twice at the same moment changes nothing. ``accounts``: judge
    these alone, before a paper about them is signed or sent."""
    report, policy, calendar = CheckReport(school), context.policies[school], china_calendar()
    open_cases = context.store.cases.open(school)
    open_keys = {case.key for case in open_cases}
    kept: dict[str, Finding] = {}  # an account filed twice has one case
    for finding in findings_of(context, school, now, report, settings_at_opening(context, open_cases), accounts):
        report.violated += finding.verdict is Verdict.VIOLATED
        report.undetermined += finding.verdict is Verdict.UNDETERMINED
        if finding.verdict is Verdict.VIOLATED or finding.key in open_keys:
            kept.setdefault(finding.key, finding)
    context.store.cases.save_policy_version(policy.version, school, dump(policy), now)
    hold = hold_of(context, school, now)
    with case_desk(context, school, now) as desk:
        book = desk.book
        number = lambda: f"{school.upper()}-{now.year}-{book.next_number('case'):04d}"  # noqa: E731
        cases = book.newest_cases()
        desk.recall_overtaken(cases, kept)
        for case, events in reconcile(cases, kept.values(), policy, now, number, calendar, hold):
            report.opened += any(event.kind is EventKind.OPENED for event in events)
            report.changed += 1
            desk.save(case, events)
        desk.prepare([case for case in book.open_cases() if accounts is None or case.account in accounts])
        report.issued, report.drafts = desk.issued, desk.drafts
        book.save_findings([finding for finding in kept.values() if finding.verdict is Verdict.VIOLATED], accounts)
    return report


def hold_of(context: AppContext, school: str, now: datetime) -> DraftHold:
    """Whether cases that open now wait for a 摸底 to end. The first check of a school begins one."""
    survey = context.store.surveys.newest(school)
    if survey is None and not context.store.cases.any(school):
        context.store.surveys.open(school, "首次核对", now)
        survey = context.store.surveys.newest(school)
    return survey.hold if survey else NO_HOLD
