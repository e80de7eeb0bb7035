"""How a unit stands by its sheet: its head signed in and confirmed it, or the signed and sealed paper was uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules.model import LabeledEnum


class ConfirmationKind(LabeledEnum):
    """What a unit's word stands on. Either of the first two suffices; a name that was only typed does not."""

    SIGNED_IN = "signed_in", "单位负责人登录确认"
    SEALED_COPY = "sealed_copy", "签字盖章的扫描件"
    NONE = "none", "尚未确认"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadConfirmation:
    """The head of the unit, signed in, stood by the sheet as it was handed in."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCopy:
    """A scan of the signed and sealed paper, kept as evidence. ``media``: its MIME type by its own bytes; ``size`` in bytes;
    ``stands`` False: of a sheet that was given back since, and so no word on the one that followed."""

    evidence: str
    media: str
    pages: int
    size: int
    sha256: str
    by: str
    at: datetime
    stands: bool = True
