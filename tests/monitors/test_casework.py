"""Cases in the database: concurrent hands, crashes between any two writes, a year of the sias ladder end to end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alerts.notices.notice import Notice
from monitors.app_context import AppContext
from monitors.jobs import case_actions
from monitors.jobs.check import check
from monitors.jobs.delivery import deliver
from monitors.settings import load_settings
from rules.accounts.state import apply_observation
from rules.cases.case import CaseError, StepRecord
from rules.model import BEIJING, CaseState, ClaimType, Filing, Observation, Outcome, Platform, Post
from storage.cases import CaseTransaction
from storage.filings import key_of
from storage.serialization import load
from storage.store import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=BEIJING)


def filing(number: int) -> Filing:
    return Filing(
        id=f"S{number}",
        school="sias",
        platform=Platform.WEIBO,
        name=f"西亚斯示例账号{number}",
        unit="图书馆",
        account_id=str(9_000_000_000 + number),
        opened_at=date(2021, 1, 4),
        filed_at=date(2021, 1, 5),
        first_owner="张示例",
        emails=("unit@example.edu.cn",),
    )


class Clock:
    """Time that a test moves."""

    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sias(store: Store, tmp_path: Path, clock: Clock) -> AppContext:
    """Six accounts of one school on each kind of database."""
    context = AppContext(load_settings(data=tmp_path / "data"), store, clock)
    store.filings.save([filing(n) for n in range(6)], by="测试", now=START)
    return context


def look(context: AppContext, number: int, last_post: datetime | None, outcome: Outcome = Outcome.OK) -> None:
    now = context.clock()
    posts = (Post(id=f"{last_post}", published_at=last_post),) if last_post else ()
    one = filing(number)
    seen = Observation(
        platform=Platform.WEIBO,
        source="m_posts",
        url="https://m.weibo.cn/",
        observed_at=now,
        outcome=outcome,
        name=one.name,
        account_id=one.account_id,
        posts=posts if outcome is Outcome.OK else (),
        proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME if outcome is Outcome.OK else ClaimType.NONE,
        evidence=f"e-{number}-{now:%Y%m%d%H%M}",
    )
    context.store.observations.record(f"r-{now:%Y%m%d%H%M}-{number}", [(key_of(one), seen)], apply_observation)


def waiting(context: AppContext, number: str) -> StepRecord:
    """The step that waits in this case."""
    case = context.store.cases.get(number)
    assert case
    assert case.pending_step
    return case.pending_step


def silent(context: AppContext) -> list[str]:
    return [case.number for case in context.store.cases.all("sias") if case.rule == "inactivity"]


def test_many_hands_open_each_case_once_and_number_without_gaps(sias: AppContext) -> None:
    for number in range(6):
        look(sias, number, START - timedelta(days=90))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: check(sias, "sias", sias.clock()), range(8)))
    cases = sias.store.cases.all("sias")
    assert len(silent(sias)) == 6
    assert len({case.key for case in cases}) == len(cases)
    assert sorted(int(case.number[-4:]) for case in cases) == list(range(1, len(cases) + 1))
    numbers = [row.number for row in sias.store.outbox.all(school="sias")]
    assert len(numbers) == len(set(numbers)) >= 6


@pytest.mark.parametrize("crash_at", range(1, 8))
def test_a_crash_between_any_two_writes_leaves_all_or_nothing(
    sias: AppContext, monkeypatch: pytest.MonkeyPatch, crash_at: int
) -> None:
    for number in range(3):
        look(sias, number, START - timedelta(days=90))
    calls = 0
    for name in ("write", "enqueue_notice", "next_number"):
        real = getattr(CaseTransaction, name)

        def failing(
            self: CaseTransaction, *args: object, _real: Callable[..., object] = real, **given: object
        ) -> object:
            nonlocal calls
            calls += 1
            if calls == crash_at:
                raise KeyboardInterrupt
            return _real(self, *args, **given)

        monkeypatch.setattr(CaseTransaction, name, failing)
    with pytest.raises(KeyboardInterrupt):
        check(sias, "sias", sias.clock())
    assert sias.store.cases.all("sias") == []
    assert sias.store.outbox.all() == []
    monkeypatch.undo()
    check(sias, "sias", sias.clock())
    cases = sias.store.cases.all("sias")
    assert sorted(int(case.number[-4:]) for case in cases) == list(range(1, len(cases) + 1))
    assert len(silent(sias)) == 3


def test_two_people_decide_and_one_is_told(sias: AppContext) -> None:
    look(sias, 0, START - timedelta(days=90))
    check(sias, "sias", sias.clock())
    number = silent(sias)[0]
    case_actions.appeal(sias, number, by="单位", reason="有异议")

    def decide(who: str) -> bool:
        try:
            case_actions.decide(sias, number, by=who, upheld=False, reason="维持")
        except CaseError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, ["甲", "乙"])) == [False, True]


def test_the_sias_ladder_climbs_on_fresh_looks_only(sias: AppContext, clock: Clock) -> None:
    """2 months → 整改; received + 1 month → 公开通报, signed; + 1 month → 关停, signed. A wall on the day stops it."""
    last = datetime(2026, 1, 1, 8, 0, tzinfo=BEIJING)
    look(sias, 0, last)
    check(sias, "sias", clock.now)
    number = silent(sias)[0]
    deliver(sias, clock.now)
    case_actions.deliver(sias, number, at=clock.now)
    due = waiting(sias, number).due_at
    assert due.date() == date(2026, 4, 2)  # received on 2 March: the month ends with 2 April
    case_actions.approve(sias, number, by="王部长")
    clock.now = due + timedelta(hours=1)
    look(sias, 0, None, Outcome.BLOCKED)
    check(sias, "sias", clock.now)
    assert waiting(sias, number).issued_at is None, "never on a stale look"
    clock.now += timedelta(hours=1)
    look(sias, 0, last)
    check(sias, "sias", clock.now)
    case = sias.store.cases.get(number)
    assert case
    assert [step.document.value for step in case.issued_steps] == ["rectification", "public_notice"]
    clock.now += timedelta(days=2)
    look(sias, 0, clock.now - timedelta(hours=3))
    check(sias, "sias", clock.now)
    case = sias.store.cases.get(number)
    assert case
    assert case.state is CaseState.RESOLVED


def test_a_post_that_predates_the_notice_withdraws_it(sias: AppContext, clock: Clock) -> None:
    look(sias, 0, START - timedelta(days=90))
    check(sias, "sias", clock.now)
    number = silent(sias)[0]
    clock.now += timedelta(days=1)
    look(sias, 0, START - timedelta(days=2))
    check(sias, "sias", clock.now)
    case = sias.store.cases.get(number)
    assert case
    assert case.state is CaseState.WITHDRAWN
    assert "correction" in {row.document_type for row in sias.store.outbox.all(case=number)}


def test_each_exhibit_bears_the_time_of_its_own_page(sias: AppContext, clock: Clock) -> None:
    look(sias, 0, START - timedelta(days=90))
    clock.now += timedelta(hours=5)
    look(sias, 0, START - timedelta(days=90))
    check(sias, "sias", clock.now)
    number = silent(sias)[0]
    clock.now += timedelta(days=1)
    look(sias, 0, START - timedelta(days=2))
    check(sias, "sias", clock.now)
    for row in sias.store.outbox.all(case=number):
        for exhibit in load(Notice, row.document).evidence:
            assert exhibit.seen_at
            assert exhibit.id == f"e-0-{exhibit.seen_at:%Y%m%d%H%M}"


def test_a_blocked_crawl_accuses_nobody(sias: AppContext, clock: Clock) -> None:
    for days in range(200):
        clock.now = START + timedelta(days=days)
        look(sias, 0, None, Outcome.BLOCKED)
        look(sias, 1, None, Outcome.UNREADABLE)
    check(sias, "sias", clock.now)
    assert silent(sias) == []


def test_the_same_filing_under_two_numbers_is_one_account(sias: AppContext) -> None:
    twin = replace(filing(0), id="S0-twin")
    sias.store.filings.save([twin], by="测试", now=START)
    look(sias, 0, START - timedelta(days=90))
    check(sias, "sias", sias.clock())
    assert len(silent(sias)) == 1
