"""What is remembered of the register is what stands, except that a dear answer may be a little older than the newest look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from rules.accounts.state import apply_observation
from rules.cases.case import EventKind
from rules.model import Outcome, Platform
from storage.remembered import CHEAP, MOST, SHARE, Remembered
from storage.store import Store
from tests.conftest import NOW
from tests.support.factories import filing, observed
from tests.support.notices import case, event

OWN = filing(platform=Platform.WEIBO, account_id="9000000001")
runs = count()


def looked(store: Store) -> None:
    run = f"run-{next(runs)}"
    seen = observed(NOW, platform=Platform.WEIBO, outcome=Outcome.OK, evidence=run)
    store.observations.record(run, [("weibo:9000000001", seen)], apply_observation)


def decided(store: Store) -> None:
    with store.cases.transaction("sias", NOW) as book:
        book.write(case(number=f"SIAS-{next(runs)}", account=f"wechat:{next(runs)}"), [event(EventKind.EASED)])


def filed(store: Store) -> None:
    store.filings.save([replace(OWN, name=f"示范大学{next(runs)}")], by="测试", now=NOW)


class Clock:
    """Seconds that pass when told to; every question takes ``takes``."""

    def __init__(self, store: Store, takes: float) -> None:
        self.now, self.takes, self.asked = 0.0, takes, 0
        self.remembered = Remembered(store.database, lambda: self.now)

    def _ask(self) -> int:
        self.asked, self.now = self.asked + 1, self.now + self.takes
        return self.asked

    def answer(self) -> int:
        return self.remembered.answer("how many", self._ask)


@pytest.mark.parametrize("takes", [CHEAP / 2, CHEAP * 4])
@pytest.mark.parametrize("change", [decided, filed])
def test_a_click_is_seen_on_the_next_page(store: Store, change: Callable[[Store], None], takes: float) -> None:
    clock = Clock(store, takes)
    assert [clock.answer(), clock.answer()] == [1, 1]
    change(store)
    assert [clock.answer(), clock.answer()] == [2, 2]


def test_a_look_is_seen_at_once_where_that_is_cheap_and_soon_where_it_is_not(store: Store) -> None:
    small, large = Clock(store, CHEAP / 2), Clock(store, CHEAP * 4)
    assert (small.answer(), large.answer()) == (1, 1)
    looked(store)
    assert (small.answer(), large.answer()) == (2, 1)
    large.now = CHEAP * 4 * SHARE - 0.001
    assert large.answer() == 1
    large.now += 0.001
    assert large.answer() == 2
    large.now += 3600
    assert (small.answer(), large.answer()) == (2, 2), "nothing was written"


def test_what_is_written_while_it_is_asked_counts_as_later(store: Store) -> None:
    remembered = Remembered(store.database, lambda: 0.0)

    def ask() -> str:
        decided(store)
        return "before"

    assert remembered.answer("x", ask) == "before"
    assert remembered.answer("x", lambda: "after") == "after"


def test_few_answers_are_held(store: Store) -> None:
    remembered = Remembered(store.database)
    for n in range(MOST + 1):
        assert remembered.answer(n, lambda: "first") == "first"
    assert remembered.answer(MOST, lambda: "again") == "first"
    assert remembered.answer(0, lambda: "again") == "again"
