"""判定: every clause asked of every account, findings followed to cases, steps that are due sent, notices queued."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from alerts.notices.drafting import draft
from alerts.notices.notice import EvidenceCitation, IssuingOffice, Reference
from alerts.notices.notice import document_number as document_number
from alerts.notices.planning import PlannedNotice, addressed, owed_notices
from monitors.app_context import AppContext
from rules.accounts.join import join
from rules.calendar import Calendar, china_calendar
from rules.cases import transitions
from rules.cases.case import Case, CaseEvent, EventKind
from rules.cases.reconcile import reconcile
from rules.catalogue import RULES
from rules.evaluation import Opened, evaluate, school_context
from rules.model import Account, Filing, Finding, Platform, Verdict
from rules.policies.schema import Addressee, Policy
from storage.cases import CaseTransaction
from storage.notices import OutboxEntry
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
    notices: int = 0


def accounts_of(context: AppContext, school: str, now: datetime) -> Iterator[Account]:
    """The full outer join, streaming: filings in pages with what was seen of them, then suspects nobody filed."""
    suspicions = context.store.candidates.suspicions(school)
    for page in context.store.read_models.account_pages(school, suspicions, now):
        suspected = {} if page.filings else {key: suspicions[key] for key in page.keys}
        yield from join(page.filings, page.seen, suspected, school)


def findings_of(
    context: AppContext, school: str, now: datetime, report: CheckReport | None = None, opened: Opened | None = None
) -> Iterator[Finding]:
    """Every answer of every clause for one school. Raises KeyError where the school has no policy. ``opened``: see
    `rules.evaluation.evaluate`."""
    policy = context.policies[school]

    def counted() -> Iterator[Account]:
        for account in accounts_of(context, school, now):
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


def check(context: AppContext, school: str, now: datetime) -> CheckReport:
    """Findings → cases → steps → notices, for one school; running it twice at the same moment changes nothing."""
    report, policy, calendar = CheckReport(school), context.policies[school], china_calendar()
    open_cases = context.store.cases.open(school)
    open_keys = {case.key for case in open_cases}
    kept: dict[str, Finding] = {}  # an account filed twice has one case
    for finding in findings_of(context, school, now, report, settings_at_opening(context, open_cases)):
        report.violated += finding.verdict is Verdict.VIOLATED
        report.undetermined += finding.verdict is Verdict.UNDETERMINED
        if finding.verdict is Verdict.VIOLATED or finding.key in open_keys:
            kept.setdefault(finding.key, finding)
    context.store.cases.save_policy_version(policy.version, school, dump(policy), now)
    with context.store.cases.transaction(school, now) as book:
        desk = CaseWriter(context, book, policy, calendar, now)
        number = lambda: f"{school.upper()}-{now.year}-{book.next_number('case'):04d}"  # noqa: E731
        cases = book.newest_cases()
        for case, events in reconcile(cases, kept.values(), policy, now, number, calendar):
            report.opened += any(event.kind is EventKind.OPENED for event in events)
            report.changed += 1
            desk.save(case, events)
        frozen = frozen_platforms(context)
        for case in book.open_cases():
            report.issued += desk.issue_due_step(case, frozen)
        report.notices = desk.notices
        book.save_findings([finding for finding in kept.values() if finding.verdict is Verdict.VIOLATED])
    return report


def frozen_platforms(context: AppContext) -> set[Platform]:
    """Platforms whose breaker is open: nothing escalates there."""
    return set(context.store.platform_state.open_breakers())


@dataclass
class CaseWriter:
    """Where cases change: what a change owes is written and numbered in the same transaction."""

    context: AppContext
    book: CaseTransaction
    policy: Policy
    calendar: Calendar
    now: datetime
    notices: int = 0

    def save(self, case: Case, events: Iterable[CaseEvent]) -> None:
        """Write a change and queue the notices that the case's history owes by now."""
        self.book.write(case, list(events))
        history = self.book.events(case.number)
        for planned in owed_notices(case, history, self.policy, written=self.book.notice_ids(case.number)):
            self._queue(planned, case)

    def issue_due_step(self, case: Case, frozen: Collection[Platform]) -> bool:
        """Send the next step where it is due and nothing holds it."""
        if not transitions.escalation_status(case, self.now, frozen).ready or case.pending_step is None:
            return False
        self.save(*transitions.issue(case, self.now, notice=f"{case.number}/{case.pending_step.step}", frozen=frozen))
        return True

    def _queue(self, planned: PlannedNotice, case: Case) -> None:
        settings, year = self.context.settings, self.now.year
        office = IssuingOffice(
            name=settings.office or self.policy.school, contact=settings.office_contact, phone=settings.office_phone
        )
        whose = addressed(case, planned.tell, self.policy)
        sequence = self.book.next_number(f"notice/{planned.document.value}", year)
        notice = draft(
            planned,
            case,
            self.policy,
            office,
            number=document_number(planned.document, year, sequence, office.prefix),
            issued_at=self.now,
            recipients=recipients(self.context, case, planned.tell),
            addressee_mailboxes=recipients(self.context, case, [whose] if whose else ()),
            evidence=self._exhibits(case, planned),
            earlier=self._earlier(case, planned.revoked),
            demo=settings.demo,
        )
        kind = planned.document.value
        self.book.enqueue_notice(
            OutboxEntry(id=notice.id, number=notice.number, case_number=case.number, document=kind, body=dump(notice))
        )
        self.notices += 1

    def _exhibits(self, case: Case, planned: PlannedNotice) -> tuple[EvidenceCitation, ...]:
        """The case's evidence and what the answer itself stands on, each with the time that its own page was seen. Of
        what no look recorded only the last exhibit has one: the case's ``shown_at``."""
        items = dict.fromkeys((*case.evidence, *planned.evidence))
        times = self.context.store.observations.evidence_times(case.account, items)
        if case.evidence:
            times.setdefault(case.evidence[-1], case.shown_at)
        return tuple(EvidenceCitation(id=item, seen_at=times.get(item)) for item in items)

    def _earlier(self, case: Case, only: Collection[str]) -> tuple[Reference, ...]:
        """What went out before; of a correction of some papers, those papers."""
        numbers = self.book.notice_numbers(case.number)
        return tuple(
            Reference(number=numbers[record.notice], document=record.title, issued_at=record.issued_at)
            for record in case.issued_steps
            if record.issued_at and record.issued_at < self.now and record.notice in numbers
            if not only or record.step in only
        )


def recipients(context: AppContext, case: Case, tell: Iterable[Addressee]) -> tuple[str, ...]:
    """Mailboxes behind the addressees: the register's for the unit, the settings' for offices."""
    boxes: list[str] = []
    for who in tell:
        if who is Addressee.UNIT:
            filings: list[Filing] = context.store.filings.by_key([case.account]).get(case.account, [])
            boxes += [mail for filing in filings if filing.school == case.school for mail in filing.emails]
        else:
            boxes += context.settings.mailboxes.get(who.value, ())
    return tuple(dict.fromkeys(boxes))
