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
from monitors.jobs import case_actions, letters
from monitors.jobs.batches import withdraw_batch
from monitors.jobs.check import check
from monitors.jobs.delivery import deliver
from monitors.jobs.surveys import close_survey
from monitors.settings import load_settings
from rules.accounts.state import apply_observation
from rules.cases.case import CaseError, StepRecord
from rules.model import BEIJING, CaseState, ClaimType, Filing, Observation, Outcome, Platform, Post
from storage.cases import CaseTransaction
from storage.evidence_uploads import file_of
from storage.filings import key_of
from storage.letters import LetterDesk
from storage.notices import DeliveryWay, NoticeState
from storage.serialization import load
from storage.store import Store
from tests.support.signing import SIGNER, check_and_sign, sign_one

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


def observe(
    context: AppContext,
    number: int,
    last_post: datetime | None,
    outcome: Outcome = Outcome.OK,
    *,
    sign_at: datetime | None = None,
) -> None:
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
        sign_at=sign_at,
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


def hand_over(context: AppContext, number: str) -> None:
    """The case's paper, received by the unit today."""
    notice = letters.undelivered(context, number)
    day = context.clock().date()
    letters.deliver(context, notice, day=day, way=DeliveryWay.IN_PERSON, receiver="图书馆办公室", by="陈经办")


def close_survey_of(context: AppContext) -> None:
    """Papers are drafted from today on; where no survey is open yet, one is opened and closed."""
    context.store.surveys.open("sias", "首次核对", context.clock())
    close_survey(context, "sias", by="陈经办", drafts_from=context.clock().date())


def silent(context: AppContext) -> list[str]:
    return [case.number for case in context.store.cases.all("sias") if case.rule == "inactivity"]


def test_many_hands_open_each_case_once_and_number_without_gaps(sias: AppContext) -> None:
    for number in range(6):
        observe(sias, number, START - timedelta(days=90))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: check(sias, "sias", sias.clock()), range(8)))
    cases = sias.store.cases.all("sias")
    assert len(silent(sias)) == 6
    assert len({case.key for case in cases}) == len(cases)
    assert sorted(int(case.number[-4:]) for case in cases) == list(range(1, len(cases) + 1))
    assert sias.store.outbox.all(school="sias") == [], "a school's first findings are looked over first"
    check_and_sign(sias, "sias")
    numbers = [row.number for row in sias.store.outbox.all(school="sias") if row.number]
    assert sorted(numbers) == sorted(set(numbers))
    assert len(numbers) == 6


@pytest.mark.parametrize("crash_at", range(1, 8))
def test_a_crash_between_any_two_writes_leaves_all_or_nothing(
    sias: AppContext, monkeypatch: pytest.MonkeyPatch, crash_at: int
) -> None:
    for number in range(3):
        observe(sias, number, START - timedelta(days=90))
    calls = 0
    close_survey_of(sias)
    for kind, name in ((CaseTransaction, "write"), (LetterDesk, "put"), (CaseTransaction, "next_number")):
        real = getattr(kind, name)

        def failing(self: object, *args: object, _real: Callable[..., object] = real, **given: object) -> object:
            nonlocal calls
            calls += 1
            if calls == crash_at:
                raise KeyboardInterrupt
            return _real(self, *args, **given)

        monkeypatch.setattr(kind, name, failing)
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
    observe(sias, 0, START - timedelta(days=90))
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
    observe(sias, 0, last)
    check_and_sign(sias, "sias")
    number = silent(sias)[0]
    deliver(sias, clock.now)
    hand_over(sias, number)
    due = waiting(sias, number).due_at
    assert due.date() == date(2026, 4, 2)  # received on 2 March: the month ends with 2 April
    with pytest.raises(CaseError, match="期限未到"):
        letters.draft_of(sias, number)
    clock.now = due + timedelta(hours=1)
    observe(sias, 0, None, Outcome.BLOCKED)
    check_and_sign(sias, "sias")
    assert waiting(sias, number).issued_at is None, "never on a stale look"
    clock.now += timedelta(hours=1)
    observe(sias, 0, last)
    check_and_sign(sias, "sias")
    case = sias.store.cases.get(number)
    assert case
    assert [step.document.value for step in case.issued_steps] == ["rectification", "public_notice"]
    clock.now += timedelta(days=2)
    observe(sias, 0, clock.now - timedelta(hours=3))
    check(sias, "sias", clock.now)
    case = sias.store.cases.get(number)
    assert case
    assert case.state is CaseState.RESOLVED


