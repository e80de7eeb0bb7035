"""The one place that reads the clock; everything below takes `now` as an argument."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from rules.model import BEIJING

Clock = Callable[[], datetime]


def wall() -> datetime:
    """Now, in Beijing."""
    return datetime.now(BEIJING)


def starting_at(moment: datetime) -> Clock:
    """A clock that stood at ``moment`` when it was made and runs on from there: replays, audits, what-if."""
    begun = time.monotonic()
    return lambda: moment + timedelta(seconds=time.monotonic() - begun)


def parse_now(text: str) -> datetime:
    """An ISO date or time as typed; Beijing time where no zone is given. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=BEIJING) if moment.tzinfo is None else moment.astimezone(BEIJING)
