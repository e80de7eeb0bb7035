"""What a person decided about an uploaded register: what headings mean, what bad cells should say, which rows to leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CellEdit:
    """A cell as it should read: its row, and its column by the heading that the problem named."""

    sheet: str
    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is not to be imported."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChoices:
    """``headings``: by heading the field it means, or `KEEP` or `LEAVE_OUT`."""

    headings: Mapping[str, str] = field(default_factory=dict)
    edits: tuple[CellEdit, ...] = ()
    skipped: tuple[SkippedRow, ...] = ()


NO_CHOICES = ReadChoices()
