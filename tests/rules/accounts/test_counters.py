"""Where the platform's counter moved and the list stood still, silence is not proved."""

from __future__ import annotations

from dataclasses import replace

from rules.accounts.counters import hidden
from rules.accounts.state import apply_observation
from rules.model import AccountState, ClaimType, Observation, Outcome, Platform, Verdict
from tests.support.factories import ALL, account, ask, at, dated_evidence, observed, post

KEY = "weibo:1000001"


def weibo_list(
    day: str, counter: int | None = None, *posts: str, sign: str = "", shows: bool = True, evidence: str = ""
) -> Observation:
    return observed(
        day,
        *(post(each) for each in posts),
        source="m_posts" if posts else "profile",
        proves=ALL if shows and posts else ClaimType.NONE,
        counters=(("statuses", counter),) if counter is not None else (),
        sign_at=at(sign) if sign else None,
        evidence=evidence or f"e:{day}",
    )


def fold(*looks: Observation) -> AccountState:
    seen: AccountState | None = None
    for each in looks:
        seen = apply_observation(seen, each, key=KEY)
    assert seen is not None
    return seen


def verdict(seen: AccountState, now: str) -> Verdict:
    answer = ask("inactivity", account(seen), now)
    assert answer is not None
    return answer.verdict


OLD = ("2026-06-01", "2026-05-20", "2026-05-01")


def test_both_stood_still() -> None:
    seen = fold(weibo_list("2026-06-10", 4019, *OLD), weibo_list("2026-11-27", 4019, *OLD))
    assert verdict(seen, "2026-11-28") is Verdict.VIOLATED


def test_the_counter_rose_by_thirty_while_the_list_stood_still() -> None:
    seen = fold(weibo_list("2026-06-10", 4019, *OLD), weibo_list("2026-11-27", 4049, *OLD))
    assert verdict(seen, "2026-11-28") is Verdict.UNDETERMINED
    answer = ask("inactivity", account(seen), "2026-11-28")
    assert answer is not None
    assert "由 4019 增至 4049" in answer.reason


def test_the_counter_came_from_another_page_of_the_visit() -> None:
    seen = fold(
        weibo_list("2026-06-10", None, *OLD), weibo_list("2026-06-10 00:01", 100),
        weibo_list("2026-11-27", None, *OLD), weibo_list("2026-11-27 00:01", 103),
    )  # fmt: skip
    assert verdict(seen, "2026-11-28") is Verdict.UNDETERMINED


def test_what_the_list_shows_explains_the_counter() -> None:
    new = ("2026-07-02", "2026-07-01", *OLD)
    seen = fold(
        weibo_list("2026-06-10", 100, *OLD), weibo_list("2026-07-03", 102, *new), weibo_list("2026-11-27", 102, *new)
    )
    assert hidden(seen) is None
    assert verdict(seen, "2026-11-28") is Verdict.VIOLATED


def test_more_than_a_page_of_new_posts_is_no_gap() -> None:
    new = tuple(f"2026-08-{day:02}" for day in range(10, 0, -1))
    seen = fold(
        weibo_list("2026-06-10", 100, *OLD), weibo_list("2026-08-11", 140, *new), weibo_list("2026-11-27", 140, *new)
    )
    assert verdict(seen, "2026-11-28") is Verdict.VIOLATED


def test_deleted_posts_are_no_publications() -> None:
    seen = fold(
        weibo_list("2026-06-10", 100, *OLD), weibo_list("2026-09-01", 90, *OLD), weibo_list("2026-11-27", 90, *OLD)
    )
    assert verdict(seen, "2026-11-28") is Verdict.VIOLATED


def test_a_later_post_in_the_list_ends_the_doubt() -> None:
    new = ("2026-07-20", *OLD)
    seen = fold(
        weibo_list("2026-06-10", 100, *OLD), weibo_list("2026-07-10", 103, *OLD), weibo_list("2026-07-21", 104, *new)
    )
    assert hidden(seen) is None
    seen = apply_observation(seen, weibo_list("2026-11-27", 104, *new), key=KEY)
    assert verdict(seen, "2026-11-28") is Verdict.VIOLATED


def test_an_older_look_that_comes_late_changes_no_counter() -> None:
    seen = fold(weibo_list("2026-06-10", 100, *OLD), weibo_list("2026-11-27", 100, *OLD))
    assert apply_observation(seen, weibo_list("2026-03-01", 80), key=KEY).tallies == seen.tallies


def test_a_joint_work_after_the_silence_is_a_sign_of_life() -> None:
    silent = fold(weibo_list("2026-06-10", None, *OLD), weibo_list("2026-11-20", None, *OLD))
    assert verdict(silent, "2026-11-21") is Verdict.VIOLATED
    seen = apply_observation(silent, weibo_list("2026-11-27", None, *OLD, sign="2026-11-25", shows=False), key=KEY)
    assert verdict(seen, "2026-11-28") is Verdict.UNDETERMINED


def test_every_look_may_be_played_again() -> None:
    looks = [weibo_list("2026-06-10", 100, *OLD), weibo_list("2026-11-27", 130, *OLD)]
    once = fold(*looks)
    again = apply_observation(once, looks[-1], key=KEY)
    assert [tally.unlisted for tally in again.tallies] == [tally.unlisted for tally in once.tallies]


def test_a_number_that_counts_a_part_says_nothing_of_volume() -> None:
    for platform, expected in ((Platform.WEIBO, Verdict.VIOLATED), (Platform.BILIBILI, Verdict.UNDETERMINED)):
        seen = AccountState(
            fact=dated_evidence("2026-11-27"), outcome=Outcome.OK, first_fact_at=at("2020-01-01"), post_count=5
        )
        answer = ask("low_volume", replace(account(seen), platform=platform), "2026-11-28")
        assert answer is not None
        assert answer.verdict is expected
