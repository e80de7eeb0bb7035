"""What earlier looks showed of each website, handed to the crawler: a site that has changed wholly is somebody else's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from rules.model import AccountState, Platform


def with_history(context: AppContext, targets: Iterable[Target]) -> list[Target]:
    """The targets, websites with the names and columns that they were known by; all in the order given."""
    targets = list(targets)
    keys = [target.key for target in targets if target.platform is Platform.WEBSITE]
    states = context.store.observations.states(keys, context.clock()) if keys else {}
    return [_known(target, states.get(target.key)) for target in targets]


def _known(target: Target, seen: AccountState | None) -> Target:
    if seen is None:
        return target
    names = tuple(name for name in (seen.name, seen.previous_name) if name)
    return replace(target, earlier_names=names, earlier_columns=seen.columns)
