"""Random lives of an office's letters over a real database, and what must hold after every step.

``python -m tests.support.letter_histories --count 10000`` runs seeded histories; the machine in
test_letters_machine.py lets Hypothesis choose.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from unittest.mock import patch

from alerts.notices.reading import fingerprint
from monitors.app_context import AppContext
from monitors.jobs import case_actions, letters
from monitors.jobs.batches import withdraw_batch
from monitors.jobs.check import check
from monitors.jobs.delivery import deliver
from monitors.jobs.surveys import close_survey, open_after_import
from monitors.settings import load_settings
from rules.accounts.state import apply_observation
from rules.cases.case import CaseError, EventKind
from rules.cases.signing import Signatory
from rules.model import BEIJING, CaseState, ClaimType, Filing, Observation, Outcome, Platform, Post
from rules.people import PeopleError
from storage.cases import CaseTransaction
from storage.database import StorageError
from storage.filings import key_of
from storage.letters import LetterDesk
from storage.notices import DeliveryWay, NoticeState, OutboxNotice
from storage.store import Store
from tests.support.databases import place_database

START = datetime(2026, 3, 2, 9, 0, tzinfo=BEIJING)
LEFT = (NoticeState.CLAIMED, NoticeState.SENT, NoticeState.DELIVERED)
EDITOR, SIGNER = Signatory(display="陈经办", user="chen"), Signatory(display="王部长", user="wang", post="部长")
LADDER = ("reminder", "rectification", "public_notice", "shutdown")
REFUSALS = (CaseError, PeopleError, StorageError)


class Crash(BaseException):
    """The process dies between two writes."""


class Office:
    """Three accounts of two units, one editor, one signer, a clock, and everything that was ever read."""

    def __init__(self, folder: Path) -> None:
        self.now = START
        self.context = AppContext(load_settings(data=folder), Store(place_database(folder)), lambda: self.now)
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
            first_owner="张示例",
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
        with _dying(at_write):
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

    def _pick(self, pick: int, *states: NoticeState) -> OutboxNotice | None:
        rows = sorted((r for r in self._rows() if r.state in states), key=lambda row: row.id)
        return rows[pick % len(rows)] if rows else None

    def _rows(self) -> list[OutboxNotice]:
        return [row for row in self.context.store.outbox.all(school="sias") if row.case_number]

    # What must hold

    def judge(self) -> None:
        rows, store = self._rows(), self.context.store
        events = {case.number: store.cases.events(case.number) for case in store.cases.all("sias")}
        series: dict[str, list[int]] = {}
        for row in rows:
            if row.number:
                series.setdefault(row.document_type, []).append(int(row.number.rpartition("〕")[2].removesuffix("号")))
                self._signed_by_a_reader(row, [e for n in store.outbox.cases_of(row.id) for e in events[n]])
            else:
                assert row.state not in LEFT or row.document_type == "reminder", "nothing leaves without a number"
            about = store.outbox.cases_of(row.id)
            assert about, "a letter is about a case"
            assert all(row.id in {r.id for r in store.outbox.all(case=n)} for n in about), (
                "and the case knows its letters"
            )
        for kind, numbers in series.items():
            assert sorted(numbers) == list(range(1, len(numbers) + 1)), f"{kind}: no gap and no double"
        for case in store.cases.all("sias"):
            own = store.outbox.all(case=case.number)
            assert all(any(row.id == record.notice for row in own) for record in case.issued_steps if record.notice)
            if case.state is CaseState.WITHDRAWN:
                self._corrected(own)
            if case.state.is_final:
                assert not [r for r in own if r.state is NoticeState.DRAFT and r.document_type in LADDER]

    def _signed_by_a_reader(self, row: OutboxNotice, events: list[object]) -> None:
        signed = [e for e in events if e.kind is EventKind.APPROVED and e.data.notice == row.id]  # type: ignore[attr-defined]
        assert signed, f"{row.number} bears no signature"
        assert {e.by for e in signed} == {"王部长"}  # type: ignore[attr-defined]
        assert all((row.id, e.data.seen) in self.read for e in signed), "signed by a person who had it open"  # type: ignore[attr-defined]

    def _corrected(self, own: list[OutboxNotice]) -> None:
        """Every paper of a withdrawn case that left is corrected, or was never anybody's."""
        told = [row for row in own if row.document_type in LADDER and row.state in LEFT]
        corrections = [r for r in own if r.document_type == "correction" and r.state is not NoticeState.STOPPED]
        assert not told or corrections, f"{told[0].id} left and is not corrected"
        waiting = [
            row for row in own if row.document_type in LADDER and row.state in (NoticeState.DUE, NoticeState.TO_PRINT)
        ]
        assert not waiting, "what nobody had is stopped"

    def ends(self) -> None:
        self.context.store.close()


@contextmanager
def _dying(at_write: int) -> Iterator[None]:
    count = 0

    def mortal(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **given: object) -> object:
            nonlocal count
            count += 1
            if count == at_write:
                raise Crash
            return real(*args, **given)

        return call

    with (
        patch.object(CaseTransaction, "write", mortal(CaseTransaction.write)),
        patch.object(LetterDesk, "put", mortal(LetterDesk.put)),
        patch.object(LetterDesk, "sign", mortal(LetterDesk.sign)),
        patch.object(CaseTransaction, "next_number", mortal(CaseTransaction.next_number)),
    ):
        yield


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
    else:
        office.decides(chance.choice(DECISIONS), pick)


def _paperwork(office: Office, act: str, pick: int) -> None:
    {"open": office.opens, "propose": office.proposes, "sign": office.signs}[act](pick)


def run(seed: int, length: int = 40) -> Office:
    """One seeded history."""
    chance = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        if seed % 4:  # most offices have looked their first findings over
            office.looks_around()
            office.ends_survey()
        for _ in range(length):
            step(office, chance)
            office.judge()
        for row in office._rows():
            office.kinds[f"{row.document_type} {row.state.value}"] += 1
        office.ends()
    return office


def main() -> None:
    """Run histories and say what happened in them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began, kinds = time.perf_counter(), Counter[str]()
    for seed in range(options.seed, options.seed + options.count):
        try:
            kinds += run(seed).kinds
        except Exception as error:
            sys.exit(f"history {seed}: {error!r}")
    print(f"{options.count} histories in {time.perf_counter() - began:.0f} s, no invariant broken")
    print("happened:", dict(kinds.most_common()))


if __name__ == "__main__":
    main()
