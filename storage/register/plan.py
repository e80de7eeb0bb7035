"""What an import does to the register: the same plan is shown before and carried out after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rules.model import Filing
from storage.register.columns import TRACKED
from storage.register.diff import ChangeType, FieldChange, RegisterChange, field_changes, pair
from storage.register.row import ImportProblem, in_order

MARKS = ("unknown", "known_to_month", "known_to_year")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. With ``problems`` it cannot be imported, and ``filings`` are only the rows without any.

    ``absent``: for every filing, fields that its table has no column for. ``unknown_columns``: headings we do not know,
    kept as they stand. ``without_status``: for every filing, whether its cell of 账号状态 is empty, which on a new row
    means in use and on a known one may undo a cancellation. ``dropped``: what was not taken over. ``doubts``: what a person should look at.
    """

    filings: tuple[Filing, ...]
    absent: tuple[frozenset[str], ...]
    problems: tuple[ImportProblem, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    dropped: tuple[ImportProblem, ...] = ()
    doubts: tuple[ImportProblem, ...] = ()
    without_status: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """The register before and after, and what a person confirms.

    ``missing`` are accounts that the file does not have; they are in ``after`` unless they are retired. ``emptied`` are
    the fields that hold something now and would hold nothing.
    """

    before: tuple[Filing, ...]
    after: tuple[Filing, ...]
    changes: tuple[RegisterChange, ...]
    missing: tuple[Filing, ...]
    in_file: int

    @property
    def added(self) -> tuple[RegisterChange, ...]:
        """Accounts that are new."""
        return self._of(ChangeType.ADDED)

    @property
    def changed(self) -> tuple[RegisterChange, ...]:
        """Accounts of which a field changes."""
        return self._of(ChangeType.CHANGED)

    @property
    def removed(self) -> tuple[RegisterChange, ...]:
        """Accounts that leave the register."""
        return self._of(ChangeType.REMOVED)

    @property
    def unchanged(self) -> int:
        """Accounts of the file that stay as they are."""
        return self.in_file - len(self.added) - len(self.changed)

    @property
    def emptied(self) -> tuple[tuple[RegisterChange, FieldChange], ...]:
        """Fields that would lose what they hold: a person must want it."""
        return tuple((change, each) for change in self.changed for each in change.fields if each.emptied)

    def _of(self, kind: ChangeType) -> tuple[RegisterChange, ...]:
        return tuple(change for change in self.changes if change.kind is kind)


def preview(before: Sequence[Filing], reading: Reading, *, retire_missing: bool = False) -> Preview:
    """What importing a file makes of the register ``before`` (one school's).

    A column that the file does not have changes nothing. Accounts that the file does not have stay, unless
    ``retire_missing``.
    """
    pairs = pair(before, reading.filings)
    kept = {old.id for old in pairs if old}
    missing = tuple(old for old in before if old.id not in kept)
    staying = () if retire_missing else missing
    rows = zip(pairs, reading.filings, reading.absent, strict=True)
    merged = [_merged(old, new, gaps, reading.unknown_columns) if old else new for old, new, gaps in rows]
    placed = _placed(list(_numbered(merged, pairs, staying)), pairs, staying)
    removed = (RegisterChange(ChangeType.REMOVED, old, None) for old in missing if retire_missing)
    after = tuple(sorted((*staying, *placed), key=lambda filing: filing.order))
    blank = reading.without_status or (False,) * len(placed)
    return Preview(tuple(before), after, (*_changes(pairs, placed, blank), *removed), missing, len(placed))


def _merged(old: Filing, new: Filing, absent: frozenset[str], headings: Sequence[str]) -> Filing:
    """The new row over the old one. Where the file has no such column the old value stands, as well known as it was."""
    others = (*new.extra, *(each for each in old.extra if each[0] not in headings))
    others = old.extra if dict(others) == dict(old.extra) else others  # columns that only changed places are no change
    values = {name: getattr(old, name) for name in absent}
    marks = {mark: in_order((set(getattr(new, mark)) - absent) | (set(getattr(old, mark)) & absent)) for mark in MARKS}
    if not old.position:  # on file since before unknown fields were told from empty ones
        never_said = {name for name in absent & TRACKED if getattr(old, name) in (None, "", ())}
        marks["unknown"] = in_order({*marks["unknown"], *never_said})
    return replace(new, **(values | marks | {"id": new.number or old.id, "extra": others}))


def _numbered(filings: Sequence[Filing], pairs: Sequence[Filing | None], staying: Sequence[Filing]) -> Iterator[Filing]:
    """A made id must not be that of another row, which had it when its account was this one's."""
    taken = {filing.id for filing in (*staying, *pairs) if filing} | {filing.number for filing in filings}
    for filing, old in zip(filings, pairs, strict=True):
        free, number = filing.id, 1
        while not old and not filing.number and free in taken:
            number += 1
            free = f"{filing.id}-{number}"
        taken.add(free)
        yield replace(filing, id=free)


def _placed(filings: list[Filing], pairs: Sequence[Filing | None], staying: Sequence[Filing]) -> list[Filing]:
    """The whole register in one file brings its order; a part of it leaves the order alone, and adds at the end."""
    if not staying:
        return [replace(filing, position=place) for place, filing in enumerate(filings, start=1)]
    last = max(filing.position for filing in (*staying, *pairs) if filing)
    placed = []
    for filing, old in zip(filings, pairs, strict=True):
        last += old is None
        placed.append(replace(filing, position=old.position if old else last))
    return placed


def _changes(
    pairs: Sequence[Filing | None], filings: Sequence[Filing], blank: Sequence[bool]
) -> Iterator[RegisterChange]:
    for old, new, no_status in zip(pairs, filings, blank, strict=True):
        if old is None:
            yield RegisterChange(ChangeType.ADDED, None, new)
        elif fields := field_changes(old, new):
            shown = (replace(each, after="") if no_status and each.field == "status" else each for each in fields)
            yield RegisterChange(ChangeType.CHANGED, old, new, tuple(shown))