def test_a_post_that_predates_the_notice_withdraws_it(sias: AppContext, clock: Clock) -> None:
    observe(sias, 0, START - timedelta(days=90))
    check_and_sign(sias, "sias")
    number = silent(sias)[0]
    deliver(sias, clock.now)
    hand_over(sias, number)
    clock.now += timedelta(days=1)
    observe(sias, 0, START - timedelta(days=2))
    check(sias, "sias", clock.now)
    case = sias.store.cases.get(number)
    assert case
    assert case.state is CaseState.WITHDRAWN
    states = {row.document_type: row.state for row in sias.store.outbox.all(case=number)}
    assert states == {"rectification": NoticeState.DELIVERED, "correction": NoticeState.DRAFT}


def test_a_signed_paper_whose_reason_is_gone_never_leaves(sias: AppContext, clock: Clock) -> None:
    observe(sias, 0, START - timedelta(days=90))
    check_and_sign(sias, "sias")
    number = silent(sias)[0]
    clock.now += timedelta(minutes=3)
    observe(sias, 0, clock.now - timedelta(minutes=1))  # the unit posts between the signature and the sending
    assert deliver(sias, clock.now).claimed == 0
    (row,) = sias.store.outbox.all(case=number)
    assert (row.state, row.number) == (NoticeState.STOPPED, "校媒巡整〔2026〕1号"), (
        "the number stays with what was stopped"
    )
    case = sias.store.cases.get(number)
    assert case
    assert (case.state, case.issued_steps) == (CaseState.CLOSED, ())
    assert list((sias.settings.data / "outbox").rglob("*.docx")) == []


def test_facts_that_changed_are_read_again_before_signing(sias: AppContext, clock: Clock) -> None:
    observe(sias, 0, START - timedelta(days=90))
    check(sias, "sias", clock.now)
    close_survey_of(sias)
    number = silent(sias)[0]
    draft = letters.draft_of(sias, number)
    seen = letters.facts_read(sias, draft)
    sias.store.filings.save([replace(filing(0), first_owner="李示例", name="西亚斯图书馆")], by="测试", now=clock.now)
    with pytest.raises(letters.FactsChanged, match=r"账号由.*变为.*西亚斯图书馆"):
        letters.sign(sias, draft, SIGNER, seen=seen)
    assert [row.number for row in sias.store.outbox.all(case=number)] == [""], "no number is used up"
    sign_one(sias, draft)
    assert [row.number for row in sias.store.outbox.all(case=number)] == ["校媒巡整〔2026〕1号"]


def test_what_nobody_can_say_any_more_is_neither_signed_nor_sent(sias: AppContext, clock: Clock) -> None:
    last = START - timedelta(days=90)
    observe(sias, 0, last)
    observe(sias, 1, last)
    check(sias, "sias", clock.now)
    close_survey_of(sias)
    waits, signed = silent(sias)
    sign_one(sias, letters.draft_of(sias, signed))
    clock.now += timedelta(minutes=3)
    for number in (0, 1):  # the account's own page shows a joint work of last week, the list still nothing
        observe(sias, number, last, sign_at=START - timedelta(days=7))
    with pytest.raises(CaseError, match=r"已不能认定，暂不能签发.*联合投稿"):
        sign_one(sias, letters.draft_of(sias, waits))
    assert deliver(sias, clock.now).claimed == 0
    assert [row.state for row in sias.store.outbox.all(case=signed)] == [NoticeState.DRAFT, NoticeState.STOPPED]
    clock.now += timedelta(days=1)
    observe(sias, 1, clock.now - timedelta(hours=1))
    check(sias, "sias", clock.now)
    assert [row.state for row in sias.store.outbox.all(case=waits)] == [NoticeState.STOPPED]


