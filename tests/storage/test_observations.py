"""Observations are append-only, posts are kept once, and the present is upserted beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from rules.accounts.state import apply_observation
from rules.model import ClaimType, Observation, Outcome, Platform, Post
from rules.visit_schedule import VisitReason
from storage.observations import FACTS, PLACE
from storage.store import Store
from tests.conftest import NOW

KEY = "website:news.example.edu.cn"


def home_page(days_ago: float = 0, outcome: Outcome = Outcome.OK, posts: tuple[Post, ...] = ()) -> Observation:
    return Observation(
        platform=Platform.WEBSITE,
        source="home",
        url="http://news.example.edu.cn/",
        observed_at=NOW - timedelta(days=days_ago),
        outcome=outcome,
        account_id="news.example.edu.cn",
        posts=posts,
        proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME if outcome == Outcome.OK else ClaimType.NONE,
        evidence=f"e{days_ago}",
    )


def post(days_ago: float) -> Post:
    return Post(id=f"p{days_ago}", title="新闻", published_at=NOW - timedelta(days=days_ago))


def test_posts_and_days_are_counted_over_the_year(store: Store) -> None:
    store.observations.record("r1", [(KEY, home_page(400, posts=(post(401),)))], apply_observation)
    store.observations.record("r2", [(KEY, home_page(3, posts=(post(4), post(30))))], apply_observation)
    store.observations.record(
        "r3", [(KEY, home_page(2, posts=(post(4), post(30)))), (KEY, home_page(1, Outcome.BLOCKED))], apply_observation
    )
    seen = store.observations.states([KEY], NOW)[KEY]
    assert seen.posts_in_year == 2
    assert seen.days_observed == 2
    assert seen.obstacle == Outcome.BLOCKED
    assert seen.last_post_at == NOW - timedelta(days=4)
    assert [o.outcome for o, _ in store.observations.history(KEY)] == ["blocked", "ok", "ok", "ok"]


def test_the_counts_stay_until_they_say(store: Store) -> None:
    """Looks and posts on both sides of the clock; asked at every turn of the counts, and just before."""
    chance = Random(7)
    for n in range(40):
        seen_at = chance.uniform(-300, 700)
        look_then = home_page(seen_at, posts=(post(seen_at + chance.uniform(-30, 90)),))
        store.observations.record(f"r{n}", [(KEY, look_then)], apply_observation)

    def counted(when: datetime) -> tuple[int, int, datetime | None]:
        seen = store.observations.states([KEY], when)[KEY]
        return seen.posts_in_year, seen.days_observed, seen.counts_until

    now, turns = NOW - timedelta(days=800), 0
    while True:
        posts, days, until = counted(now)
        if until is None:
            break
        assert until > now
        assert counted(until - timedelta.resolution)[:2] == (posts, days)
        assert counted(until)[:2] != (posts, days)
        now, turns = until, turns + 1
    assert turns > 60
    assert counted(now + timedelta(days=3000))[:2] == (posts, days) == (0, 0)


def test_a_shard_run_again_changes_nothing(store: Store) -> None:
    pairs = [(KEY, home_page(1, posts=(post(2),)))]
    first = store.observations.record("r1", pairs, apply_observation)
    assert store.observations.record("r1", pairs, apply_observation) == {}
    assert len(store.observations.history(KEY)) == 1
    assert store.observations.states([KEY], NOW)[KEY].last_post_at == first[KEY].last_post_at
    assert store.crawl_runs.outcomes("r1") == [(KEY, "ok", None)]


def test_the_outcome_before_is_remembered_for_the_breaker(store: Store) -> None:
    store.observations.record("r1", [(KEY, home_page(2, posts=(post(3),)))], apply_observation)
    gone = replace(home_page(1), outcome=Outcome.GONE, proves=ClaimType.GONE)
    store.observations.record("r2", [(KEY, gone)], apply_observation)
    assert store.crawl_runs.outcomes("r2") == [(KEY, "gone", "ok")]


def test_a_planned_look_is_remembered(store: Store) -> None:
    store.observations.record("r1", [(KEY, home_page(1, posts=(post(2),)))], apply_observation)
    assert store.observations.next_visit(KEY) is None
    store.observations.schedule_visits([(KEY, NOW + timedelta(days=1), VisitReason.ROUTINE)])
    assert store.observations.next_visit(KEY) == NOW + timedelta(days=1)


def test_a_link_counts_as_opened_once_a_page_came(store: Store) -> None:
    """Neither a wall nor a network that failed is an answer: such a link is opened again."""
    kinds = {
        "search:link:a": replace(home_page(1, posts=(post(2),)), evidence="e1"),
        "search:link:b": replace(home_page(1), outcome=Outcome.BLOCKED, evidence="e2", proves=ClaimType.NONE),
        "search:link:c": replace(home_page(1), outcome=Outcome.UNREADABLE, evidence="", proves=ClaimType.NONE),
        "search:link:d": replace(home_page(1), outcome=Outcome.GONE, evidence="e3", proves=ClaimType.NONE),
    }
    store.observations.record("r1", list(kinds.items()), apply_observation)
    assert store.observations.keys_with_pages([*kinds, "search:link:e"]) == {"search:link:a", "search:link:d"}


def test_a_sign_tells_new_posts_from_new_facts(store: Store) -> None:
    looks = [
        home_page(4),
        home_page(3, posts=(post(5),)),
        replace(home_page(2, posts=(post(5),)), name="别名"),
        replace(home_page(1), url="http://x/"),
    ]
    store.observations.record("r", [(KEY, each) for each in looks], apply_observation)
    first, posted, renamed, elsewhere = (glance.fingerprint for glance in store.observations.summaries(NOW))
    assert first != posted
    assert first[:FACTS] == posted[:FACTS]
    assert posted[:FACTS] != renamed[:FACTS]
    assert posted[:PLACE] == renamed[:PLACE] != elsewhere[:PLACE]


def test_looks_that_decide_something_are_told_from_routine(store: Store) -> None:
    reasons = {reason.value: reason for reason in VisitReason}
    store.observations.record("r", [(key, home_page()) for key in reasons], apply_observation)
    assert store.observations.decisive_visits() == set()
    store.observations.schedule_visits([(key, NOW, reason) for key, reason in reasons.items()])
    assert store.observations.decisive_visits() == {"deadline", "confirm", "step"}
