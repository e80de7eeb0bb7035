"""The filters of the register as they stand in the address: read, kept, carried along to an account and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import parse_qsl, urlencode

from rules.model import AccountLevel, FilingStatus, LabeledEnum, Outcome, Platform
from rules.people import View
from storage.account_filter import NEVER, NOT_POLLED, AccountFilter
from storage.account_lists import AccountOrder

RECENT = timedelta(days=30)
LONGEST = 100
OUTCOMES = (
    *((outcome.value, outcome.label) for outcome in Outcome),
    (NEVER, "尚未观察"),
    (NOT_POLLED, "不巡检"),
    ("unseen", "未能观察（合计）"),
    ("case", "有未结问题"),
)
STATES = (("running", "在用和暂停"), *((status.value, status.label) for status in FilingStatus))
SEEN = (("yes", "近 30 天看到过"), ("no", "近 30 天没有看到"))
"""Whether anything is known of late; what is not seen is no judgement."""
ENUMS: dict[str, type[LabeledEnum]] = {"platform": Platform, "level": AccountLevel, "sort": AccountOrder}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterQuery:
    """What the address asks for; a value that no choice has counts as none. ``after`` and ``before`` are cursors."""

    q: str = ""
    school: str = ""
    unit: str = ""
    platform: str = ""
    level: str = ""
    category: str = ""
    status: str = ""
    outcome: str = ""
    seen: str = ""
    sort: str = ""
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, address: str) -> Self:
        """From the part of an address behind its question mark, whoever wrote it."""
        try:
            given = dict(parse_qsl(address, max_num_fields=40))
        except ValueError:
            return cls()
        known = {f.name: " ".join(given.get(f.name, "").split()) for f in fields(cls)}
        return cls(**{name: value for name, value in known.items() if _is_known(name, value)})

    def filter(self, view: View, now: datetime) -> AccountFilter:
        """The accounts meant, of those that a person sees."""
        since = now - RECENT
        return AccountFilter(
            school=self.school,
            unit=self.unit,
            platform=self.platform,
            level=self.level,
            category=self.category,
            status=self.status,
            outcome=self.outcome,
            text=self.q,
            seen_since=since if self.seen == "yes" else None,
            unseen_since=since if self.seen == "no" else None,
            view=view,
        )

    @property
    def order(self) -> AccountOrder:
        """How to sort."""
        return AccountOrder(self.sort) if self.sort else AccountOrder.REGISTER

    @property
    def narrowed(self) -> bool:
        """True where not the whole register is asked for."""
        return any(name != "sort" for name, _ in self.filters)

    @property
    def filters(self) -> RegisterQuery:
        """Without a place in the list."""
        return replace(self, after="", before="")

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """(name, value) of what is asked for."""
        return ((f.name, value) for f in fields(self) if (value := getattr(self, f.name)))

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return urlencode(list(self))

    def at(self, *, after: str = "", before: str = "") -> str:
        """The same filters at another place in the list."""
        return "?" + replace(self, after=after, before=before).text


CHOICES = {"status": dict(STATES), "outcome": dict(OUTCOMES), "seen": dict(SEEN)}


def _is_known(name: str, value: str) -> bool:
    if name in ENUMS:
        return value in list(ENUMS[name])
    if name in CHOICES:
        return value in CHOICES[name]
    return len(value) <= (1000 if name in ("after", "before") else LONGEST)
