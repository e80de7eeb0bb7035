"""Random lives of one account, and a short independent model of what may happen to it.

``python -m tests.support.histories --count 10000`` runs seeded histories; test_cases_machine.py lets Hypothesis choose.
The model below shares no code with `rules` but the vocabulary: it keeps its own log of what could be seen and does its
own arithmetic of months.
"""

from __future__ import annotations

import argparse
import calendar
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

from pydantic import TypeAdapter

from rules.accounts.state import apply_observation
from rules.calendar import Period, china_calendar
from rules.cases import signing, transitions
from rules.cases.case import SYSTEM, Case, CaseError, CaseEvent, Transition, rebuild_case
from rules.cases.reconcile import reconcile
from rules.evaluation import evaluate, school_context
from rules.model import (
    BEIJING,
    Account,
    AccountState,
    CaseState,
    ClaimType,
    DocumentType,
    Observation,
    Outcome,
    Platform,
    Post,
)
from rules.policies.loader import bundled_policy
from rules.policies.schema import Policy
from tests.support.factories import ALL, at, filing
from tests.support.signing import EDITOR, SIGNER

BASE = bundled_policy("sias")
CASE, EVENTS = TypeAdapter(Case), TypeAdapter(list[CaseEvent])
KEY = "weibo:1000001"
OTHER_ID = "7777777"
RANK = {DocumentType.RECTIFICATION: 0, DocumentType.PUBLIC_NOTICE: 1, DocumentType.SHUTDOWN: 2}
Span = tuple[datetime, datetime]


def months_later(moment: datetime, months: int) -> datetime:
    """The model's own arithmetic: midnight after the corresponding day."""
    local = moment.astimezone(BEIJING)
    index = local.year * 12 + local.month - 1 + months
    year, month = index // 12, index % 12 + 1
    last = min(local.day, calendar.monthrange(year, month)[1])
    return datetime(year, month, last, tzinfo=BEIJING) + timedelta(days=1)


def edited(version: str, months: int) -> Policy:
    """The school's policy with another limit and another ladder, as somebody might save it on any day."""
    (clause,) = [c for c in BASE.clauses if c.rule == "inactivity"]
    clause = clause.model_copy(update={"settings": {"limit": f"{months}个月"}})
    first, *others = BASE.ladders["silence"]
    steps = (first, *(step.model_copy(update={"after": Period.parse(f"{months}个月")}) for step in others))
    return BASE.model_copy(update={"clauses": (clause,), "ladders": {"silence": steps}, "version": version})


