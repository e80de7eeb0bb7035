"""When to look at an account next: as rarely as its rules allow, and always freshly before a step goes out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from rules.model import Account, Answer, Labelled, Verdict
from rules.policy import Polling

RETRY = timedelta(hours=2)
RETRY_AT_MOST = timedelta(days=2)
AGAIN = timedelta(days=1)
STILL_FRESH = timedelta(hours=20)
"""Look again before the 24 hours a step may stand on are over, with time left for the sweep itself."""


class Why(Labelled):
    """Why the next look is when it is; shown beside the account."""

    NEVER = "never", "从未观察"
    RETRY = "retry", "上次未能读取，稍后重试"
    STEP = "step", "文书即将发出，先取新证据"
    WAITING = "waiting", "有待整改的问题，定期复查"
    DEADLINE = "deadline", "有期限届满，届时查看"
    CONFIRM = "confirm", "证据不足，尽快复查"
    ROUTINE = "routine", "例行巡检"


def next_look(
    account: Account,
    answers: Iterable[Answer],
    polling: Polling,
    now: datetime,
    step_due: datetime | None = None,
) -> tuple[datetime, Why]:
    """When and why. ``answers`` are today's of `rules.engine.answers`: an account that posted yesterday cannot break a
    two-month rule for two months, so only the ceiling (names change unannounced) brings anybody back earlier.

    ``step_due``: when the earliest waiting step of the account's open cases may go out.
    """
    floor, ceiling = polling.floor.as_timedelta(), polling.ceiling.as_timedelta()
    seen = account.seen
    if seen is None or seen.attempted_at is None:
        return now, Why.NEVER
    if seen.obstacle:
        wait = min(RETRY * 2 ** min(seen.failures - 1, 10), RETRY_AT_MOST) if seen.failures else RETRY
        return seen.attempted_at + max(wait, floor if step_due is None else RETRY), Why.RETRY
    looked = seen.fact.at if seen.fact else seen.attempted_at
    times = [(looked + ceiling, Why.ROUTINE)]
    times += [wanted for answer in answers if (wanted := _wanted(answer, looked, ceiling))]
    if step_due:
        times.append((looked + STILL_FRESH if step_due <= looked + STILL_FRESH else step_due, Why.STEP))
    at, why = min(times, key=lambda each: each[0])
    return max(at, looked + floor), why


def _wanted(answer: Answer, looked: datetime, ceiling: timedelta) -> tuple[datetime, Why] | None:
    """When this answer asks for a look. What a look did not settle is tried again soon, then daily; what has lasted long,
    settled or not, is looked at less and less often, for before each step there is a fresh look anyway."""
    if answer.verdict is Verdict.VIOLATED:
        lasted = looked - answer.since if answer.since else ceiling
        return (looked + min(max(AGAIN, lasted), ceiling / 2), Why.WAITING) if answer.shown_at else None
    if answer.until is None:
        return None
    why = Why.DEADLINE if answer.verdict is Verdict.COMPLIANT else Why.CONFIRM
    if answer.until > looked:
        return answer.until, why
    passed = looked - answer.until
    return looked + max(min(passed, AGAIN), min(passed / 7, ceiling / 2)), why
