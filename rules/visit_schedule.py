"""When to look at an account next: as rarely as its rules allow, and always freshly before a step goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from rules.model import Account, AccountState, LabeledEnum, RuleResult, Verdict
from rules.policies.schema import Polling

AGAIN = timedelta(days=1)
STILL_FRESH = timedelta(hours=20)
"""Look again before the 24 hours a step may stand on are over, with time left for the sweep itself."""
URGENT_DIVISOR = 3
"""The floor keeps apart looks that were answered. Where a deadline has passed, a step waits or nothing was ever read, a
look that failed is tried again after a third of it."""
RETRY_DIVISOR = 4
"""What presses and has waited so long for an answer waits a fourth of that for the next try."""


class VisitReason(LabeledEnum):
    """Why the next look is when it is; shown beside the account."""

    NEVER = "never", "从未观察"
    RETRY = "retry", "上次未能读取，稍后重试"
    STEP = "step", "文书即将发出，先取新证据"
    WAITING = "waiting", "有待整改的问题，定期复查"
    DEADLINE = "deadline", "有期限届满，届时查看"
    CONFIRM = "confirm", "证据不足，尽快复查"
    ROUTINE = "routine", "例行巡检"


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """From ``due`` on a look is wanted, until one settles the matter. ``pressing``: each hour counts."""

    due: datetime
    why: VisitReason
    pressing: bool = False


def next_visit(
    account: Account,
    answers: Iterable[RuleResult],
    polling: Polling,
    now: datetime,
    step_due: datetime | None = None,
) -> tuple[datetime, VisitReason]:
    """When and why. ``answers`` are today's of `rules.evaluation.evaluate_account`: an account that posted yesterday cannot break a
    two-month rule for two months, so only the ceiling (names change unannounced) brings anybody back earlier.

    ``step_due``: when the earliest waiting step of the account's open cases may go out.
    """
    floor, ceiling = polling.floor.as_timedelta(), polling.ceiling.as_timedelta()
    seen = account.seen
    if seen is None or seen.attempted_at is None:
        return now, VisitReason.NEVER
    if seen.fact is None:
        wait = floor / URGENT_DIVISOR * 2 ** min(seen.failures - 1, 10) if seen.failures else ceiling
        return seen.attempted_at + min(wait, ceiling / 2), VisitReason.RETRY
    looked, tried, failed = seen.fact.at, seen.attempted_at, seen.obstacle is not None
    wishes = (
        _routine(account.key, seen, looked, floor, ceiling),
        *_wanted(answers := tuple(answers), looked, ceiling),
        *_fresh(answers, looked, step_due),
    )
    return min((_granted(wish, tried, failed, floor, ceiling) for wish in wishes), key=lambda each: each[0])


def _granted(
    wish: VisitRequest, tried: datetime, failed: bool, floor: timedelta, ceiling: timedelta
) -> tuple[datetime, VisitReason]:
    """When a wish is next followed. What the last try did not settle is tried again soon, then less and less often."""
    if wish.due > tried:
        return max(wish.due, tried + (floor / URGENT_DIVISOR if wish.pressing and failed else floor)), wish.why
    passed = tried - wish.due
    wait = max(passed / RETRY_DIVISOR, floor / URGENT_DIVISOR) if wish.pressing else max(passed, floor)
    most = ceiling / 2 if wish.pressing or failed else ceiling
    return tried + min(wait, most), VisitReason.RETRY if failed else VisitReason.CONFIRM


def _routine(key: str, seen: AccountState, looked: datetime, floor: timedelta, ceiling: timedelta) -> VisitRequest:
    """A look for the name's sake; a page may be read and yet not tell it. The first one comes early by chance, or all the
    accounts of a register that were imported together would be due together for ever."""
    named = min(looked, seen.name_seen.at) if seen.name_seen else looked
    if looked - (seen.first_fact_at or looked) < floor:
        return VisitRequest(
            named + floor + (ceiling - floor) * (crc32(key.encode()) % 1000 / 1000), VisitReason.ROUTINE
        )
    return VisitRequest(named + ceiling, VisitReason.ROUTINE)


def _wanted(answers: Iterable[RuleResult], looked: datetime, ceiling: timedelta) -> Iterator[VisitRequest]:
    """What the answers ask for. A breach that has lasted long is looked at less and less often, for before each step there
    is a fresh look anyway."""
    for answer in answers:
        if answer.verdict is Verdict.VIOLATED and answer.shown_at:
            lasted = looked - answer.since if answer.since else ceiling
            yield VisitRequest(looked + min(max(AGAIN, lasted), ceiling / 2), VisitReason.WAITING)
        elif answer.look_due:
            why = VisitReason.DEADLINE if answer.verdict is Verdict.COMPLIANT else VisitReason.CONFIRM
            yield VisitRequest(answer.look_due, why, pressing=True)


def _fresh(answers: Iterable[RuleResult], looked: datetime, step_due: datetime | None) -> Iterator[VisitRequest]:
    """Before a step goes out every breach is to be shown anew: a page may be read and yet not show it."""
    if step_due:
        shown = {answer.shown_at for answer in answers if answer.verdict is Verdict.VIOLATED and answer.shown_at}
        for proof in {looked, *shown}:
            yield VisitRequest(max(step_due, proof + STILL_FRESH), VisitReason.STEP, pressing=True)