class World:
    """One account, what it truly did, what our looks showed, and the cases that came of it."""

    def __init__(self) -> None:
        self.now = at("2024-01-31 09:00")
        self.posts = [self.now - timedelta(days=20)]
        self.looks: list[tuple[datetime, tuple[datetime, ...]]] = []  # full lists of the right account: when, what
        self.known: set[datetime] = set()  # every post any look of ours showed
        self.seen: AccountState | None = None
        self.months, self.policy = 2, edited("v0", 2)
        self.editions = count(1)
        self.numbers = count(1)
        self.frozen: set[Platform] = set()
        self.latest: dict[str, Case] = {}
        self.history: dict[str, list[CaseEvent]] = {}
        self.ladders: dict[str, object] = {}
        self.limits: dict[str, int] = {}
        self.last_known: dict[str, datetime] = {}
        self.pauses: dict[str, list[Span]] = {}
        self.seen_kinds: Counter[str] = Counter()

    @property
    def case(self) -> Case | None:
        return next(iter(self.latest.values()), None)

    # What the context does

    def advance(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def publish(self, hours_ago: int) -> None:
        self.posts.append(self.now - timedelta(hours=hours_ago))

    def edit_policy(self, months: int) -> None:
        self.months, self.policy = months, edited(f"v{next(self.editions)}", months)

    def toggle_breaker(self) -> None:
        self.frozen ^= {Platform.WEIBO}

    # What our looks show

    def look(self, kind: str, hours_late: int = 0) -> None:
        """``full`` lists everything; ``stale`` skips the last weeks and proves no silence; the rest say nothing."""
        moment = self.now - timedelta(hours=hours_late)
        visible = tuple(sorted(post for post in self.posts if post <= moment))[-10:]
        base = Observation(
            platform=Platform.WEIBO, source=kind, url="", observed_at=moment, outcome=Outcome.OK,
            account_id="1000001", posts=tuple(map(_post, visible)), proves=ALL, evidence=f"{kind}:{moment:%m%d%H}",
        )  # fmt: skip
        if kind == "full" and visible:
            self.looks.append((moment, visible))
            self.known.update(visible)
        elif kind == "wall":
            base = replace(base, outcome=Outcome.BLOCKED, posts=())
        elif kind == "unreadable":
            base = replace(base, outcome=Outcome.UNREADABLE)
        elif kind == "stranger":
            base = replace(base, account_id=OTHER_ID, posts=(_post(moment),))
        elif kind == "stale":
            old = tuple(post for post in visible if post < moment - timedelta(days=20))
            self.known.update(old)
            base = replace(base, posts=tuple(map(_post, old)), proves=ClaimType.ACTIVE | ClaimType.NAME)
        self.seen = apply_observation(self.seen, base, key=KEY)

    # What the office does

    def check(self) -> None:
        declared = filing(school="sias")
        account = Account(school="sias", platform=Platform.WEIBO, key=KEY, filing=declared, seen=self.seen)
        school = school_context(self.policy, [declared], china_calendar())
        for _ in range(2):  # the second time at the same moment nothing may happen
            live = self.case if self.case and not self.case.state.is_final else None
            opened = {KEY: {(live.rule, live.clause): {"limit": f"{self.limits[live.number]}个月"}}} if live else {}
            findings = list(evaluate([account], self.policy, school, self.now, opened))
            changes = list(
                reconcile(
                    self.latest, findings, self.policy, self.now, lambda: f"C{next(self.numbers)}", china_calendar()
                )
            )
            for change in changes:
                self._take(change)
        assert not changes or self.policy.closing == "automatic"
        self._cured_is_not_pressed()
        ready = self.case and transitions.escalation_status(self.case, self.now, self.frozen).ready
        assert not ready, "no numbered paper leaves by itself"

    def act(self, what: str, days: int = 10) -> None:
        """One thing a person may try; the law of the case may refuse it. Nothing is issued without a check first."""
        if what == "sign":
            self.check()
        case = self.case
        if case is None:
            return
        try:
            self._take(self._attempt(case, what, days))
        except CaseError:
            self.seen_kinds[f"refused {what}"] += 1

    def _attempt(self, case: Case, what: str, days: int) -> Transition:
        match what:
            case "deliver":
                unsent = [record.step for record in case.issued_steps if not record.delivered_at]
                return transitions.register_delivery(
                    case, unsent[0] if unsent else "rectification", self.now, china_calendar()
                )
            case "propose":
                return signing.propose(case, self._waiting(case), EDITOR, self.now, frozen=self.frozen)
            case "sign":
                return signing.sign(case, self._waiting(case), SIGNER, self.now, frozen=self.frozen)
            case "appeal":
                return transitions.appeal(case, "图书馆", "已在别处更新", self.now)
            case "uphold" | "reject":
                return transitions.decide(case, what == "uphold", "李主任", "经核实", self.now)
            case "exempt":
                return transitions.exempt(case, "王部长", "馆舍搬迁", self.now + timedelta(days=days), self.now)
            case "dismiss":
                return transitions.dismiss(case, "王老师", "系统误读", self.now)
            case "withdraw":
                return transitions.withdraw(case, "王老师", "核查有误", self.now)
            case _:
                return transitions.close(case, "王老师", "整改到位", self.now)

    @staticmethod
    def _waiting(case: Case) -> str:
        return case.pending_step.step if case.pending_step else "shutdown"

    # What must hold

    def _take(self, change: Transition) -> None:
        case, events = change
        before = self.latest.get(case.key)
        self.latest[case.key] = case
        for event in events:
            self._judge(case, before, event)
            self.history.setdefault(case.number, []).append(event)
            self.seen_kinds[event.kind.value + (f" {event.data.document}" if event.data.document else "")] += 1
        assert case.ladder == self.ladders[case.number], "a case keeps the ladder it opened under"
        assert before is None or before.number == case.number or before.state.is_final, "one live case a problem"
        issued = [record.step for record in case.issued_steps]
        assert issued == [step.code for step in case.ladder][: len(issued)], "once each and in order"

    def _judge(self, case: Case, before: Case | None, event: CaseEvent) -> None:
        pauses = self.pauses.setdefault(case.number, [])
        match event.kind.value:
            case "opened":
                self.ladders[case.number] = case.ladder
                self.limits[case.number] = self.months
                self.last_known[case.number] = max(self.known)
                assert before is None or before.state.is_final
            case "issued":
                self._fair(case, event)
            case "decided":
                pauses.append((case.appeals[-1].at, event.at))
            case "exempted":
                pauses.append((event.at, event.data.until or event.at))
            case "withdrawn":
                told = {
                    to for step in case.ladder if step.code in {r.step for r in case.issued_steps} for to in step.tell
                }
                assert set(event.data.tell) == told, "everyone told hears the correction"
                assert (event.data.document is DocumentType.CORRECTION) is bool(told)
                if event.by == SYSTEM:
                    assert case.issued_steps[0].step in self._excused(case), "we only call ourselves wrong when we were"
            case "revoked":
                taken = {record.step for record in event.data.records}
                assert taken, "a correction corrects something"
                assert taken <= self._excused(case), "we only call a paper wrong when it was"
                assert case.issued_steps[0].step not in taken, "where the first paper was wrong the whole case was"
                assert set(event.data.tell) == {to for s in case.ladder if s.code in taken for to in s.tell}
                assert event.data.document is DocumentType.CORRECTION
            case "resolved":
                newest = max(self.known)
                cured = newest > self.last_known[case.number] or months_later(newest, self.months) >= event.at
                assert cured, "unseen is not cured"
        if before and before.state.is_final and before.number == case.number:
            assert event.kind.value == "delivered", "nothing happens after the end"

    def _fair(self, case: Case, event: CaseEvent) -> None:
        """No step without fresh proof, a signature where due, the full time since delivery, and nothing that stops it."""
        moment, shown = max((one for one in self.looks if one[0] <= event.at), key=lambda each: each[0])
        assert timedelta() <= event.at - moment <= timedelta(hours=24), "stale evidence"
        assert months_later(shown[-1], self.limits[case.number]) <= moment, "accused within the limit"
        assert Platform.WEIBO not in self.frozen
        assert all(appeal.decided_at for appeal in case.appeals)
        assert not any(begin <= event.at < end for begin, end in self.pauses[case.number])
        assert event.by == "王部长", "signed by a named person"
        if event.data.document in (DocumentType.PUBLIC_NOTICE, DocumentType.SHUTDOWN):
            assert case.issued_steps[-1].proposed_by == "陈经办", "proposed by another"
        *earlier, record = case.issued_steps
        if earlier:
            delivered = earlier[-1].delivered_at
            assert delivered, "the previous step was never delivered"
            months = int(case.step_by_code(record.step).after.count)
            paused = _union([(max(a, delivered), min(b, event.at)) for a, b in self.pauses[case.number]])
            assert event.at >= months_later(delivered, months) - timedelta(seconds=1) + paused, "too early"
            assert RANK[record.document] > RANK[earlier[-1].document]

    def _cured_is_not_pressed(self) -> None:
        """A post we have seen cures; one we could have known of when we wrote means we were wrong, and said so: of every
        paper, and whatever the policy says today."""
        case = self.case
        if case is None or case.state.is_final or not self.looks:
            return
        moment = max(when for when, _ in self.looks)
        if months_later(max(self.known), self.months) > max(moment, self.now):
            assert case.state is CaseState.RESOLVED or not case.issued_steps
        standing = {record.step for record in case.issued_steps if not record.revoked_at}
        assert not standing & self._excused(case), "a paper that was wrong when sent is taken back"

    def _excused(self, case: Case) -> set[str]:
        """Steps whose paper went out while posts we know of were out, and young enough by the case's own limit."""
        months, second = self.limits[case.number], timedelta(seconds=1)
        return {
            record.step
            for record in case.issued_steps
            for post in self.known
            if record.issued_at and post < record.issued_at < months_later(post, months) - second
        }

    def finish(self) -> None:
        """At the end of a history: every case is the fold of its events, and both survive being stored."""
        for number, events in self.history.items():
            folded = rebuild_case(events)
            assert CASE.validate_json(CASE.dump_json(folded)) == folded
            assert EVENTS.validate_json(EVENTS.dump_json(events)) == events
            if self.case and self.case.number == number:
                assert folded == self.case


def _post(when: datetime) -> Post:
    return Post(id=when.isoformat(), published_at=when)


def _union(spans: list[Span]) -> timedelta:
    total, reached = timedelta(), None
    for begin, end in sorted(spans):
        begin = max(begin, reached) if reached else begin
        if end > begin:
            total, reached = total + (end - begin), end
    return total


ACTS = ("deliver", "propose", "sign", "appeal", "uphold", "reject", "exempt", "dismiss", "withdraw", "close")
LOOKS = ("full", "full", "full", "wall", "unreadable", "stranger", "stale")


def run(seed: int, length: int = 80) -> World:
    """One seeded history; every other unit is deaf, so that many climb the whole ladder."""
    chance, context = Random(seed), World()
    deaf = seed % 2
    for _ in range(length):
        roll = chance.random()
        if roll < 0.30:
            context.advance(chance.choice((1, 5, 20, 24, 24 * 7, 24 * 20, 24 * 33)))
        elif roll < 0.34 and deaf:
            context.act("deliver")
        elif roll < 0.34:
            context.publish(chance.choice((0, 1, 30, 24 * 20)))
        elif roll < 0.55:
            context.look(chance.choice(LOOKS), chance.choice((0, 0, 0, 0, 3, 30, 24 * 9)))
        elif roll < 0.57:
            context.edit_policy(chance.choice((1, 2, 3)))
        elif roll < 0.58:
            context.toggle_breaker()
        elif roll < 0.60:
            context.check()
        elif roll < 0.61:
            context.advance(-chance.choice((1, 3, 30)))
        elif roll < 0.80:
            context.look("full" if chance.random() < 0.6 else chance.choice(LOOKS))
            context.check()
            for what in ("propose", "sign") if deaf and chance.random() < 0.4 else ():
                context.act(what)
        elif roll < 0.92:
            for what in chance.choice((("deliver",), ("propose", "sign"))):
                context.act(what)
        elif not deaf or roll > 0.98:
            context.act(chance.choice(ACTS), chance.choice((3, 20)))
    context.finish()
    return context


def main() -> None:
    """Run histories and say what happened in them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began, kinds, finals = time.perf_counter(), Counter[str](), Counter[str]()
    for seed in range(options.seed, options.seed + options.count):
        try:
            context = run(seed)
        except AssertionError as error:
            sys.exit(f"history {seed}: {error!r}")
        kinds += context.seen_kinds
        finals += Counter(case.state.value for case in context.latest.values())
    print(f"{options.count} histories in {time.perf_counter() - began:.0f} s, no invariant broken")
    print("events:", dict(kinds.most_common()))
    print("ends:", dict(finals.most_common()))


if __name__ == "__main__":
    main()