def test_one_wrong_batch_is_taken_back_with_one_letter_a_unit(sias: AppContext, clock: Clock) -> None:
    for n in range(3):
        observe(sias, n, START - timedelta(days=90))
    check_and_sign(sias, "sias")
    numbers = silent(sias)
    deliver(sias, clock.now)
    for number in numbers[:2]:
        hand_over(sias, number)
    done = withdraw_batch(sias, "sias", numbers, by="王老师", reason="读取有误，页面改版")
    assert len(done.corrections) == 1, "one unit, one letter"
    assert {case.state for case in map(sias.store.cases.get, numbers) if case} == {CaseState.WITHDRAWN}
    assert sorted(sias.store.outbox.cases_of(done.corrections[0])) == sorted(numbers[:2])
    stopped = [row.state for row in sias.store.outbox.all(case=numbers[2])]
    assert stopped == [NoticeState.STOPPED], "what nobody had needs no correction"
    sign_one(sias, done.corrections[0])
    row = sias.store.outbox.one(done.corrections[0])
    assert row
    assert row.number == "校媒巡更〔2026〕1号"


def test_a_decision_is_taken_back_within_ten_minutes(sias: AppContext, clock: Clock) -> None:
    observe(sias, 0, START - timedelta(days=90))
    check_and_sign(sias, "sias")
    number = silent(sias)[0]
    before = sias.store.cases.get(number)
    case_actions.appeal(sias, number, by="图书馆", reason="有异议")
    clock.now += timedelta(minutes=9)
    assert case_actions.undo(sias, number, by="王老师") == before
    case_actions.withdraw(sias, number, by="王老师", reason="核查有误")
    (row,) = sias.store.outbox.all(case=number)
    assert row.state is NoticeState.STOPPED
    restored = case_actions.undo(sias, number, by="王老师")
    assert restored.state is CaseState.OPEN
    states = [row.state for row in sias.store.outbox.all(case=number)]
    assert sorted(states) == [NoticeState.DRAFT, NoticeState.STOPPED], "drafted again, under another id"
    case_actions.dismiss(sias, number, by="王老师", reason="不属实")
    clock.now += timedelta(minutes=11)
    with pytest.raises(CaseError, match="没有可以撤销的操作"):
        case_actions.undo(sias, number, by="王老师")


def test_each_exhibit_bears_the_time_of_its_own_page(sias: AppContext, clock: Clock) -> None:
    observe(sias, 0, START - timedelta(days=90))
    clock.now += timedelta(hours=5)
    observe(sias, 0, START - timedelta(days=90))
    check(sias, "sias", clock.now)
    number = silent(sias)[0]
    clock.now += timedelta(days=1)
    observe(sias, 0, START - timedelta(days=2))
    check(sias, "sias", clock.now)
    for row in sias.store.outbox.all(case=number):
        for exhibit in load(Notice, row.document).evidence:
            assert exhibit.seen_at
            assert exhibit.id == f"e-0-{exhibit.seen_at:%Y%m%d%H%M}"


def test_a_blocked_crawl_accuses_nobody(sias: AppContext, clock: Clock) -> None:
    for days in range(200):
        clock.now = START + timedelta(days=days)
        observe(sias, 0, None, Outcome.BLOCKED)
        observe(sias, 1, None, Outcome.UNREADABLE)
    check(sias, "sias", clock.now)
    assert silent(sias) == []


def test_the_same_filing_under_two_numbers_is_one_account(sias: AppContext) -> None:
    twin = replace(filing(0), id="S0-twin")
    sias.store.filings.save([twin], by="测试", now=START)
    observe(sias, 0, START - timedelta(days=90))
    check(sias, "sias", sias.clock())
    assert len(silent(sias)) == 1


def test_no_paper_is_signed_while_its_pages_lie_on_one_host_only(sias: AppContext, tmp_path: Path) -> None:
    close_survey_of(sias)
    observe(sias, 0, START - timedelta(days=90))
    check(sias, "sias", sias.clock())
    sias.settings.evidence_store = str(tmp_path / "store")
    (draft,) = [row for row in sias.store.outbox.all(school="sias") if row.case_number in silent(sias)]
    with pytest.raises(CaseError, match="还没有存入共享存储"):
        sign_one(sias, draft.id)
    for evidence in sias.store.cases.all("sias")[0].evidence:
        sias.store.evidence_uploads.add("host", file_of(evidence), 1, START)
    sign_one(sias, draft.id)
    assert letters.letter_of(sias, draft.id).state is NoticeState.DUE
