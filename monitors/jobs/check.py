"""判定: every clause asked of every account, findings followed to cases, papers that are due drafted for a signature."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitors.app_context import AppContext
from monitors.jobs.answers import kept_findings, refresh, settings_at_opening
from monitors.jobs.case_desk import case_desk
from rules.accounts.join import join
from rules.calendar import china_calendar
from rules.cases.case import Case, EventKind
from rules.cases.reconcile import NO_HOLD, DraftHold, one_a_sentence, reconcile
from rules.evaluation import Opened, evaluate, school_context
from rules.model import Account, Filing, Finding, Verdict
from storage.serialization import dump


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
    doubts: dict[str, str] = field(default_factory=dict)

    def count(self, finding: Finding) -> None:
        """One more answer."""
        self.violated += finding.verdict is Verdict.VIOLATED
        self.undetermined += finding.verdict is Verdict.UNDETERMINED


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

    others = (
        context.store.filings.iterate(school)
        if only is None
        else beside(context, accounts_of(context, school, now, only))
    )
    rest = school_context(policy, others, china_calendar())
    yield from evaluate(counted(), policy, rest, now, opened)


def beside(context: AppContext, accounts: Iterable[Account]) -> Iterator[Filing]:
    """The filings that clauses may hold these accounts of one school against: all of their units."""
    units: dict[str, set[str]] = {}
    for account in accounts:
        if account.filing and account.filing.unit:
            units.setdefault(account.school, set()).add(account.filing.unit)
    for school, names in units.items():
        yield from context.store.filings.of_units(school, names)


def kept_findings_of(
    context: AppContext, school: str, now: datetime, report: CheckReport | None = None, *, everything: bool = True
) -> Iterator[Finding]:
    """What `findings_of` says by the settings of the open cases, in the same order; asked is only what changed since it
    was asked last, or whose time has come. Without ``everything``: of filed accounts those alone that break a clause or
    have an open case."""
    answers = context.store.answers
    refresh(context, school, now)
    totals = answers.totals(school)
    rows = answers.all(school, now) if everything else answers.concerned(school, now)
    yield from kept_findings(context.policies[school], rows)
    suspects = list(_suspects(context, school, now))
    if report:
        report.accounts = totals.filings + len(suspects)
        report.violated, report.undetermined = totals.violated, totals.undetermined
    policy, opened = context.policies[school], settings_at_opening(context, context.store.cases.open(school))
    for finding in evaluate(suspects, policy, school_context(policy, (), china_calendar()), now, opened):
        if report:
            report.count(finding)
        yield finding


def _suspects(context: AppContext, school: str, now: datetime) -> Iterator[Account]:
    """Suspected accounts that the school has not filed: few, and asked anew each time."""
    suspicions = context.store.candidates.suspicions(school)
    filed = context.store.filings.by_key(list(suspicions))
    unfiled = {
        key: suspicion
        for key, suspicion in suspicions.items()
        if all(filing.school != school for filing in filed.get(key, ()))
    }
    yield from join([], context.store.observations.states(list(unfiled), now), unfiled, school)


def check(
    context: AppContext, school: str, now: datetime, accounts: Collection[str] | None = None, *, anew: bool = False
) -> CheckReport:
    """Findings → cases → drafts, for one school; running it twice at the same moment changes nothing. ``accounts``: judge
    these alone, before a paper about them is signed or sent. ``anew``: ask every account, whatever was kept."""
    report, policy, calendar = CheckReport(school), context.policies[school], china_calendar()
    open_cases = context.store.cases.open(school)
    open_keys = {case.key for case in open_cases}
    kept: dict[str, Finding] = {}  # an account filed twice has one case
    for finding in _asked(context, school, now, report, open_cases, accounts, anew=anew):
        if finding.verdict is Verdict.VIOLATED or finding.key in open_keys:
            kept.setdefault(finding.key, finding)
    context.store.cases.save_policy_version(policy.version, school, dump(policy), now)
    hold = hold_of(context, school, now)
    with case_desk(context, school, now) as desk:
        book = desk.book
        number = lambda: f"{school.upper()}-{now.year}-{book.next_number('case'):04d}"  # noqa: E731
        cases = book.newest_cases()
        told = {each.key: each for each in one_a_sentence(kept.values(), policy, cases)}
        report.doubts = {key: each.reason for key, each in told.items() if each.verdict is Verdict.UNDETERMINED}
        desk.recall_overtaken(cases, told)
        for case, events in reconcile(cases, kept.values(), policy, now, number, calendar, hold):
            report.opened += any(event.kind is EventKind.OPENED for event in events)
            report.changed += 1
            desk.save(case, events)
        desk.prepare([case for case in book.open_cases() if accounts is None or case.account in accounts])
        report.issued, report.drafts = desk.issued, desk.drafts
        book.save_findings([finding for finding in kept.values() if finding.verdict is Verdict.VIOLATED], accounts)
    return report


def _asked(
    context: AppContext,
    school: str,
    now: datetime,
    report: CheckReport,
    open_cases: Sequence[Case],
    accounts: Collection[str] | None,
    *,
    anew: bool,
) -> Iterator[Finding]:
    if accounts is None and not anew:
        yield from kept_findings_of(context, school, now, report, everything=False)
        return
    for finding in findings_of(context, school, now, report, settings_at_opening(context, open_cases), accounts):
        report.count(finding)
        yield finding


def hold_of(context: AppContext, school: str, now: datetime) -> DraftHold:
    """Whether cases that open now wait for a 摸底 to end. The first check of a school begins one."""
    survey = context.store.surveys.newest(school)
    if survey is None and not context.store.cases.any(school):
        context.store.surveys.open(school, "首次核对", now)
        survey = context.store.surveys.newest(school)
    return survey.hold if survey else NO_HOLD
