"""How long a sign-in is refused after failures: by account and address together, by account, by address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FORGOTTEN = timedelta(hours=24)
"""A row of failures is forgotten so long after its last one."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Subject:
    """Something whose failures are counted. ``free`` of them in a row are answered at once."""

    key: str
    free: int


def subjects(name: str, address: str) -> tuple[Subject, ...]:
    """What one attempt counts against. A whole campus may share one address and anybody can type a name, so both alone
    bear more than the pair: nobody is kept out by what others do elsewhere until it is plainly an attack."""
    return (
        Subject(f"both:{name}@{address}", 5),
        Subject(f"account:{name}", 15),
        Subject(f"address:{address}", 30),
    )


def locked_until(count: int, free: int, now: datetime) -> datetime | None:
    """Until when the subject is refused after its ``count``-th failure in a row: a minute, then twice as long each time."""
    over = count - free
    if over < 0:
        return None
    doubled: int = 2 ** min(over, 20)
    return now + min(SHORTEST * doubled, LONGEST)
