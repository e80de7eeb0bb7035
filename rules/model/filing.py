"""What a school has on file about one account: a row of the register (台账)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rules.model.base import LabeledEnum
from rules.model.observation import Platform


class AccountLevel(LabeledEnum):
    """一级, 二级, 三级 accounts."""

    ONE = "1", "一级"
    TWO = "2", "二级"
    THREE = "3", "三级"


class FilingStatus(LabeledEnum):
    """What the school's register says about an account's life."""

    ACTIVE = "active", "在用"
    PAUSED = "paused", "暂停"
    CLOSED = "closed", "已关停"
    CANCELLED = "cancelled", "已注销"


class ReviewResult(LabeledEnum):
    """How an annual review ended."""

    PASSED = "passed", "合格"
    FAILED = "failed", "不合格"
    MISSING = "missing", "未提交"


_MADE_ID = re.compile(rf"(?:{'|'.join(Platform)})-[0-9a-f]{{10}}(?:-\d+)?")
"""How the import numbers a row that has no 备案号."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What a school has on file about one account: one row of the register (台账).

    ``id`` is the register's own number of the row, or made by the import where the office gave none (`number`). Dates
    are calendar dates in China.

    - ``unknown``: fields the office's table has no column for, or calls 不详. Nothing may be concluded from their being
      empty (`knows`).
    - ``known_to_month``, ``known_to_year``: dates of which the day, or the month too, is not on file. What stands in the
      field is then the day most in the unit's favour.
    - ``guiding_unit``: who guides the owner of a level-3 account, or whom it belongs to (指导关系或行政隶属关系).
    - ``position``: the row's place in the office's own order. ``extra``: the office's other columns, as (heading, text).
    """

    id: str
    school: str
    platform: Platform
    name: str
    unit: str = ""
    guiding_unit: str = ""
    account_id: str = ""
    url: str = ""
    level: AccountLevel | None = None
    category: str = ""
    account_type: str = ""
    verified: bool | None = None
    verified_body: str = ""
    purpose: str = ""
    opened_at: date | None = None
    filed_at: date | None = None
    changed_at: date | None = None
    first_owner: str = ""
    first_owner_post: str = ""
    direct_owner: str = ""
    direct_owner_post: str = ""
    direct_owner_is_staff: bool | None = None
    operators: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    followers: int | None = None
    server: str = ""
    holds_school_data: bool | None = None
    reviewed_at: date | None = None
    review_result: ReviewResult | None = None
    self_checked_at: date | None = None
    project_ends_at: date | None = None
    status: FilingStatus = FilingStatus.ACTIVE
    status_changed_at: date | None = None
    note: str = ""
    body_type: str = ""
    position: int = 0
    unknown: tuple[str, ...] = ()
    known_to_month: tuple[str, ...] = ()
    known_to_year: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()

    def knows(self, field: str) -> bool:
        """False where the register cannot say: its table has no such column, or the cell says 不详."""
        return field not in self.unknown

    def day_text(self, field: str) -> str:
        """A date as far as it is on file: 2025年12月31日, 2025年12月, 2025年; "" where there is none."""
        day = getattr(self, field)
        if day is None:
            return ""
        if field in self.known_to_year:
            return f"{day.year}年"
        return f"{day.year}年{day.month}月" + ("" if field in self.known_to_month else f"{day.day}日")

    @property
    def number(self) -> str:
        """The office's own 备案号; "" where ``id`` was made by the import."""
        return "" if _MADE_ID.fullmatch(self.id) else self.id

    @property
    def order(self) -> tuple[bool, int, str]:
        """Sorts filings as the office does; rows that never had a place come last, by their ids."""
        return not self.position, self.position, self.id
