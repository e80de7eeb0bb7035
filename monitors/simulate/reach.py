"""A year of one school on what each platform really shows: looks, questions, answers, looks by staff, findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawler.platforms import SPECS
from monitors.simulate.population import SimulatedAccount
from monitors.simulate.reach_people import CHECKS_A_DAY, STAFF, Given, Owners
from monitors.simulate.reach_world import ReachWorld
from rules.accounts.state import apply_observation
from rules.calendar import Period, china_calendar, day_of
from rules.catalogue.activity import TWO_MONTHS
from rules.coverage import AccountKnowledge, Knowledge, knowledge_of, update_clauses
from rules.evaluation import bind_clauses, school_context
from rules.inquiries import (
    AnswerKind,
    Inquiry,
    InquiryAnswer,
    InquiryState,
    close,
    lapse,
    lapse_due,
    remind,
    reminder_due,
    take_answer,
    verify,
    with_terms,
)
from rules.inquiry_answers import read_link
from rules.inquiry_plan import is_settled_by, question_about
from rules.model import Account, AccountState, EvidenceKind, Observation, Outcome, Statement
from rules.policies.schema import Policy
from rules.visit_schedule import next_visit

MORNING, ASKING, AFTERNOON = timedelta(hours=6), timedelta(hours=9, minutes=30), timedelta(hours=15)


@dataclass
class ReachSimulation:
    """One way through the year: with questions and looks by staff, or without either."""

    lives: Sequence[SimulatedAccount]
    policy: Policy
    world: ReachWorld
    begin: datetime
    days: int
    seed: int
    inquiries: bool = True
    seen: dict[str, AccountState] = field(default_factory=dict)
    newest: dict[str, Inquiry] = field(default_factory=dict)
    known: dict[str, AccountKnowledge] = field(default_factory=dict)
    shares: list[float] = field(default_factory=list)
    """Coverage of each day."""
    found: dict[tuple[str, datetime], datetime] = field(default_factory=dict)
    """When a true silence was first before a person, by account and the moment its deadline passed."""
    called: set[tuple[str, datetime]] = field(default_factory=set)
    """Silences that became a finding."""
    accused: set[str] = field(default_factory=set)
    letters: Counter[str] = field(default_factory=Counter)
    """Requests and reminders by account."""
    checks: int = 0

    def __post_init__(self) -> None:
        """Everybody is looked at on the first day."""
        self.calendar = china_calendar()
        self.school = school_context(self.policy, (), self.calendar)
        self.clauses = update_clauses(bind_clauses(self.policy))
        self.limit = _limit(self.policy)
        self.owners = Owners(self.seed, self.limit, self.calendar)
        self.by_key = {life.key: life for life in self.lives}
        self._due = dict.fromkeys(self.by_key, self.begin)
        self._replies: defaultdict[datetime, list[tuple[str, str, Given]]] = defaultdict(list)
        self._number = 0

    def run(self) -> None:
        """Day after day."""
        for day in range(self.days):
            start = self.begin + timedelta(days=day)
            self._look_around(start + MORNING)
            if self.inquiries:
                self._ask(start + ASKING)
                self._work(start + AFTERNOON)
                self._answers(start)
            self._measure(start + timedelta(hours=23))

    def _fold(self, key: str, look: Observation) -> None:
        self.seen[key] = apply_observation(self.seen.get(key), look, key=key)
        self.known.pop(key, None)

    def _look_around(self, now: datetime) -> None:
        for life in self.lives:
            if linked := self.world.linked(life, now):
                self._fold(life.key, linked)
            if life.actor.platform.value in SPECS and self._due[life.key] <= now:
                self._fold(life.key, self.world.look(life, now))
                answer = self._knowledge(life, now)
                answers = [answer.answer] if answer else []
                self._due[life.key] = next_visit(self._account(life, now), answers, self.policy.polling, now)[0]

    def _account(self, life: SimulatedAccount, now: datetime) -> Account:
        return Account(
            school=self.policy.code, platform=life.actor.platform, key=life.key, filing=life.filing_at(now),
            seen=self.seen.get(life.key),
        )  # fmt: skip

    def _knowledge(self, life: SimulatedAccount, now: datetime) -> AccountKnowledge | None:
        """Remembered as long as time alone cannot change it."""
        before = self.known.get(life.key)
        if before and (before.answer.until is None or now < before.answer.until):
            return before
        found = knowledge_of(self._account(life, now), self.clauses, self.school, now)
        if found:
            self.known[life.key] = found
        return found

    def _ask(self, now: datetime) -> None:
        """The day's questions and reminders; on a working day only."""
        workday = self.calendar.is_workday(day_of(now))
        for life in self.lives:
            known, previous = self._knowledge(life, now), self.newest.get(life.key)
            if known is None:
                continue
            if previous and previous.takes_answers:
                self._go_on(life, previous, known, now, workday)
            elif workday:
                self._question(life, known, previous, now)

    def _go_on(
        self, life: SimulatedAccount, inquiry: Inquiry, known: AccountKnowledge, now: datetime, workday: bool
    ) -> None:
        if is_settled_by(known, inquiry, self.policy.inquiry, now):
            self.newest[life.key] = close(inquiry, "系统", "已看到更新", now)
        elif lapse_due(inquiry, now):
            self.newest[life.key] = lapse(inquiry, now)
        elif workday and reminder_due(inquiry, now):
            self.newest[life.key] = again = remind(inquiry, self.policy.inquiry, self.calendar, now)
            self._letter(life, again, now)

    def _question(
        self, life: SimulatedAccount, known: AccountKnowledge, previous: Inquiry | None, now: datetime
    ) -> None:
        has_page = life.actor.platform.value in SPECS
        question = question_about(known, previous, self.policy.inquiry, self.calendar, now, has_page=has_page)
        if question is None:
            return
        self._number += 1
        inquiry = Inquiry(
            number=f"SIM-{self._number:05d}", school=self.policy.code, platform=life.actor.platform, account=life.key,
            title=life.filing.name, unit=life.filing.unit, owner=life.filing.emails[0], addressee="", kind=question.kind,
            reason=question.reason, asked_at=now, due_at=now, expires_at=now,
        )  # fmt: skip
        if question.for_staff:
            self.newest[life.key] = replace(inquiry, state=InquiryState.OVERDUE)
            return
        self.newest[life.key] = asked = with_terms(inquiry, self.policy.inquiry, self.calendar, now)
        self._letter(life, asked, now)

    def _letter(self, life: SimulatedAccount, inquiry: Inquiry, now: datetime) -> None:
        self.letters[life.key] += 1
        reply = self.owners.reply(life, inquiry.number, now, reminded=inquiry.reminded_at is not None)
        if reply:
            day = datetime.combine(reply.at.date(), self.begin.timetz())
            self._replies[day].append((life.key, inquiry.number, reply.given))

    def _answers(self, start: datetime) -> None:
        """What owners send on a day, as it reaches the page behind the link."""
        now = start + timedelta(hours=18)
        for key, number, given in self._replies.pop(start, []):
            inquiry = self.newest[key]
            if inquiry.number == number and inquiry.takes_answers:
                self.newest[key] = (
                    self._declared(inquiry, now) if given is Given.DECLARED else self._link(inquiry, given, now)
                )

    def _declared(self, inquiry: Inquiry, now: datetime) -> Inquiry:
        life = self.by_key[inquiry.account]
        posted = life.published(now)
        last = day_of(life.posts[posted - 1]) if posted else day_of(self.begin) - timedelta(days=200)
        self._state(life, Statement(kind=EvidenceKind.DECLARED, by=life.filing.unit, at=now, none_since=last))
        return take_answer(inquiry, InquiryAnswer(at=now, kind=AnswerKind.DECLARED, by=life.filing.unit, accepted=True))

    def _link(self, inquiry: Inquiry, given: Given, now: datetime) -> Inquiry:
        """Read like any other page: somebody else's is refused by its id, an old one by its date."""
        life = self.by_key[inquiry.account]
        posted = life.published(now)
        at = life.posts[posted - 1] if given is Given.LINK else life.posts[0] if life.posts else now
        look = self.world.post(life, at, now)
        if given is Given.FOREIGN_LINK:
            look = replace(look, account_id=f"{life.actor.id[:-1]}x", posts=look.posts)
        self._fold(life.key, look)
        seen = self.seen[life.key]
        if given is Given.FOREIGN_LINK and look.outcome is Outcome.OK:
            look = replace(look, outcome=Outcome.UNREADABLE, reason="identity_mismatch: 另一个账号")
        read = read_link(
            look.url, look, life.filing, counted_at=seen.last_post_at, known={}, limit=self.limit, calendar=self.calendar
        )  # fmt: skip
        answer = InquiryAnswer(
            at=now, kind=AnswerKind.LINK, accepted=read.accepted, newest=read.newest, for_staff=read.unseen
        )
        return take_answer(inquiry, answer)

    def _work(self, now: datetime) -> None:
        """Staff confirm what was declared or seen, then look at what stays unanswered, so many a day."""
        if not self.calendar.is_workday(day_of(now)):
            return
        left = CHECKS_A_DAY
        waiting = [each for each in self.newest.values() if each.state is InquiryState.OVERDUE or each.waits_for_staff]
        for inquiry in sorted(waiting, key=lambda each: (not each.declaration, each.asked_at)):
            if not left:
                return
            left -= 1
            self.checks += 1
            self._check(inquiry, now)

    def _check(self, inquiry: Inquiry, now: datetime) -> None:
        """One member of staff opens the account on a phone; whoever looked last time does not look again."""
        life = self.by_key[inquiry.account]
        if life.is_gone(now):
            self.newest[life.key] = verify(inquiry, STAFF[0], "账号已不存在", now)
            return
        before = self.seen.get(life.key)
        looked = [said.by for said in before.statements if said.kind is EvidenceKind.MANUAL] if before else []
        by = next((name for name in STAFF if name not in looked[-1:]), STAFF[0])
        posted = life.published(now)
        if posted:
            newest = day_of(life.posts[posted - 1])
            said = Statement(kind=EvidenceKind.MANUAL, by=by, at=now, newest=newest, none_since=newest)
        else:
            opened = life.filing.opened_at or day_of(self.begin)
            said = Statement(kind=EvidenceKind.MANUAL, by=by, at=now, none_since=opened)
        self._state(life, said)
        known = self._knowledge(life, now)
        if known and known.knowledge is not Knowledge.UNKNOWN:
            self.newest[life.key] = verify(inquiry, by, "人工核查", now)

    def _state(self, life: SimulatedAccount, said: Statement) -> None:
        said = replace(said, evidence=f"{said.at:%Y%m%d%H}/{life.key}/{said.by}")
        look = Observation(
            platform=life.actor.platform, source=said.kind.value, url="", observed_at=said.at, outcome=Outcome.OK,
            evidence=said.evidence, statement=said,
        )  # fmt: skip
        self._fold(life.key, look)

    def _measure(self, now: datetime) -> None:
        counts: Counter[Knowledge] = Counter()
        for life in self.lives:
            if life.is_gone(now):
                continue
            if known := self._knowledge(life, now):
                counts[known.knowledge] += 1
                self._compare(life, known, now)
        self.shares.append(1 - counts[Knowledge.UNKNOWN] / max(counts.total(), 1))

    def _compare(self, life: SimulatedAccount, known: AccountKnowledge, now: datetime) -> None:
        """Against the truth: who was accused that posted, and which silences a person has before them."""
        truth = life.deadline(now, self.limit, self.calendar)
        if known.knowledge is Knowledge.SILENT and known.answer.shown_at:
            if known.answer.shown_at <= life.deadline(known.answer.shown_at, self.limit, self.calendar):
                self.accused.add(life.key)
            elif now > truth:
                self.called.add((life.key, truth))
        inquiry = self.newest.get(life.key)
        with_staff = inquiry is not None and (inquiry.state is InquiryState.OVERDUE or inquiry.waits_for_staff)
        if now > truth and (known.knowledge is Knowledge.SILENT or with_staff):
            self.found.setdefault((life.key, truth), now)


def _limit(policy: Policy) -> Period:
    clause = next(clause for clause in policy.clauses if clause.rule == "inactivity")
    return Period.parse(str(clause.settings.get("limit", TWO_MONTHS)))


def in_order(lives: Iterable[SimulatedAccount]) -> list[SimulatedAccount]:
    """Accounts that post in order all the time."""
    return [life for life in lives if life.fate == "live"]
