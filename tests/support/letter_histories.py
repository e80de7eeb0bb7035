"""Random lives of an office's letters over a real database, and what must hold after every step.

``python -m tests.support.letter_histories --count 10000`` runs seeded histories; the machine in
test_letters_machine.py lets Hypothesis choose.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from sqlalchemy import event

from alerts.notices.reading import fingerprint
from monitors.app_context import AppContext
from monitors.jobs import case_actions, deferrals, letters
from monitors.jobs.batches import withdraw_batch
from monitors.jobs.check import check
from monitors.jobs.delivery import deliver
from monitors.jobs.surveys import close_survey, open_after_import
from monitors.policy_registry import policies_of
from monitors.settings import Settings, load_settings
from rules.accounts.state import apply_observation
from rules.cases.case import CaseError
from rules.cases.signing import Signatory
from rules.model import BEIJING, ClaimType, Filing, Observation, Outcome, Platform, Post
from rules.people import PeopleError
from rules.policies.schema import Policy
from storage.cases import CaseTransaction
from storage.database import StorageError
from storage.filings import key_of
from storage.letters import LetterDesk
from storage.notices import DeliveryWay, NoticeState
from storage.store import Store
from tests.support.databases import place_database
from tests.support.history_runs import MEMORY, Crash, dying, run_many, unsafe_and_fast
from tests.support.letter_law import Letter, LetterLaw

START = datetime(2026, 3, 2, 9, 0, tzinfo=BEIJING)
EDITOR, SIGNER = Signatory(display="陈经办", user="chen"), Signatory(display="王部长", user="wang", post="部长")
REFUSALS = (CaseError, PeopleError, StorageError)


@cache
def _settings() -> Settings:
    return load_settings(data=Path(tempfile.mkdtemp()))


@cache
def _policies(signs_reminders: bool) -> Mapping[str, Policy]:
    """Read once a process; where a person signs reminders, none leaves by itself."""
    read = policies_of(_settings())
    return {code: one.model_copy(update={"auto": ""}) if signs_reminders else one for code, one in read.items()}


class Office:
    """Three accounts of two units, one editor, one signer, a clock, and everything that was ever read."""

    def __init__(
        self, folder: Path, *, signs_reminders: bool = False, gaps: bool = False, defers: bool = False
    ) -> None:
        """``gaps``: the register names no owner of any account, which is asked for in 提示函; ``defers``: drafts are put off."""
        self.now, self.gaps, self.defers = START, gaps, defers
        settings, store = _settings().model_copy(update={"data": folder}), Store(place_database(folder))
        event.listen(store.database.engine, "connect", unsafe_and_fast)
        self.context, self.law = AppContext(settings, store, lambda: self.now), LetterLaw(folder / "xunjian.db")
        self.context.policies = _policies(signs_reminders)
        self.posts = [START - timedelta(days=90)] * 3
        self.units = ["图书馆", "图书馆", "学校办公室"]
        self.open_papers: dict[str, dict[str, str]] = {}
        self.read: set[tuple[str, str]] = set()
        self.kinds: Counter[str] = Counter()
        self._save_filings()

    def _filing(self, n: int) -> Filing:
        return Filing(
            id=f"S{n}",
            school="sias",
            platform=Platform.WEIBO,
            name=f"西亚斯示例账号{n}",
            unit=self.units[n],
            account_id=str(9_000_000_000 + n),
            opened_at=date(2021, 1, 4),
            filed_at=date(2021, 1, 5),
            first_owner="" if self.gaps else "张示例",
        )

    def _save_filings(self) -> None:
        self.context.store.filings.save([self._filing(n) for n in range(3)], by="测试", now=self.now)

    # What happens

    def passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def posts_now(self, n: int) -> None:
        self.posts[n] = self.now

    def looks(self, n: int) -> None:
        one, post = self._filing(n), Post(id=f"{self.posts[n]}", published_at=self.posts[n])
        seen = Observation(
            platform=Platform.WEIBO, source="m_posts", url="https://m.weibo.cn/", observed_at=self.now,
            outcome=Outcome.OK, name=one.name, account_id=one.account_id, posts=(post,),
            proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME, evidence=f"e-{n}-{self.now:%Y%m%d%H%M}",
        )  # fmt: skip
        run = f"r-{n}-{self.now:%Y%m%d%H%M%S}"
        self.context.store.observations.record(run, [(key_of(one), seen)], apply_observation)

    def moves_unit(self, n: int, unit: str) -> None:
        self.units[n] = unit
        self._save_filings()

    def imports(self) -> None:
        open_after_import(self.context, "sias", touched=2, before=3, now=self.now)

    def ends_survey(self) -> None:
        self._try("end survey", lambda: close_survey(self.context, "sias", by="陈经办", drafts_from=self.now.date()))

    def looks_around(self) -> None:
        """A sweep and a check."""
        for n in range(3):
            self.looks(n)
        self.checks()

    def checks(self) -> None:
        check(self.context, "sias", self.now)

    def opens(self, pick: int) -> None:
        """The signer opens a draft."""
        if row := self._pick(pick, NoticeState.DRAFT):
            facts = letters.facts_read(self.context, row.id)
            self.open_papers[row.id] = facts
            self.read.add((row.id, fingerprint(facts)))

    def proposes(self, pick: int) -> None:
        if row := self._pick(pick, NoticeState.DRAFT):
            self._try("propose", lambda: letters.propose(self.context, row.id, EDITOR))

    def signs(self, pick: int, *, unread: bool = False) -> None:
        """Sign what was opened, however long ago; or try it unread."""
        if row := self._pick(pick, NoticeState.DRAFT):
            seen = {} if unread else self.open_papers.get(row.id, {})
            self._try("sign", lambda: letters.sign(self.context, row.id, SIGNER, seen=seen))

    def sends(self) -> None:
        deliver(self.context, self.now)

    def prints(self, pick: int) -> None:
        if row := self._pick(pick, NoticeState.TO_PRINT):
            self.context.store.outbox.print_out([row.id], self.now)

    def hands_over(self, pick: int) -> None:
        if row := self._pick(pick, NoticeState.SENT):
            given = {"day": self.now.date(), "way": DeliveryWay.IN_PERSON, "receiver": "李老师", "by": "陈经办"}
            self._try("deliver", lambda: letters.deliver(self.context, row.id, **given))  # type: ignore[arg-type]

    def holds_back(self, pick: int) -> None:
        if row := self._pick(pick, NoticeState.DUE, NoticeState.TO_PRINT):
            self._try("stop", lambda: letters.hold_back(self.context, row.id, by="王部长", reason="再核实"))

    def puts_off(self, pick: int) -> None:
        """暂缓: for good, or to the end of tomorrow."""
        until = self.now.date() + timedelta(days=1) if pick % 2 else None
        if row := self._pick(pick, NoticeState.DRAFT):
            self._try("defer", lambda: deferrals.defer(self.context, row.id, by="王部长", reason="待会议", until=until))

    def takes_up_again(self, pick: int) -> None:
        if row := self._pick(pick, NoticeState.DEFERRED):
            self._try("resume", lambda: deferrals.resume(self.context, row.id, by="王部长"))

    def signs_what_is_put_off(self, pick: int) -> None:
        """A page that was open before: refused, unless a check finds that the term is over."""
        if row := self._pick(pick, NoticeState.DEFERRED):
            seen = self.open_papers.get(row.id, {})
            self._try("sign", lambda: letters.sign(self.context, row.id, SIGNER, seen=seen))

    def decides(self, what: str, pick: int) -> None:
        """One thing a person does with a case; the law of the case may refuse it."""
        cases = sorted(case.number for case in self.context.store.cases.all("sias"))
        if not cases:
            return
        number, at = cases[pick % len(cases)], self.context
        acts: dict[str, Callable[[], object]] = {
            "withdraw": lambda: case_actions.withdraw(at, number, by="陈经办", reason="核查有误"),
            "close": lambda: case_actions.close(at, number, by="陈经办", reason="整改到位"),
            "dismiss": lambda: case_actions.dismiss(at, number, by="陈经办", reason="不属实"),
            "appeal": lambda: case_actions.appeal(at, number, by="李老师", reason="已更新"),
            "uphold": lambda: case_actions.decide(at, number, by="赵主任", upheld=True, reason="属实"),
            "reject": lambda: case_actions.decide(at, number, by="赵主任", upheld=False, reason="不成立"),
            "undo": lambda: case_actions.undo(at, number, by="陈经办"),
            "batch": lambda: withdraw_batch(at, "sias", cases, by="陈经办", reason="读取有误"),
        }
        self._try(what, acts[what])

    def crashes_in(self, at_write: int, act: Callable[[], object]) -> None:
        """The process dies at some write inside an act; what was not committed never was."""
        with dying(at_write, WRITES):
            try:
                act()
            except Crash:
                self.kinds["crash"] += 1

    def _try(self, what: str, act: Callable[[], object]) -> None:
        try:
            act()
            self.kinds[what] += 1
        except REFUSALS:
            self.kinds[f"refused {what}"] += 1

    def _pick(self, pick: int, *states: NoticeState) -> Letter | None:
        rows = [row for row in self.law.letters() if row.state in states]
        return rows[pick % len(rows)] if rows else None

    # What must hold

    def judge(self) -> None:
        self.law.judge(self.read)

    def ends(self) -> None:
        self.law.close()
        self.context.store.close()


WRITES = (
    (CaseTransaction, "write"),
    (LetterDesk, "put"),
    (LetterDesk, "sign"),
    (CaseTransaction, "next_number"),
)
DECISIONS = ("withdraw", "close", "dismiss", "appeal", "uphold", "reject", "undo", "undo", "batch")


def step(office: Office, chance: Random) -> None:
    """One thing that may happen."""
    pick, roll = chance.randrange(7), chance.random()
    if roll < 0.16:
        office.passes(chance.choice((1, 5, 60, 60 * 24, 60 * 24 * 7, 60 * 24 * 32, -3)))
    elif roll < 0.20:
        office.posts_now(pick % 3)
    elif roll < 0.23:
        office.moves_unit(pick % 3, chance.choice(("图书馆", "学校办公室")))
    elif roll < 0.25:
        office.imports()
    elif roll < 0.30:
        office.ends_survey()
    elif roll < 0.48:
        office.looks_around()
    elif roll < 0.52:
        office.crashes_in(1 + pick, office.checks)
    elif roll < 0.72:
        for act in chance.choice((("open", "sign"), ("open", "propose", "sign"), ("sign",), ("open",))):
            _paperwork(office, act, pick)
    elif roll < 0.75:
        office.opens(pick)
        office.crashes_in(1 + pick % 4, lambda: office.signs(pick))
    elif roll < 0.76:
        office.signs(pick, unread=True)
    elif roll < 0.86:
        office.sends()
        office.prints(pick)
    elif roll < 0.90:
        office.hands_over(pick)
    elif roll < 0.92:
        office.holds_back(pick)
    elif office.defers and roll < 0.96:
        chance.choice((office.puts_off, office.puts_off, office.takes_up_again, office.signs_what_is_put_off))(pick)
    else:
        office.decides(chance.choice(DECISIONS), pick)


def _paperwork(office: Office, act: str, pick: int) -> None:
    {"open": office.opens, "propose": office.proposes, "sign": office.signs}[act](pick)


def run(seed: int, length: int = 40) -> Office:
    """One seeded history."""
    chance = Random(seed)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        office = Office(Path(folder), signs_reminders=seed % 3 == 0, gaps=seed % 3 < 2, defers=seed % 5 in (1, 3))
        if seed % 4:  # most offices have looked their first findings over
            office.looks_around()
            office.ends_survey()
        for _ in range(length):
            step(office, chance)
            office.judge()
        for row in office.law.letters():
            office.kinds[f"{row.kind} {row.state.value}"] += 1
        office.ends()
    return office


def counted(seed: int, length: int) -> Counter[str]:
    """What happened in one history."""
    return run(seed, length).kinds


if __name__ == "__main__":
    run_many(counted, __doc__ or "")
