"""A post's date never moves once it was seen, and a left-out year is known only to who saw its post in time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rules.accounts.first_dates import KEPT
from rules.accounts.state import apply_observation
from rules.model import AccountState, ClaimType, Observation, Platform, Post, Precision
from tests.support.factories import at, day, observed

LIST = ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME


def item(number: int, date: str, inferred: bool = False, title: str = "关于考试的通知") -> Post:
    url = f"http://jwc.example.edu.cn/info/1/{number}.htm"
    precision = Precision.DAY
    return Post(id=url, url=url, title=title, published_at=at(date), precision=precision, year_inferred=inferred)


def page(when: str, *posts: Post, proves: ClaimType = LIST, **changes: object) -> Observation:
    facts = {"platform": Platform.WEBSITE, "account_id": "jwc.example.edu.cn", "proves": proves}
    return observed(when, *posts, **{**facts, **changes})


def known(*looks: Observation) -> AccountState:
    seen: AccountState | None = None
    for each in looks:
        seen = apply_observation(seen, each, key="website:jwc.example.edu.cn")
    assert seen is not None
    return seen


def unsure(when: str, *posts: Post) -> Observation:
    """What the reader makes of a list whose newest year is inferred."""
    return page(when, *posts, proves=ClaimType.ACTIVE | ClaimType.NAME, silence_if_known=True)


def test_an_unchanged_list_does_not_renew_itself_next_summer() -> None:
    first = page("2023-06-25", item(2, "2023-06-20", True), item(1, "2023-06-02", True))
    again = page("2024-06-25", item(2, "2024-06-20", True), item(1, "2024-06-02", True))
    seen = known(first, again)
    assert seen.last_post_at == at("2023-06-20")
    assert seen.runs[-1][1] < at("2023-07-01")


def test_a_year_that_nobody_saw_in_time_is_no_date() -> None:
    stale = unsure("2026-11-28", item(2, "2026-06-20", True), item(1, "2026-06-02", True))
    later = unsure("2027-07-01", item(2, "2027-06-20", True), item(1, "2027-06-02", True))
    seen = known(stale, later)
    assert seen.last_post_at is None
    assert seen.silence_shown is None
    assert seen.fact is not None


def test_a_year_seen_in_time_shows_silence_later() -> None:
    fresh = unsure("2026-06-25", item(2, "2026-06-20", True), item(1, "2026-06-02", True))
    later = unsure("2026-12-01", item(2, "2026-06-20", True), item(1, "2026-06-02", True))
    seen = known(fresh, later)
    assert seen.last_post_at == at("2026-06-20")
    assert seen.silence_shown is not None
    assert seen.silence_shown.at == at("2026-12-01")


def test_a_new_item_ends_the_silence_and_an_unknown_one_hides_it() -> None:
    fresh = unsure("2026-06-25", item(1, "2026-06-20", True))
    seen = known(fresh, unsure("2026-12-01", item(9, "2026-11-28", True), item(1, "2026-06-20", True)))
    assert seen.last_post_at == at("2026-11-28")
    hidden = known(fresh, unsure("2026-12-01", item(9, "2026-09-28", True), item(1, "2026-06-20", True)))
    assert hidden.silence_shown is not None
    assert hidden.silence_shown.at == at("2026-06-25")


def test_full_dates_do_not_move_either() -> None:
    seen = known(page("2026-03-01", item(1, "2026-02-20")), page("2026-11-20", item(1, "2026-11-20")))
    assert seen.last_post_at == at("2026-02-20")


def test_a_stated_year_replaces_one_that_was_only_inferred() -> None:
    seen = known(page("2026-11-28", item(1, "2026-06-20", True)), page("2026-11-29", item(1, "2023-06-20")))
    assert seen.last_post_at == at("2023-06-20")


def test_items_that_share_an_address_are_told_apart_by_their_titles() -> None:
    first = page("2026-03-01", item(1, "2026-02-20", title="关于考试的通知"))
    other = page("2026-11-20", item(1, "2026-11-18", title="关于选课的通知"))
    assert known(first, other).last_post_at == at("2026-11-18")


def test_an_older_look_that_comes_late_binds_as_well() -> None:
    seen = known(page("2024-06-25", item(1, "2024-06-20", True)), page("2023-06-25", item(1, "2023-06-20", True)))
    assert {first.day for first in seen.first_dates} == {day("2023-06-20")}


def test_what_is_remembered_stays_small() -> None:
    posts = [item(number, "2026-11-20") for number in range(KEPT + 50)]
    assert len(known(page("2026-11-21", *posts)).first_dates) == KEPT


@pytest.mark.parametrize(("age", "dated"), [(0, True), (31, True), (32, False), (160, False)])
def test_how_long_an_inferred_year_is_believed(age: int, dated: bool) -> None:
    seen_at = datetime.fromisoformat("2026-11-28T00:00+08:00")
    post = Post(id="1", published_at=seen_at - timedelta(days=age), year_inferred=True)
    assert post.is_dated(seen_at) is dated
