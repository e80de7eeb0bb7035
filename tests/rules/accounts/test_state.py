"""One look more: what moves, what stays, and which of two looks counts."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import pytest

from rules.accounts.join import join
from rules.accounts.state import apply_observation, evidence_kind, same_account
from rules.model import (
    AccountState,
    ClaimType,
    DatedEvidence,
    EvidenceKind,
    Observation,
    Outcome,
    Platform,
    Precision,
    Suspicion,
)
from tests.support.factories import DAY, at, dated_evidence, filing, observed, post

KEY = "weibo:1000001"


def after(*looks: Observation, key: str = KEY) -> AccountState:
    seen = reduce(lambda state, look: apply_observation(state, look, key=key), looks, AccountState())
    assert seen == reduce(lambda state, look: apply_observation(state, look, key=key), looks, None)
    return seen


def look(when: str, **changes: Any) -> Observation:
    return observed(f"2026-03-{when}", **changes)


BLOCKED: dict[str, Any] = {"outcome": Outcome.BLOCKED, "reason": "captcha", "proves": ClaimType.NONE}


def test_looks_that_say_nothing_are_counted_in_a_row_and_move_nothing_else() -> None:
    shown = after(look("01", name="甲"))
    twice = after(look("01", name="甲"), look("02", **BLOCKED), look("03", **BLOCKED))
    assert (twice.failures, twice.obstacle, twice.obstacle_reason) == (2, Outcome.BLOCKED, "captcha")
    assert replace(twice, attempted_at=shown.attempted_at, obstacle=None, obstacle_reason="", failures=0) == shown
    again = apply_observation(twice, look("04"), key=KEY)
    assert (again.failures, again.obstacle, again.obstacle_reason) == (0, None, "")
    late = apply_observation(again, look("02", **BLOCKED), key=KEY)
    assert late == again, "an older look that failed is no news"
    assert apply_observation(again, look("04", **BLOCKED), key=KEY).failures == 1, "of two at one moment the later told"


@pytest.mark.parametrize(
    ("key", "known", "shown", "outcome"),
    [
        (KEY, None, "1000001", None),
        (KEY, None, None, None),
        (KEY, None, "2000002", Outcome.UNREADABLE),
        ("weibo:name=甲", None, "2000002", None),
        ("weibo:name=甲", "1000001", "2000002", Outcome.UNREADABLE),
        ("weibo:name=甲", "1000001", "1000001", None),
        ("", None, "2000002", None),
        ("", "1000001", "2000002", Outcome.UNREADABLE),
    ],
)
def test_a_page_of_somebody_else_is_no_fact(key: str, known: str | None, shown: str | None, outcome: Outcome) -> None:
    seen = apply_observation(AccountState(account_id=known), look("01", account_id=shown), key=key)
    assert seen.obstacle is outcome
    assert (seen.fact is None) is bool(outcome)
    if outcome:
        assert seen.obstacle_reason == f"identity_mismatch: 页面账号 {shown} 与 1000001 不符"


def test_a_source_that_cannot_show_an_end_shows_none() -> None:
    gone = look("01", outcome=Outcome.GONE, proves=ClaimType.ACTIVE)
    assert after(gone).obstacle_reason == "该来源不能证明账号已消失"
    assert after(replace(gone, reason="页面不存在")).obstacle_reason == "页面不存在"
    assert after(gone).gone == ()


def test_sightings_of_an_end_are_kept_until_it_is_seen_alive_after_them() -> None:
    ends = [look(f"{day:02}", outcome=Outcome.GONE) for day in range(1, 9)]
    seen = after(*ends)
    assert [gone.at.day for gone in seen.gone] == [1, 5, 6, 7, 8], "the first, from which the day apart is counted"
    assert after(*reversed(ends)).gone[-1].at.day == 8
    assert after(ends[0], ends[0]).gone == (dated_evidence("2026-03-01", "e:2026-03-01 00:00"),)
    assert [gone.at.day for gone in apply_observation(seen, look("06"), key=KEY).gone] == [7, 8]
    assert apply_observation(after(look("05")), ends[4], key=KEY).gone == (), "alive at the same moment"
    assert len(apply_observation(after(look("05")), ends[5], key=KEY).gone) == 1


def test_a_moved_page_says_where_to_and_nothing_of_posts() -> None:
    seen = after(look("01", outcome=Outcome.MOVED, moved_to="https://x.example/", name="甲"))
    assert (seen.outcome, seen.moved_to, seen.name, seen.alive) == (Outcome.MOVED, "https://x.example/", None, None)


def test_hijacking_stands_until_the_site_shows_its_own_again() -> None:
    lost = look("02", outcome=Outcome.UNREADABLE, reason="hijacked: 博彩", proves=ClaimType.NONE)
    first = after(look("01"), lost)
    assert first.hijacked == DatedEvidence.of(lost)
    for later in (
        replace(lost, observed_at=lost.observed_at + DAY),
        look("03", **BLOCKED),
        look("03", outcome=Outcome.MOVED),
    ):
        assert apply_observation(first, later, key=KEY).hijacked == first.hijacked
    for later in (look("03"), look("03", outcome=Outcome.GONE)):
        assert apply_observation(first, later, key=KEY).hijacked is None
    assert apply_observation(first, look("01"), key=KEY).hijacked == first.hijacked, "an older look ends nothing"


@pytest.mark.parametrize(
    ("platform", "one", "other", "same"),
    [
        (Platform.WEIBO, "1000001", "1000001", True),
        (Platform.WEIBO, "1000001", "1000002", False),
        (Platform.WEIBO, "1000001", "tushuguan", True),
        (Platform.WEBSITE, "lib.x.example/a", "lib.x.example/b", True),
        (Platform.WEBSITE, "lib.x.example", "www.x.example", False),
        (Platform.WEBSITE, "lib.x.example", "图书馆 网站", True),
        (Platform.WEBSITE, "图书馆 网站", "lib.x.example", True),
    ],
)
def test_two_ids_differ_only_where_they_can_be_compared(platform: Platform, one: str, other: str, same: bool) -> None:
    assert same_account(platform, one, other) is same


def test_the_newest_fact_decides_what_bears_no_date() -> None:
    full = look("05", address="京", post_count=7, columns=("新闻",), bylines=("校办",), moved_to="")
    bare = look("06", address=None, post_count=None, account_id=None)
    old = look("04", address="沪", post_count=3, columns=("旧闻",), bylines=("旧办",))
    for looks in ((full, bare), (full, bare, old), (full, old, bare)):
        seen = after(*looks)
        assert (seen.address, seen.post_count, seen.columns, seen.bylines) == ("京", 7, ("新闻",), ("校办",))
        assert seen.columns_seen == seen.bylines_seen == DatedEvidence.of(full)
        assert seen.account_id == "1000001"
    assert after(full, old).fact == after(full).fact
    assert after(full, old).first_fact_at == old.observed_at
    assert after(old, full).first_fact_at == old.observed_at
    assert after(full, replace(full, post_count=0)).post_count == 0, (
        "nought is a number; of one moment the later counts"
    )
    assert after(bare, replace(old, account_id="1000001")).account_id == "1000001"
    renamed = replace(full, observed_at=full.observed_at + DAY, account_id="tushuguan")
    assert after(full, renamed).account_id == "1000001"
    assert after(replace(renamed, observed_at=full.observed_at - DAY), full).account_id == "tushuguan"


NAMED = ClaimType.NAME | ClaimType.BODY


def test_names_and_bodies_since_when() -> None:
    def named(when: str, text: str, proves: ClaimType = NAMED) -> Observation:
        return look(when, name=text, verified_body=f"{text}大学", proves=proves)

    def told(seen: AccountState) -> tuple[object, ...]:
        name_seen, body_seen = seen.name_seen and seen.name_seen.at, seen.body_seen and seen.body_seen.at
        days = tuple(at and at.day for at in (seen.name_since, name_seen, seen.body_since, body_seen))
        return seen.name, seen.verified_body, days, seen.previous_name

    unproved = ClaimType.ACTIVE
    assert told(after(named("02", "甲"))) == ("甲", "甲大学", (2, 2, 2, 2), None)
    assert told(after(named("02", "甲"), named("04", "甲"))) == ("甲", "甲大学", (2, 4, 2, 4), None)
    assert told(after(named("04", "甲"), named("02", "甲"))) == ("甲", "甲大学", (2, 4, 2, 4), None)
    assert told(after(named("02", "甲"), named("04", "乙"))) == ("乙", "乙大学", (4, 4, 4, 4), "甲")
    assert told(after(named("04", "甲"), named("02", "乙"))) == ("甲", "甲大学", (4, 4, 4, 4), None)
    assert told(after(named("02", "甲"), named("02", "乙"))) == ("甲", "甲大学", (2, 2, 2, 2), None), "the first of two"
    assert told(after(named("02", "甲"), named("04", "乙", unproved)))[0] == "甲"
    called = after(named("02", "乙", unproved))
    assert (called.name, called.name_seen, called.verified_body) == ("乙", None, None)
    assert after(named("02", "乙", unproved), named("03", "丙", unproved)).name == "乙"
    assert told(after(named("02", "乙", unproved), named("03", "丙"))) == ("丙", "丙大学", (3, 3, 3, 3), None)
    nameless = after(named("02", "甲"), look("03", name="", verified_body="", proves=NAMED))
    assert told(nameless) == ("甲", "甲大学", (2, 2, 2, 2), None)


@pytest.mark.parametrize(
    ("newest", "counts"),
    [
        (post("2026-03-11 00:00"), True),
        (post("2026-03-11 00:01"), False),
        (post("2026-02-07", year_inferred=True), True),
        (post("2026-02-06", year_inferred=True), False),
    ],
)
def test_a_date_that_cannot_be_true_is_none(newest: Any, counts: bool) -> None:
    seen = after(observed("2026-03-10 00:00", newest))
    assert (seen.last_post_at is not None, bool(seen.runs), seen.silence_shown is not None) == (counts,) * 3


def test_the_newest_post_bears_the_look_that_first_showed_it() -> None:
    two = post("2026-03-02 08:00", Precision.MINUTE), post("2026-03-01 08:00")
    seen = after(observed("2026-03-03", *two, source="official_api"))
    assert (seen.last_post_at, seen.last_post_precision) == (at("2026-03-02 08:00"), Precision.MINUTE)
    assert seen.last_post == dated_evidence("2026-03-03", "e:2026-03-03 00:00")
    assert (seen.last_post_kind, seen.silence_kind) == (EvidenceKind.OFFICIAL, EvidenceKind.OFFICIAL)
    again = apply_observation(seen, observed("2026-03-04", *two), key=KEY)
    assert (again.last_post, again.last_post_kind) == (seen.last_post, EvidenceKind.OFFICIAL)
    assert again.silence_kind is EvidenceKind.PUBLIC
    older = apply_observation(again, observed("2026-03-03 12:00", *two, source="official"), key=KEY)
    assert (older.silence_kind, older.silence_shown) == (EvidenceKind.PUBLIC, again.silence_shown)


@pytest.mark.parametrize(
    ("source", "kind"),
    [("official", "official"), ("official_api", "official"), ("officially", "public"), ("mobile", "public")],
)
def test_how_a_page_was_come_by(source: str, kind: str) -> None:
    assert evidence_kind(look("01", source=source)) == kind


def test_posts_at_most_a_week_apart_are_one_run() -> None:
    days = ["2026-01-01", "2026-01-08", "2026-01-15 00:01", "2026-01-18"]
    runs = after(observed("2026-02-01", *(post(each) for each in days))).runs
    assert runs == ((at(days[0]), at(days[1])), (at(days[2]), at(days[3])))
    many = [post(f"2026-{month:02}-01") for month in range(1, 9)]
    assert [first.month for first, _ in after(observed("2026-09-01", *many)).runs] == [3, 4, 5, 6, 7, 8]
    apart = observed("2026-02-01", post("2026-01-01"), post("2026-01-12"))
    assert len(after(apart).runs) == 2
    assert after(apart, observed("2026-02-02", post("2026-01-06"))).runs == ((at("2026-01-01"), at("2026-01-12")),)


@pytest.mark.parametrize(
    ("changes", "shown", "listed_from"),
    [
        ({}, True, "2026-03-05"),
        ({"proves": ClaimType.ACTIVE}, False, ""),
        ({"account_id": None}, False, ""),
        ({"account_id": None, "source": "official"}, True, "2026-03-05"),
        ({"posts": ()}, False, ""),
        ({"posts": (post("2026-03-05", pinned=True),)}, False, ""),
        ({"posts": (post("2026-03-01", pinned=True), post("2026-03-05"))}, True, "2026-03-05"),
        ({"post_count": 1}, True, "2024-03-08"),
        ({"post_count": 2}, True, "2026-03-05"),
        ({"outcome": Outcome.EMPTY, "posts": ()}, True, "2024-03-08"),
    ],
)
def test_only_a_list_that_would_show_newer_posts_shows_silence(
    changes: dict[str, Any], shown: bool, listed_from: str
) -> None:
    seen = after(replace(observed("2026-03-10", post("2026-03-05")), **changes))
    assert (seen.silence_shown is not None) is shown
    assert (seen.empty is not None) is (changes.get("outcome") is Outcome.EMPTY)
    assert seen.listed_from == (at(listed_from) if listed_from else None)
    assert seen.listed_to == (at("2026-03-10") if shown else None)


@pytest.mark.parametrize(
    ("spans", "joined"),
    [
        (("05-10", "10-12"), "05-12"),
        (("05-10", "11-12"), "11-12"),
        (("10-12", "05-10"), "05-12"),
        (("10-12", "05-09"), "10-12"),
        (("05-12", "06-10"), "05-12"),
        (("06-10", "05-12"), "05-12"),
    ],
)
def test_lists_that_overlap_are_one(spans: tuple[str, str], joined: str) -> None:
    pairs = [span.split("-") for span in spans]
    seen = after(*(observed(f"2026-03-{end}", post(f"2026-03-{start}")) for start, end in pairs))
    assert seen.listed_from is not None
    assert seen.listed_to is not None
    assert f"{seen.listed_from:%d}-{seen.listed_to:%d}" == joined


def test_declared_beside_seen() -> None:
    ours = filing(account_id="1000001")
    named = filing(id="2", name="无号", account_id="")
    seen = {
        KEY: AccountState(account_id="1000001"),
        "weibo:name=无号": AccountState(account_id="3000003"),
        "douyin:x": AccountState(name="外"),
    }
    why = Suspicion(term="示范大学", kind="full", why="用了校名", own_body=False)
    rows = list(join([ours, named], seen, {"douyin:x": why, KEY: why}, "demo"))
    assert [(row.key, row.school, row.platform) for row in rows] == [
        (KEY, "demo", Platform.WEIBO),
        ("weibo:name=无号", "demo", Platform.WEIBO),
        ("douyin:x", "demo", Platform.DOUYIN),
    ]
    assert [row.seen for row in rows] == list(seen.values())
    assert [(row.filing, row.suspicion) for row in rows] == [(ours, None), (named, None), (None, why)]
    strange = AccountState(account_id="2000002", attempted_at=at("2026-03-01"), name="乙", failures=3)
    (row,) = join([ours], {KEY: strange}, {}, "demo")
    assert row.seen == AccountState(
        attempted_at=at("2026-03-01"),
        obstacle=Outcome.UNREADABLE,
        obstacle_reason="identity_mismatch: 页面账号 2000002 与台账 1000001 不符",
    )
    (row,) = join([ours], {KEY: AccountState(name="乙")}, {}, "demo")
    assert row.seen == AccountState(name="乙")
    (row,) = join([ours], {}, {}, "demo")
    assert row.seen is None
