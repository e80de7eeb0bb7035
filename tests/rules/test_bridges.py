"""A bridge is believed as far as its control accounts are fresh, and what it does not show is never a finding."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rules.bridges import BridgeFeed, bridge_fault, shows_nothing_new
from tests.support.factories import at

NOW = at("2026-06-15 09:00")


def feed(name: str, newest_days: float | None = 1, read_days: float | None = 0.5) -> BridgeFeed:
    def ago(days: float | None) -> datetime | None:
        return None if days is None else NOW - timedelta(days=days)

    return BridgeFeed(name, ago(read_days), ago(newest_days))


@pytest.mark.parametrize(
    ("why", "controls", "healthy"),
    [
        ("three fresh ones", [feed("a"), feed("b"), feed("c", 3.5)], True),
        ("rested for four days", [feed("a", 4), feed("b"), feed("c")], True),
        ("and longer", [feed("a", 4.001), feed("b"), feed("c")], False),
        ("read two days ago", [feed("a", 1, 2), feed("b"), feed("c")], True),
        ("and earlier", [feed("a", 1, 2.001), feed("b"), feed("c")], False),
        ("one of three is stale", [feed("a"), feed("b"), feed("c", 9)], False),
        ("one of four is stale: that account alone", [feed("a"), feed("b"), feed("c"), feed("d", 9)], True),
        ("two of four", [feed("a"), feed("b"), feed("c", 9), feed("d", 9)], False),
        ("nobody read them of late", [feed("a", 1, 5), feed("b", 1, 5), feed("c", 1, 5)], False),
        ("never read", [feed("a", None, None)] * 3, False),
        ("too few to tell", [feed("a"), feed("b")], False),
    ],
)
def test_whether_a_bridge_is_believed(why: str, controls: list[BridgeFeed], healthy: bool) -> None:
    assert (bridge_fault(controls, NOW) == "") is healthy, why


def test_only_what_was_read_and_is_past_its_limit_is_probably_silent() -> None:
    over, not_over = NOW - timedelta(days=1), NOW + timedelta(days=1)
    assert shows_nothing_new(feed("a", 80), over, NOW)
    assert not shows_nothing_new(feed("a", 80), not_over, NOW)
    assert not shows_nothing_new(feed("a", 80), NOW, NOW), "the last moment of the term"
    assert shows_nothing_new(feed("a", 80, 2), over, NOW)
    assert not shows_nothing_new(feed("a", 80, 4), over, NOW), "the feed itself was not read of late"
    assert not shows_nothing_new(feed("a", None), None, NOW), "an empty feed says nothing"
