"""What every other part of the vocabulary is written with: the time zone, enums that carry their Chinese label."""

from __future__ import annotations

from datetime import timedelta, timezone
from enum import StrEnum
from typing import Self

BEIJING = timezone(timedelta(hours=8), "CST")
"""Every time in the product is aware and shown in this zone; China has had no daylight saving since 1991."""


class LabeledEnum(StrEnum):
    """An English code for machines with the Chinese label a person reads: ``OK = "ok", "正常"``."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        """Make a member whose value is ``code`` and whose ``label`` is Chinese; ``Outcome("ok")`` finds one by code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member
