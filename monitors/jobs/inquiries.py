"""核实请求, once a day: what pages answered meanwhile is closed, who has not answered is reminded, who is to be asked is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from alerts.inquiries import InquiryItem, InquiryLetter
from crawler.platforms import SPECS
from monitors.app_context import AppContext
from monitors.jobs.bridges import probably_silent
from monitors.jobs.coverage import known_accounts
from rules.calendar import Calendar, china_calendar, day_of
from rules.coverage import UPDATE_RULE, AccountKnowledge, Knowledge
from rules.inquiries import (
    SYSTEM,
    Inquiry,
    InquiryError,
    InquiryState,
    close,
    lapse,
    lapse_due,
    remind,
    reminder_due,
    with_terms,
)
from rules.inquiry_links import link_opens, make_link_token, read_link_token
from rules.inquiry_plan import Question, awaits_first_look, is_settled_by, question_about
from rules.policies.schema import Policy
from storage.inquiries import letter_id
from storage.serialization import dump

WAITING = [state for state in InquiryState if state.waits]


@dataclass
class InquiryReport:
    """What one run did at one school. ``not_looked_at``: accounts to be asked about once their public pages were tried."""

    school: str
    asked: int = 0
    reminded: int = 0
    overdue: int = 0
    for_staff: int = 0
    closed: int = 0
    letters: int = 0
    not_looked_at: int = 0


@dataclass
class InquiryDesk:
    """One school's inquiries at one moment."""

    context: AppContext
    policy: Policy
    calendar: Calendar
    now: datetime

    def settle(self, known: dict[str, AccountKnowledge], report: InquiryReport) -> None:
        """Close what nobody needs to answer any more, and pass to the staff what stayed unanswered."""
        for inquiry in self.context.store.inquiries.all(
            school=self.policy.code, states=[*WAITING, InquiryState.ANSWERED]
        ):
            if not inquiry.takes_answers:
                continue
            why = self._settled(inquiry, known.get(inquiry.account))
            if why:
                self._move(inquiry, partial(close, by=SYSTEM, why=why, now=self.now), "inquiry.close")
                report.closed += 1
            elif lapse_due(inquiry, self.now):
                self._move(inquiry, partial(lapse, now=self.now), "inquiry.lapse")
                report.overdue += 1

    def _settled(self, inquiry: Inquiry, known: AccountKnowledge | None) -> str:
        if known is None:
            return "台账中已没有这个在用账号"
        if not is_settled_by(known, inquiry, self.policy.inquiry, self.now):
            return ""
        return "已认定未更新，按制度办理" if known.knowledge is Knowledge.SILENT else "已看到更新，不用再问"

    def _move(self, inquiry: Inquiry, move: partial[Inquiry], action: str) -> None:
        self.context.store.inquiries.change(inquiry.number, move, self.now, action)

    def ask(self, known: dict[str, AccountKnowledge], report: InquiryReport, only: Collection[str] = ()) -> None:
        """One letter to each person whose accounts are to be asked about, with the reminders that are due; what cannot be
        asked goes to the staff."""
        letters: defaultdict[str, list[Inquiry]] = defaultdict(list)
        reminded: defaultdict[str, list[Inquiry]] = defaultdict(list)
        staff: list[Inquiry] = []
        for inquiry, for_staff in self._new(known, report, only):
            if for_staff:
                staff.append(inquiry)
            elif not only or inquiry.account in only:
                letters[inquiry.owner].append(inquiry)
        for inquiry in self.context.store.inquiries.all(school=self.policy.code, states=[InquiryState.OPEN]):
            if reminder_due(inquiry, self.now) and (not only or inquiry.account in only):
                reminded[inquiry.owner].append(inquiry)
        report.for_staff += len(self.context.store.inquiries.file(self.policy.code, staff, self.now)) if staff else 0
        for owner in dict.fromkeys((*letters, *reminded)):
            self._post(owner, letters[owner], reminded[owner], report)

    def _new(
        self, known: dict[str, AccountKnowledge], report: InquiryReport, only: Collection[str]
    ) -> Iterator[tuple[Inquiry, bool]]:
        standing = self.context.store.inquiries.standing(self.policy.code)
        silent = probably_silent(self.context, known.values(), self.now)
        for key, each in known.items():
            has_page, before = each.account.platform.value in SPECS, standing.get(key)
            if not only or key in only:
                report.not_looked_at += awaits_first_look(each, before, self.now, has_page=has_page)
            question = question_about(
                each,
                before,
                self.policy.inquiry,
                self.calendar,
                self.now,
                has_page=has_page,
                probably_silent=key in silent,
            )
            if question:
                yield self._inquiry(each, question), bool(question.for_staff)

    def _inquiry(self, known: AccountKnowledge, question: Question) -> Inquiry:
        account = known.account
        filing = account.filing
        assert filing is not None
        asked = Inquiry(
            number="",
            school=account.school,
            platform=account.platform,
            account=account.key,
            title=account.title,
            unit=filing.unit,
            owner="" if question.for_staff else filing.emails[0].strip(),
            addressee=filing.direct_owner or filing.first_owner,
            kind=question.kind,
            reason=question.for_staff or question.reason,
            asked_at=self.now,
            due_at=self.now,
            expires_at=self.now,
            state=InquiryState.OVERDUE if question.for_staff else InquiryState.OPEN,
        )
        return asked if question.for_staff else with_terms(asked, self.policy.inquiry, self.calendar, self.now)

    def _post(self, owner: str, asked: list[Inquiry], again: list[Inquiry], report: InquiryReport) -> None:
        remind_now = partial(remind, terms=self.policy.inquiry, calendar=self.calendar, now=self.now)
        moves = [(inquiry.number, remind_now) for inquiry in again]
        try:
            sent = self.context.store.inquiries.post(self.policy.code, owner, asked, moves, self._letter, self.now)
        except InquiryError:
            return  # one of them was answered this very moment: tomorrow's letter has the rest
        if sent:
            report.asked, report.reminded = report.asked + len(asked), report.reminded + len(again)
            report.letters += 1

    def _letter(self, sent: Sequence[Inquiry]) -> str:
        settings, first = self.context.settings, sent[0]
        clause = next((clause for clause in self.policy.clauses if clause.rule == UPDATE_RULE), None)
        items = tuple(
            InquiryItem(
                number=inquiry.number, platform=inquiry.platform, title=inquiry.title, unit=inquiry.unit,
                due_at=inquiry.due_at, again=inquiry.state is InquiryState.REMINDED,
            )
            for inquiry in sent
        )  # fmt: skip
        letter = InquiryLetter(
            id=letter_id(first.owner, self.now),
            school_name=self.policy.school,
            basis=self.policy.basis(clause.clause) if clause else self.policy.regulation.cited,
            office=settings.office_contact,
            phone=settings.office_phone,
            recipient=first.owner,
            addressee=first.addressee,
            sent_at=self.now,
            items=items,
            demo=settings.demo,
        )
        return dump(letter)


