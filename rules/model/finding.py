"""What a rule answers about one account, and a clause that it was found to break."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules.model.base import LabeledEnum
from rules.model.observation import Platform


class Verdict(LabeledEnum):
    """What a rule answers."""

    COMPLIANT = "compliant", "符合"
    VIOLATED = "violated", "违反"
    UNDETERMINED = "undetermined", "无法判定"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule's answer about one account: the verdict, one Chinese sentence why, and the evidence it stands on.

    - ``shown_at``: the newest look the answer stands on; None where it stands on the register alone.
    - ``since``: when the breach began.
    - ``in_order``: spans in which the account is known to have been in order. A notice sent within one was wrong.
    - ``until``: time alone cannot change this answer before then; None where only a new fact can.
    - ``look_due``: a look at or after then is wanted; at once where it has passed.
    - ``provisional``: a working-day deadline fell in a year whose calendar is not published yet.
    """

    verdict: Verdict
    reason: str
    evidence: tuple[str, ...] = ()
    shown_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    in_order: tuple[tuple[datetime, datetime], ...] = ()
    provisional: bool = False
    look_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One clause applied to one account. ``violated`` ones become cases; the others are the record that we looked.

    ``eased``: in order only because the policy was edited since the account's open case began. ``in_order`` of an
    account with an open case is reckoned by the settings that case opened under. ``ended``: no clause of today's file asks
    this of the account; it is said of an open case only.
    """

    school: str
    platform: Platform
    account: str
    title: str
    unit: str
    supervisor: str = ""
    rule: str
    clause: str
    basis: str
    verdict: Verdict
    reason: str
    evidence: tuple[str, ...] = ()
    shown_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    in_order: tuple[tuple[datetime, datetime], ...] = ()
    school_to_confirm: bool = False
    provisional: bool = False
    eased: bool = False
    ended: bool = False

    @property
    def key(self) -> str:
        """The same problem tomorrow has the same key: school, account, rule and clause."""
        return f"{self.school}/{self.account}/{self.rule}/{self.clause}"
