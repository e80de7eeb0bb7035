"""What an import would change: for the preview a person confirms, and for ``changed_at``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rules.accounts.identity import account_key
from rules.model import Filing, LabeledEnum
from storage.register import values
from storage.register.columns import COLUMNS, LABELS

QUIET = frozenset({"序号"})
"""The office's running numbers are kept, but shift with every row: no change of an account."""


class ChangeType(LabeledEnum):
    """What happened to a row of the register."""

    ADDED = "added", "新增"
    CHANGED = "changed", "变更"
    REMOVED = "removed", "移除"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, as a person reads it."""

    field: str
    label: str
    before: str
    after: str

    @property
    def emptied(self) -> bool:
        """True where something was on file and no longer would be."""
        return self.before not in _NOTHING and self.after in _NOTHING

    def __str__(self) -> str:
        """直接责任人 李四 → 王五"""
        return f"{self.label} {self.before or '（空）'} → {self.after or '（空）'}"


_NOTHING = ("", values.NOT_KNOWN)


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """One row of the register that is not what it was. ``old`` is None when added, ``new`` is None when removed."""

    kind: ChangeType
    old: Filing | None
    new: Filing | None
    fields: tuple[FieldChange, ...] = ()

    @property
    def title(self) -> str:
        """The account's name after the change, or the one it had."""
        filing = self.new or self.old
        return filing.name if filing else ""

    @property
    def platform(self) -> str:
        """The platform's Chinese name after the change, or the one it had."""
        filing = self.new or self.old
        return filing.platform.label if filing else ""

    def __str__(self) -> str:
        """变更 微博「图书馆」：直接责任人 李四 → 王五"""
        what = "，".join(map(str, self.fields))
        return f"{self.kind.label} {self.platform}「{self.title}」" + (f"：{what}" if what else "")


def diff(old: Iterable[Filing], new: Iterable[Filing]) -> list[RegisterChange]:
    """Changes in the order of ``new``, then what is gone."""
    had, arrived = list(old), list(new)
    pairs = pair(had, arrived)
    changes = []
    for before, filing in zip(pairs, arrived, strict=True):
        if before is None:
            changes.append(RegisterChange(ChangeType.ADDED, None, filing))
        elif changed := field_changes(before, filing):
            changes.append(RegisterChange(ChangeType.CHANGED, before, filing, changed))
    kept = {filing.id for filing in pairs if filing}
    return changes + [RegisterChange(ChangeType.REMOVED, filing, None) for filing in had if filing.id not in kept]


def pair(old: Sequence[Filing], new: Sequence[Filing]) -> list[Filing | None]:
    """For every row of ``new`` what it was before: paired by 备案号, then by account, then by name where only one has it."""
    left = {filing.id: filing for filing in old}
    pairs: list[Filing | None] = [None] * len(new)
    for same in (_by_number, _by_account, _by_id, _by_name):
        had = _unique(same, left.values())
        wanted = _unique(same, [filing for filing, before in zip(new, pairs, strict=True) if before is None])
        for at, filing in enumerate(new):
            mark = same(filing)
            if pairs[at] is None and mark in wanted and (match := had.get(mark)):
                pairs[at] = left.pop(match.id)
    return pairs


def _unique(same: Callable[[Filing], str], filings: Iterable[Filing]) -> dict[str, Filing]:
    """Filings by their mark, where no other has the same: who is meant must not be guessed."""
    known = list(filings)
    often = Counter(map(same, known))
    return {mark: filing for filing in known if (mark := same(filing)) and often[mark] == 1}


def _by_number(filing: Filing) -> str:
    return filing.number


def _by_id(filing: Filing) -> str:
    return filing.id


def _by_account(filing: Filing) -> str:
    return account_key(filing.platform, filing.account_id, filing.url, filing.name)


def _by_name(filing: Filing) -> str:
    return f"{filing.platform}:{filing.name}"


def field_changes(before: Filing, after: Filing) -> tuple[FieldChange, ...]:
    """Every column that reads differently, then the office's own columns."""
    shown = [(c.field, c.heading, _shown(values.wording(c, before)), _shown(values.wording(c, after))) for c in COLUMNS]
    shown.insert(0, ("school", LABELS["school"], before.school, after.school))
    was, now = dict(before.extra), dict(after.extra)
    shown += [("extra", h, was.get(h, ""), now.get(h, "")) for h in dict.fromkeys((*was, *now)) if h not in QUIET]
    return tuple(FieldChange(*each) for each in shown if each[2] != each[3])


def _shown(value: object) -> str:
    return "" if value is None else str(value)