def desk_of(context: AppContext, school: str, now: datetime) -> InquiryDesk:
    """A school's desk. Raises KeyError without a policy."""
    return InquiryDesk(context, context.policies[school], china_calendar(), now)


def inquire(
    context: AppContext, school: str, now: datetime, *, any_day: bool = False, only: Collection[str] = ()
) -> InquiryReport:
    """One school's day. Nobody is written to on a day off, unless ``any_day``; ``only`` these accounts, where named."""
    desk, report = desk_of(context, school, now), InquiryReport(school)
    known = {each.account.key: each for each in known_accounts(context, school, now)}
    desk.settle(known, report)
    if any_day or desk.calendar.is_workday(day_of(now)):
        desk.ask(known, report, only)
    return report


def link_of(context: AppContext, inquiry: Inquiry) -> str:
    """The address of an inquiry's page, as a mail carries it."""
    settings = context.settings
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    base = settings.base_url.rstrip("/") or f"http://{host}:{settings.port}"
    return f"{base}/i/{make_link_token(context.store.inquiries.signing_key(context.clock()), inquiry)}"


def opened_by(context: AppContext, token: str) -> Inquiry | None:
    """The inquiry that a link opens now; None where it is forged, changed, expired, revoked or settled. Writes nothing
    but the key of all links, once."""
    now = context.clock()
    claims = read_link_token(context.store.inquiries.signing_key(now), token)
    inquiry = context.store.inquiries.one(claims.number) if claims else None
    return inquiry if claims and inquiry and link_opens(claims, inquiry, now) else None
