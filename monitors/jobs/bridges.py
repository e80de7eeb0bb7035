"""Feed bridges of the school's own: grouped, measured by their control accounts, and what a healthy one does not show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from monitors.app_context import AppContext
from monitors.settings import BridgeSetting
from rules.bridges import BridgeFeed, bridge_fault, shows_nothing_new
from rules.calendar import china_calendar
from rules.coverage import AccountKnowledge
from rules.model import Outcome
from rules.platforms import host_of
from storage.filings import key_of

REMEMBERED = timedelta(days=14)


def feeds_of(context: AppContext, bridge: BridgeSetting) -> list[str]:
    """Keys of the accounts whose feeds come from a bridge: by the settings' sources, or by the address on file."""
    host = host_of(bridge.base)
    keys = [key for key, urls in context.settings.sources.items() if any(host_of(url) == host for url in urls)]
    keys += [key_of(filing) for filing in context.store.filings.all() if filing.url and host_of(filing.url) == host]
    return list(dict.fromkeys((*keys, *bridge.controls)))


def feed_of(context: AppContext, bridge: BridgeSetting, key: str, now: datetime) -> BridgeFeed:
    """What the bridge last showed of an account."""
    host = host_of(bridge.base)
    for look, _ in context.store.observations.history(key, now - REMEMBERED, limit=200):
        if host_of(look.url) == host and look.outcome is Outcome.OK:
            return BridgeFeed(key, look.observed_at, look.last_post_at)
    return BridgeFeed(key)


def bridge_faults(context: AppContext, now: datetime) -> dict[str, str]:
    """Bridges that are not to be believed now, by name, each with the reason: IT is told, nobody is asked because of them."""
    found = {
        name: bridge_fault([feed_of(context, bridge, key, now) for key in bridge.controls], now)
        for name, bridge in context.settings.bridges.items()
    }
    return {name: fault for name, fault in found.items() if fault}


def probably_silent(context: AppContext, known: Iterable[AccountKnowledge], now: datetime) -> set[str]:
    """Keys of the accounts of which a healthy bridge shows nothing newer than their limit."""
    faults = bridge_faults(context, now)
    healthy = [bridge for name, bridge in context.settings.bridges.items() if name not in faults]
    limits = {each.account.key: each.limit for each in known} if healthy else {}
    found: set[str] = set()
    for bridge in healthy:
        for key in feeds_of(context, bridge):
            if key in limits and key not in bridge.controls:
                feed = feed_of(context, bridge, key, now)
                ends = china_calendar().deadline(feed.newest, limits[key]).at if feed.newest else None
                if shows_nothing_new(feed, ends, now):
                    found.add(key)
    return found
