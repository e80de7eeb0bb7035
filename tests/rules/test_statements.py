"""What persons state of an account: what it takes to be believed, what disproves it, and that it never accuses who posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.accounts.state import apply_observation
from rules.accounts.statements import newest_stated, stated_silence
from rules.calendar import start_of
from rules.model import AccountState, ClaimType, EvidenceKind, Observation, Outcome, Platform, Post, Statement, Verdict
from tests.support.factories import account, ask, at, day, filing, seen_with

MANUAL, DECLARED = EvidenceKind.MANUAL, EvidenceKind.DECLARED
KEY = "wechat:gh_0123456789ab"
WECHAT = filing(platform=Platform.WECHAT, account_id="gh_0123456789ab")


def said(kind: EvidenceKind, by: str, when: str, **given: object) -> Statement:
    known = {name: day(value) if isinstance(value, str) and name in ("newest", "none_since") else value
             for name, value in given.items()}  # fmt: skip
    return Statement(kind=kind, by=by, at=at(when), evidence=f"e:{by}:{when}", **known)  # type: ignore[arg-type]


def stated(statement: Statement) -> Observation:
    return Observation(
        platform=Platform.WECHAT, source=statement.kind.value, url="", observed_at=statement.at, outcome=Outcome.OK,
        evidence=statement.evidence, statement=statement,
    )  # fmt: skip


def state_of(*statements: Statement, seen: AccountState | None = None) -> AccountState:
    for each in statements:
        seen = apply_observation(seen, stated(each), key=KEY)
    assert seen
    return seen


def verdict(seen: AccountState, now: str, **given: Any) -> Verdict:
    answer = ask("inactivity", account(seen, WECHAT, key=KEY), now, **given)
    assert answer
    return answer.verdict


DECLARATION = said(DECLARED, "张三", "2026-06-01", none_since="2026-03-01")
FIRST = said(MANUAL, "李四", "2026-06-02", none_since="2026-03-01")
SECOND = said(MANUAL, "王五", "2026-06-03", none_since="2026-03-01")


@pytest.mark.parametrize(
    ("why", "statements", "expected"),
    [
        ("a declaration alone waits for a person", (DECLARATION,), Verdict.UNDETERMINED),
        ("one member of staff alone waits for another", (FIRST,), Verdict.UNDETERMINED),
        ("the same person twice is one", (FIRST, replace(FIRST, at=at("2026-06-09"))), Verdict.UNDETERMINED),
        ("two members of staff", (FIRST, SECOND), Verdict.VIOLATED),
        ("the unit and a member of staff who looked", (DECLARATION, FIRST), Verdict.VIOLATED),
        (
            "the unit and a member of staff who confirms it",
            (DECLARATION, replace(DECLARATION, by="赵六", confirms=DECLARATION.evidence, at=at("2026-06-02"))),
            Verdict.VIOLATED,
        ),
        ("two people of the unit are one voice", (DECLARATION, replace(DECLARATION, by="钱七")), Verdict.UNDETERMINED),
        (
            "taken back",
            (DECLARATION, FIRST, said(DECLARED, "张三", "2026-06-04", withdraws=DECLARATION.evidence)),
            Verdict.UNDETERMINED,
        ),
        ("said before the limit was over", (said(MANUAL, "李四", "2026-04-01", none_since="2026-03-01"),
                                            said(MANUAL, "王五", "2026-04-02", none_since="2026-03-01")), Verdict.UNDETERMINED),
        ("spoken before the limit of a post that staff named since",
         (FIRST, SECOND, said(MANUAL, "李四", "2026-06-04", newest="2026-04-10")), Verdict.UNDETERMINED),
        ("spoken after the limit of the newest post that anybody named",
         (FIRST, SECOND, said(MANUAL, "李四", "2026-06-04", newest="2026-03-20")), Verdict.VIOLATED),
        ("staff saw a new post", (FIRST, SECOND, said(MANUAL, "李四", "2026-06-10", newest="2026-06-09")), Verdict.COMPLIANT),
    ],
)  # fmt: skip
def test_how_many_voices_it_takes(why: str, statements: tuple[Statement, ...], expected: Verdict) -> None:
    assert verdict(state_of(*statements), "2026-06-15") is expected, why


def test_the_reason_says_how_it_was_established() -> None:
    answer = ask("inactivity", account(state_of(DECLARATION, FIRST), WECHAT, key=KEY), "2026-06-15")
    assert answer
    assert "责任单位张三于2026年6月1日声明没有更新，经李四人工查看" in answer.reason
    assert set(answer.evidence) == {DECLARATION.evidence, FIRST.evidence}
    assert answer.shown_at == FIRST.at


def test_a_policy_says_which_kinds_suffice() -> None:
    seen = state_of(DECLARATION, FIRST)
    assert verdict(seen, "2026-06-15", evidence=["public", "official", "manual"]) is Verdict.UNDETERMINED
    assert verdict(state_of(FIRST, SECOND), "2026-06-15", evidence=["manual"]) is Verdict.VIOLATED
    shown = seen_with("2026-03-01", shown="2026-05-20")
    assert verdict(shown, "2026-06-15") is Verdict.VIOLATED
    assert verdict(shown, "2026-06-15", evidence=["official", "manual"]) is Verdict.UNDETERMINED
    assert (
        verdict(replace(shown, silence_kind=EvidenceKind.OFFICIAL), "2026-06-15", evidence=["official"])
        is Verdict.VIOLATED
    )


def test_a_unit_s_bare_word_of_a_post_counts_for_a_week_or_until_the_next_look() -> None:
    seen = state_of(said(DECLARED, "张三", "2026-06-01", newest="2026-05-31"))
    assert verdict(seen, "2026-06-02") is Verdict.COMPLIANT
    assert verdict(seen, "2026-06-09") is Verdict.UNDETERMINED
    read = apply_observation(seen, page("2026-06-02", "2026-01-05"), key=KEY)
    assert read.statements == ()


def page(when: str | datetime, posted: str | datetime, url: str = "https://mp.weixin.qq.com/s/x") -> Observation:
    moment, post = (at(each) if isinstance(each, str) else each for each in (when, posted))
    return Observation(
        platform=Platform.WECHAT, source="article", url=url, observed_at=moment, outcome=Outcome.OK,
        account_id="gh_0123456789ab", posts=(Post(id=f"p{post}", url=url, published_at=post),), proves=ClaimType.ACTIVE,
        evidence=f"p:{moment}",
    )  # fmt: skip


def test_a_page_that_dates_the_post_otherwise_ends_the_statement() -> None:
    claimed = said(MANUAL, "李四", "2026-06-01", newest="2026-05-31", url="https://mp.weixin.qq.com/s/x")
    assert verdict(state_of(claimed), "2026-06-05") is Verdict.COMPLIANT
    read = apply_observation(state_of(claimed), page("2026-06-02", "2026-01-05"), key=KEY)
    assert read.statements == ()
    assert verdict(read, "2026-06-05") is Verdict.UNDETERMINED


def test_statements_move_nothing_that_pages_show() -> None:
    shown = seen_with("2026-03-01", shown="2026-05-20")
    assert replace(state_of(FIRST, SECOND, seen=shown), statements=()) == shown


@pytest.mark.parametrize(
    ("spoken", "now", "counts"),
    [
        ("2026-06-01 08:00", "2026-06-08 08:00", True),
        ("2026-06-01 08:00", "2026-06-08 08:01", False),
        ("2026-06-01 08:00", "2026-06-01 08:00", True),
        ("2026-06-01 08:00", "2026-06-01 07:59", False),
    ],
)
def test_a_bare_word_counts_from_then_on_for_seven_days(spoken: str, now: str, counts: bool) -> None:
    seen = state_of(said(DECLARED, "张三", spoken, newest="2026-05-31"))
    assert (newest_stated(seen, at(now)) is not None) is counts
    by_staff = state_of(said(MANUAL, "李四", spoken, newest="2026-05-31"))
    assert newest_stated(by_staff, at(now)) is not None


@pytest.mark.parametrize(("newest", "counts"), [("2026-06-01", True), ("2026-06-02", False)])
def test_nobody_states_a_post_of_tomorrow(newest: str, counts: bool) -> None:
    seen = state_of(said(MANUAL, "李四", "2026-06-01 08:00", newest=newest))
    assert (newest_stated(seen, at("2026-06-03")) is not None) is counts


def test_the_newest_post_that_was_stated_counts_and_of_two_words_the_later() -> None:
    words = [("甲", "2026-06-01", "2026-05-30"), ("乙", "2026-06-02", "2026-05-31"), ("丙", "2026-06-03", "2026-05-31")]
    seen = state_of(*(said(MANUAL, by, when, newest=newest) for by, when, newest in words))
    found = newest_stated(seen, at("2026-06-04"))
    assert found
    assert found.by == "丙"


@pytest.mark.parametrize(
    ("given", "posted", "kept"),
    [
        ({"newest": "2026-05-30", "url": "https://mp.weixin.qq.com/s/x"}, "2026-06-01 23:59:59", True),
        ({"newest": "2026-05-30", "url": "https://mp.weixin.qq.com/s/x"}, "2026-06-02 00:00:00", False),
        ({"newest": "2026-05-30", "url": "https://mp.weixin.qq.com/s/x"}, "2026-05-28 23:59:59", True),
        ({"newest": "2026-05-30", "url": "https://mp.weixin.qq.com/s/x"}, "2026-05-28 23:59:58", False),
        ({"newest": "2026-05-30", "url": "https://mp.weixin.qq.com/s/other"}, "2026-01-01", True),
        ({"newest": "2026-05-30"}, "2026-01-01", True),
        ({"none_since": "2026-03-01"}, "2026-03-01 23:59:59", True),
        ({"none_since": "2026-03-01"}, "2026-03-02 00:00:00", False),
        ({"none_since": "2026-03-01"}, "2026-06-01 08:00:00", False),
        ({"none_since": "2026-03-01"}, "2026-06-01 08:00:01", True),
    ],
)
def test_what_a_page_disproves(given: dict[str, str], posted: str, kept: bool) -> None:
    seen = state_of(said(MANUAL, "李四", "2026-06-01 08:00", **given))
    read = apply_observation(seen, page("2026-06-05", posted), key=KEY)
    assert bool(read.statements) is kept


@pytest.mark.parametrize(("first", "confirmed"), [("2026-06-02", True), ("2026-06-01 23:59:59", False)])
def test_statements_a_month_apart_speak_of_different_times(first: str, confirmed: bool) -> None:
    one = said(MANUAL, "李四", first, none_since="2026-03-01")
    two = said(MANUAL, "王五", "2026-07-03", none_since="2026-03-01")
    silence = stated_silence(state_of(one, two), None, [MANUAL], lambda since: since)
    assert silence
    assert silence.confirmed is confirmed


def test_eight_statements_are_remembered() -> None:
    words = [said(MANUAL, f"第{n}位", f"2026-06-{n:02}", none_since="2026-03-01") for n in range(1, 10)]
    assert state_of(*words[:8]).statements == tuple(words[:8])
    assert state_of(*words).statements == tuple(words[1:])


BEGIN = date(2026, 1, 1)
PEOPLE = ("甲", "乙", "丙")


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[int], list[Observation]]:
    """Days on which an account posted, and what was said and read of it: true pages, false dates, walls, withdrawals."""
    posts = sorted(draw(st.sets(st.integers(0, 330), min_size=1, max_size=8)))
    looks: list[Observation] = []
    for number in range(draw(st.integers(1, 10))):
        now = start_of(BEGIN) + timedelta(days=draw(st.integers(0, 360)), hours=12)
        before = [n for n in posts if start_of(BEGIN) + timedelta(days=n) <= now - timedelta(hours=12)]
        last = BEGIN + timedelta(days=before[-1]) if before else BEGIN - timedelta(days=400)
        evidence, who = f"h{number}", draw(st.sampled_from(PEOPLE))
        match draw(st.integers(0, 4)):
            case 0 if before:
                looks.append(page(now, start_of(last) + timedelta(hours=9), f"u{before[-1]}"))
            case 1:
                wall = Observation(
                    platform=Platform.WECHAT, source="none", url="", observed_at=now, outcome=Outcome.BLOCKED
                )
                looks.append(wall)
            case 2:  # staff say what they see
                looks.append(stated(Statement(kind=MANUAL, by=who, at=now, none_since=last, evidence=evidence)))
            case 3:  # a unit may say anything
                false = BEGIN + timedelta(days=draw(st.integers(-400, 360)))
                looks.append(stated(Statement(kind=DECLARED, by="单位", at=now, none_since=false, evidence=evidence)))
            case _:
                looks.append(
                    stated(Statement(kind=DECLARED, by="单位", at=now, withdraws=f"h{draw(st.integers(0, 9))}"))
                )
    return posts, sorted(looks, key=lambda each: each.observed_at)


@settings(max_examples=500, deadline=None)
@given(histories())
def test_nobody_who_posted_is_called_silent_while_staff_tell_the_truth(
    history: tuple[list[int], list[Observation]],
) -> None:
    """Whatever units say, pages hide and people take back: a breach stands on a member of staff who saw it."""
    posts, looks = history
    seen: AccountState | None = None
    for each in looks:
        seen = apply_observation(seen, each, key=KEY)
        answer = ask("inactivity", account(seen, WECHAT, key=KEY), f"{each.observed_at:%Y-%m-%d %H:%M}")
        if answer and answer.verdict is Verdict.VIOLATED:
            assert answer.shown_at
            true = [n for n in posts if start_of(BEGIN) + timedelta(days=n, hours=9) <= answer.shown_at]
            last = BEGIN + timedelta(days=true[-1]) if true else BEGIN - timedelta(days=400)
            assert (answer.shown_at.date() - last).days >= 59, (answer.reason, last)


def test_a_statement_that_a_later_post_contradicts_says_nothing() -> None:
    seen = state_of(FIRST, SECOND)
    later = replace(seen, last_post_at=at("2026-04-01"))
    assert stated_silence(later, later.last_post_at, tuple(EvidenceKind), lambda start: start) is None
