"""Where cases change: what a change owes is drafted, and what it makes pointless is stopped, in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.notices.drafting import draft
from alerts.notices.notice import NO_EDITS, Notice, Reference
from alerts.notices.planning import PlannedNotice, addressed, owed_notices, planned_step
from monitors.app_context import AppContext
from monitors.jobs.evidence_store import not_stored
from monitors.jobs.outbox_entries import entry_of
from monitors.jobs.paper_facts import case_now, exhibits, issuing_office
from monitors.jobs.reminders import draft_reminders, leave_draft, send_reminders
from rules.calendar import Calendar
from rules.cases import moves, signing
from rules.cases.case import SYSTEM, Case, CaseEvent, EventKind, EventPayload
from rules.cases.reconcile import overtaken
from rules.cases.transitions import RESTING, escalation_status
from rules.model import CaseState, DocumentType, Filing, Finding, Platform
from rules.policies.schema import Addressee, LadderStep, Policy
from storage.cases import CaseTransaction
from storage.letters import UNSENT, UNSIGNED
from storage.notices import NoticeState, OutboxNotice
from storage.serialization import load


@dataclass
class CaseWriter:
    """One school's cases inside one transaction. ``frozen``: platforms that the breaker has stopped."""

    context: AppContext
    book: CaseTransaction
    policy: Policy
    calendar: Calendar
    now: datetime
    frozen: Collection[Platform] = ()
    issued: int = 0
    drafts: int = 0

    def save(self, case: Case, events: Iterable[CaseEvent]) -> None:
        """Write a change and draft the answers that the case's history owes by now; a case that is over, or looks cured,
        has no step to be signed."""
        self.book.write(case, list(events))
        if case.state.is_final or case.state is CaseState.RESOLVED:
            self._stop_step_drafts(case, case.closing_reason or case.state.label)
        history = self.book.events(case.number)
        for planned in owed_notices(case, history, self.policy, written=self.book.notice_ids(case.number)):
            self._put(case, self.paper(planned, case))

    def prepare(self, cases: Iterable[Case]) -> None:
        """Draft the steps that are due, stop drafts that are not any more, and let informal reminders go."""
        self._resume_overdue()
        drafts = {row.id: row for row in self.book.letters.in_state(*UNSIGNED)}
        put_off = {
            n
            for row in drafts.values()
            if row.state is NoticeState.DEFERRED
            for n in self.book.letters.cases_of(row.id)
        }
        by_itself, by_hand = list[Case](), list[Case]()
        for case in cases:
            status = escalation_status(case, self.now, self.frozen)
            if status.ready:
                if case.number not in put_off and not self.unstored(case):
                    by_itself.append(case)
            elif status.signable and status.step and status.step.document is DocumentType.REMINDER:
                by_hand.append(case)
            elif status.signable and status.step:
                self._draft_step(case, status.step, drafts)
            elif status.reason not in RESTING:
                self._stop_step_drafts(case, status.reason.label)
        if by_hand:
            draft_reminders(self, by_hand)
        send_reminders(self, by_itself)

    def note(self, notice: str, kind: EventKind, by: str, reason: str, until: datetime | None = None) -> None:
        """Enter what happened to a letter into the history of every case it is about; the cases stay as they are."""
        for number in self.book.letters.cases_of(notice):
            case = self.book.case(number)
            assert case, "a letter belongs to cases"
            data = EventPayload(notice=notice, until=until)
            self.book.write(*moves.change(case, kind, self.now, by, reason, data))

    def resume(self, notice: str, by: str, reason: str) -> None:
        """A draft put off lies before the signer again."""
        self.book.letters.resume(notice)
        self.note(notice, EventKind.RESUMED, by, reason)

    def _resume_overdue(self) -> None:
        for row in self.book.letters.in_state(NoticeState.DEFERRED):
            if row.next_attempt_at and row.next_attempt_at <= self.now:
                self.resume(row.id, SYSTEM, "暂缓期满")

    def unstored(self, case: Case) -> bool:
        """True where a page that the case stands on lies on one host only: then no paper leaves."""
        return bool(not_stored(self.context, case.evidence))

    def recall_overtaken(self, cases: dict[str, Case], findings: Mapping[str, Finding]) -> None:
        """Stop signed papers that nobody was sent yet and whose reason is gone; ``cases`` then holds the cases as they are."""
        rows = self.book.letters.in_state(*UNSENT)
        keys = {case.number: key for key, case in cases.items()} if rows else {}
        for row in rows:
            for number in self.book.letters.cases_of(row.id):
                case = cases.get(keys.get(number, ""))
                finding = findings.get(case.key) if case and not case.state.is_final else None
                if case and finding and overtaken(case, finding, self.policy):
                    for changed in self.recall(case, SYSTEM, f"尚未发出，情况已有变化：{finding.reason}"):
                        cases[changed.key] = changed

    def recall(self, case: Case, by: str, reason: str) -> list[Case]:
        """Stop this case's signed papers that nobody was sent; the cases that this changed, itself first. A letter about
        several cases is stopped for all of them."""
        changed: dict[str, Case] = {case.number: case}
        for row in self.book.letters.of_case(case.number, UNSENT):
            about = [self.book.case(number) for number in self.book.letters.cases_of(row.id)]
            issued = [each for each in about if each and any(r.notice == row.id for r in each.issued_steps)]
            if not issued or not self.book.letters.stop(row.id, reason):
                continue
            for each in issued:
                latest = changed.get(each.number, each)
                changed[each.number], events = signing.stop(latest, row.id, by, reason, self.now)
                self.book.write(changed[each.number], events)
        return list(changed.values())

    def paper(
        self,
        planned: PlannedNotice,
        case: Case,
        *,
        number: str = "",
        signer: signing.Signatory | None = None,
        kept: Notice | None = None,
    ) -> Notice:
        """A paper made from the facts of this moment, with what the office wrote over in the draft ``kept``; without
        ``number`` and ``signer`` it is a draft."""
        whose = addressed(case, planned.tell, self.policy)
        return draft(
            planned,
            case,
            self.policy,
            issuing_office(self.context.settings, self.policy),
            number=number,
            issued_at=self.now,
            recipients=recipients(self.context, case, planned.tell),
            addressee_mailboxes=recipients(self.context, case, [whose] if whose else ()),
            evidence=exhibits(self.context, case, case.evidence),
            proof=exhibits(self.context, case, planned.evidence),
            earlier=self.earlier(case, planned.revoked),
            signer=signer.display if signer else "",
            signer_post=signer.post if signer else "",
            note=kept.note if kept else "",
            edits=kept.edits if kept else NO_EDITS,
            demo=self.context.settings.demo,
        )

    def step_paper(
        self,
        case: Case,
        step: LadderStep,
        notice: str,
        *,
        number: str = "",
        signer: signing.Signatory | None = None,
        kept: Notice | None = None,
    ) -> Notice:
        """The paper of a step, to the unit that the register names today."""
        present = case_now(self.context, case, self.now)
        events = self.book.events(case.number)
        planned = planned_step(present, step, events, self.policy, notice=notice, now=self.now)
        return self.paper(planned, present, number=number, signer=signer, kept=kept)

    def owed(self, case: Case, notice: str) -> PlannedNotice | None:
        """The answer of this id that the case's history owes."""
        found = owed_notices(case, self.book.events(case.number), self.policy)
        return next((planned for planned in found if planned.id == notice), None)

    def earlier(self, case: Case, only: Collection[str] = ()) -> tuple[Reference, ...]:
        """What went out before; of a correction of some papers, those papers."""
        numbers = {row.id: row.number for row in self.book.letters.of_case(case.number)}
        return tuple(
            Reference(
                number=numbers[record.notice],
                document=record.document.label,
                issued_at=record.issued_at,
                delivered_at=record.delivered_at,
            )
            for record in case.issued_steps
            if record.issued_at and record.issued_at < self.now and record.notice in numbers
            if not only or record.step in only
        )

    def _draft_step(self, case: Case, step: LadderStep, drafts: Mapping[str, OutboxNotice]) -> None:
        notice = signing.notice_id(case, self.book.events(case.number), step.code)
        known = drafts.get(notice)
        kept = load(Notice, known.document) if known else None
        if kept is None or _stale(kept, case_now(self.context, case, self.now)):
            self._put(case, self.step_paper(case, step, notice, kept=kept))

    def _put(self, case: Case, paper: Notice) -> None:
        self.book.letters.put(entry_of(paper, (case.number,), NoticeState.DRAFT))
        self.drafts += 1

    def _stop_step_drafts(self, case: Case, reason: str) -> None:
        steps = {step.document.value for step in case.ladder}
        for row in self.book.letters.of_case(case.number, UNSIGNED):
            if row.document_type == DocumentType.REMINDER.value:
                leave_draft(self, case, row, reason)
            elif row.document_type in steps:
                self.book.letters.stop(row.id, reason)


def numbered(document: DocumentType) -> bool:
    """True for a paper that bears a 文号; a 提示函 is a letter without one."""
    return document is not DocumentType.REMINDER


def _stale(kept: Notice, present: Case) -> bool:
    """True where a draft does not say what is so now."""
    return (kept.unit, kept.account, kept.reason, kept.shown_at) != (
        present.unit,
        present.title,
        present.reason,
        present.shown_at,
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
