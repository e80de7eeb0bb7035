"""What was seen of one account over time: names with the looks that showed them, sources with what they were good for."""

from __future__ import annotations

from datetime import datetime, timedelta

from rules.accounts.state import apply_observation
from rules.model import ClaimType, Observation, Outcome
from storage.store import Store
from tests.conftest import NOW
from tests.support.factories import observed

KEY = "weibo:10000001"


def profile_seen(
    back: int, name: str | None, source: str = "profile", outcome: Outcome = Outcome.OK, **more: int
) -> Observation:
    proves = ClaimType.NAME if source == "profile" else ClaimType.ACTIVE
    shown = {"source": source, "name": name, "proves": proves, "counters": tuple(more.items())}
    return observed(NOW - timedelta(days=back), outcome=outcome, evidence=f"e{back}", **shown)


def kept(store: Store, *looks: Observation) -> None:
    store.observations.record("r", [(KEY, each) for each in looks], apply_observation)


def back(at: datetime) -> int:
    return (NOW - at).days


def test_names_over_time(store: Store) -> None:
    """Counters make many answers of one page: the name's span goes over them; a source that proves no name says none."""
    kept(
        store,
        *(profile_seen(n, "旧名", fans=n) for n in (90, 60, 50)),
        *(profile_seen(n, "新名", fans=n) for n in (40, 3)),
        profile_seen(45, "别处的叫法", "search"),
        profile_seen(2, None, outcome=Outcome.BLOCKED),
    )
    spans = [(span.name, back(span.first), back(span.last), span.evidence) for span in store.account_history.names(KEY)]
    assert spans == [("旧名", 90, 50, "e90"), ("新名", 40, 3, "e40")]
    assert store.account_history.names("weibo:2") == []


def test_a_name_that_came_back_is_three_spans(store: Store) -> None:
    kept(store, profile_seen(30, "甲", fans=1), profile_seen(20, "乙", fans=2), profile_seen(10, "甲", fans=3))
    assert [span.name for span in store.account_history.names(KEY)] == ["甲", "乙", "甲"]


def test_looks_by_day_and_source(store: Store) -> None:
    kept(
        store,
        profile_seen(400, "甲"),
        profile_seen(9, "甲"),
        profile_seen(9, None, "search", Outcome.BLOCKED),
        profile_seen(2, None, "search", Outcome.UNREADABLE),
    )
    found = store.account_history.looks(KEY, NOW - timedelta(days=365), 2)
    days = {(NOW.date() - day).days: shown for day, shown in found.by_day.items()}
    assert days == {9: {Outcome.OK, Outcome.BLOCKED}, 2: {Outcome.UNREADABLE}}
    profile, search = found.by_source["profile"], found.by_source["search"]
    assert (profile.asked, profile.facts, profile.fact_at) == (1, 1, NOW - timedelta(days=9))
    assert (search.asked, search.facts, search.fact_at) == (2, 0, None)
    assert [(NOW - look.observed_at).days for look in found.newest] == [2, 9]
    every = store.account_history.looks(KEY, NOW - timedelta(days=365), 10)
    assert [(NOW - look.observed_at).days for look in every.newest] == [2, 9, 9, 400], "older than the year, too"
    assert every.by_day == found.by_day
