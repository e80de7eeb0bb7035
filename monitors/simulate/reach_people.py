"""Owners who answer, late, wrongly or never, and staff who look at so many accounts a day and no more."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitors.simulate.population import SimulatedAccount
from rules.calendar import Calendar, Period

ANSWERS, AFTER_REMINDER = 0.7, 0.2
"""Share of owners who answer within three days, and after the reminder of those who did not."""
WITHIN = timedelta(days=3)
CHECKS_A_DAY = 20
STAFF = ("甲老师", "乙老师")


class Given(StrEnum):
    """What an owner gives."""

    LINK = "link"
    OLD_LINK = "old"
    FOREIGN_LINK = "foreign"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Reply:
    """An owner's answer at a moment: possibly a wrong one first."""

    at: datetime
    given: Given


class Owners:
    """Decides what each owner does when asked, always alike for the same seed, inquiry and moment."""

    def __init__(self, seed: int, limit: Period, calendar: Calendar) -> None:
        """``limit``: how long an account may be silent."""
        self.seed, self.limit, self.calendar = seed, limit, calendar

    def reply(self, life: SimulatedAccount, number: str, asked_at: datetime, *, reminded: bool) -> Reply | None:
        """What comes of one letter; None where nothing does."""
        dice = random.Random(f"{self.seed}/owner/{number}/{reminded}")  # noqa: S311
        if life.is_gone(asked_at) or dice.random() >= (AFTER_REMINDER if reminded else ANSWERS):
            return None
        at = asked_at + WITHIN * dice.uniform(0.02, 1)
        luck = dice.random()
        if life.deadline(at, self.limit, self.calendar) >= at and life.published(at):
            return Reply(at, Given.LINK if luck < 0.9 else Given.FOREIGN_LINK if luck < 0.96 else Given.OLD_LINK)
        # What is silent is mostly admitted; some give an old post, some somebody else's.
        return Reply(at, Given.DECLARED if luck < 0.7 else Given.OLD_LINK if luck < 0.85 else Given.FOREIGN_LINK)
