"""判定: every clause asked of every account, findings followed to cases, steps that are due sent, notices queued."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from alerts.notices.drafting import draft
from alerts.notices.notice import Exhibit, Office, Reference
from alerts.notices.notice import number as document_number
from alerts.notices.planning import PlannedNotice, plan
from monitors.app_context import World
from rules.calendar import Calendar, standard
from rules.cases import transitions
from rules.cases.case import Case, CaseEvent, EventKind
from rules.cases.reconcile import follow
from rules.evaluation import context, evaluate, join
from rules.model import Account, Filing, Finding, Platform, Verdict
from rules.policies.schema import Addressee, Policy
from storage.cases import Ledger, Owed
from storage.filings import key_of
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
    notices: int = 0


def accounts_of(world: World, school: str, now: datetime) -> Iterator[Account]:
    """The full outer join, streaming: filings in pages with what was seen of them, then suspects nobody filed."""
    looks = world.store.looks
    suspicions = world.store.candidates.suspicions(school)
    with world.store.database.read() as tx:
        for filings in world.store.filings.chunks(tx, school):
            filed = [key_of(filing) for filing in filings]
            seen = looks.seen_in(tx, filed, now)
            for key in filed:
                suspicions.pop(key, None)
            yield from join(filings, seen, {}, school)
        keys = list(suspicions)
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            yield from join((), looks.seen_in(tx, some, now), {key: suspicions[key] for key in some}, school)


def findings_of(world: World, school: str, now: datetime, report: CheckReport | None = None) -> Iterator[Finding]:
    """Every answer of every clause for one school. Raises KeyError where the school has no policy."""
    policy = world.policies[school]

    def counted() -> Iterator[Account]:
        for account in accounts_of(world, school, now):
            if report:
                report.accounts += 1
            yield account

    rest = context(policy, world.store.filings.iterate(school), standard())
    yield from evaluate(counted(), policy, rest, now)


def check(world: World, school: str, now: datetime) -> CheckReport:
    """Findings → cases → steps → notices, for one school; running it twice at the same moment changes nothing."""
    report, policy, calendar = CheckReport(school), world.policies[school], standard()
    open_keys = {case.key for case in world.store.cases.open(school)}
    kept: dict[str, Finding] = {}  # an account filed twice has one case
    for finding in findings_of(world, school, now, report):
        report.violated += finding.verdict is Verdict.VIOLATED
        report.undetermined += finding.verdict is Verdict.UNDETERMINED
        if finding.verdict is Verdict.VIOLATED or finding.key in open_keys:
            kept.setdefault(finding.key, finding)
    world.store.cases.remember_policy(policy.version, school, dump(policy), now)
    with world.store.cases.ledger(school, now) as book:
        desk = Desk(world, book, policy, calendar, now)
        number = lambda: f"{school.upper()}-{now.year}-{book.next_number('case'):04d}"  # noqa: E731
        cases = book.newest_cases()
        for case, events in follow(cases, kept.values(), policy, now, number, calendar):
            report.opened += any(event.kind is EventKind.OPENED for event in events)
            report.changed += 1
            desk.keep(case, events)
        frozen = frozen_platforms(world)
        for case in book.open_cases():
            report.issued += desk.climb(case, frozen)
        report.notices = desk.notices
        book.save_findings([finding for finding in kept.values() if finding.verdict is Verdict.VIOLATED])
    return report


def frozen_platforms(world: World) -> set[Platform]:
    """Platforms whose breaker is open: nothing escalates there."""
    return {Platform(row["platform"]) for row in world.store.runs.platforms() if row["frozen_at"]}


@dataclass
class Desk:
    """Where cases change: what a change owes is written and numbered in the same transaction."""

    world: World
    book: Ledger
    policy: Policy
    calendar: Calendar
    now: datetime
    notices: int = 0

    def keep(self, case: Case, events: Iterable[CaseEvent]) -> None:
        """Write a change and queue the notices that the case's history owes by now."""
        self.book.write(case, list(events))
        history = self.book.events(case.number)
        for planned in plan(case, history, self.policy, written=self.book.written(case.number)):
            self._queue(planned, case)

    def climb(self, case: Case, frozen: Collection[Platform]) -> bool:
        """Send the next step where it is due and nothing holds it."""
        if not transitions.escalate(case, self.now, frozen).ready or case.pending is None:
            return False
        self.keep(*transitions.issue(case, self.now, notice=f"{case.number}/{case.pending.step}", frozen=frozen))
        return True

    def _queue(self, planned: PlannedNotice, case: Case) -> None:
        settings, year = self.world.settings, self.now.year
        office = Office(
            name=settings.office or self.policy.school, contact=settings.office_contact, phone=settings.office_phone
        )
        sequence = self.book.next_number(f"notice/{planned.document.value}", year)
        notice = draft(
            planned,
            case,
            self.policy,
            office,
            number=document_number(planned.document, year, sequence, office.prefix),
            issued_at=self.now,
            recipients=recipients(self.world, case, planned.tell),
            evidence=tuple(Exhibit(id=item, seen_at=case.shown_at) for item in case.evidence),
            earlier=self._earlier(case),
            demo=settings.demo,
        )
        kind = planned.document.value
        self.book.owe(
            Owed(id=notice.id, number=notice.number, case_number=case.number, document=kind, body=dump(notice))
        )
        self.notices += 1

    def _earlier(self, case: Case) -> tuple[Reference, ...]:
        numbers = self.book.numbers(case.number)
        return tuple(
            Reference(number=numbers[record.notice], document=record.title, issued_at=record.issued_at)
            for record in case.issued
            if record.issued_at and record.issued_at < self.now and record.notice in numbers
        )


def recipients(world: World, case: Case, tell: Iterable[Addressee]) -> tuple[str, ...]:
    """Mailboxes behind the addressees: the register's for the unit, the settings' for offices."""
    boxes: list[str] = []
    for who in tell:
        if who is Addressee.UNIT:
            filings: list[Filing] = world.store.filings.by_key([case.account]).get(case.account, [])
            boxes += [mail for filing in filings if filing.school == case.school for mail in filing.emails]
        else:
            boxes += world.settings.mailboxes.get(who.value, ())
    return tuple(dict.fromkeys(boxes))
