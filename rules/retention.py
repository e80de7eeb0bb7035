"""For how long what was found about strangers is kept, and why it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from rules.model import LabeledEnum

PERSONAL_KEPT = timedelta(days=180)
"""How long a personal account is kept that nobody confirmed (least personal data), unless a setting says otherwise."""
DISMISSED_KEPT = timedelta(days=365)
"""How long the evidence of an excluded account is kept that is no person's, unless a setting says otherwise."""


class RetentionRule(LabeledEnum):
    """Why evidence expires. Whatever anything else still stands on is kept all the same."""

    PERSONAL = "personal", "个人账号的资料保存期满"
    DISMISSED = "dismissed", "已排除的疑似账号保存期满"
    SCANNED = "scanned", "即时核查的台账外账号保存期满"


@dataclass(frozen=True, slots=True)
class RetentionPeriods:
    """``personal``: since a personal account was last met or decided on, or a scan made; ``dismissed``: since a person
    excluded an account that is no person's."""

    personal: timedelta
    dismissed: timedelta
