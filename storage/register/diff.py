"""What an import would change: for the preview a person confirms, and for ``changed_at``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from rules.accounts.identity import account_key
from rules.model import Filing, LabeledEnum
from storage.register import values
from storage.register.columns import BY_FIELD, LABELS


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

    def __str__(self) -> str:
        """变更「图书馆」：直接责任人 李四 → 王五"""
        what = "，".join(f"{f.label} {f.before or '（空）'} → {f.after or '（空）'}" for f in self.fields)
        return f"{self.kind.label}「{self.title}」" + (f"：{what}" if what else "")


def diff(old: Iterable[Filing], new: Iterable[Filing]) -> list[RegisterChange]:
    """Changes in the order of ``new``, then what is gone. Rows are paired by 备案号, then by account, then by name."""
    left, arrived = {filing.id: filing for filing in old}, list(new)
    pairs: dict[int, Filing] = {}
    for same in (_by_id, _by_account, _by_name):
        index = {same(filing): filing for filing in left.values()}
        for at, filing in enumerate(arrived):
            if at not in pairs and (match := index.pop(same(filing), None)):
                pairs[at] = left.pop(match.id)
    changes = []
    for at, filing in enumerate(arrived):
        before = pairs.get(at)
        if before is None:
            changes.append(RegisterChange(ChangeType.ADDED, None, filing))
        elif changed := _fields(before, filing):
            changes.append(RegisterChange(ChangeType.CHANGED, before, filing, changed))
    return changes + [RegisterChange(ChangeType.REMOVED, filing, None) for filing in left.values()]


def _by_id(filing: Filing) -> str:
    return filing.id


def _by_account(filing: Filing) -> str:
    return account_key(filing.platform, filing.account_id, filing.url, filing.name)


def _by_name(filing: Filing) -> str:
    return f"{filing.platform}:{filing.name}"


def _fields(before: Filing, after: Filing) -> tuple[FieldChange, ...]:
    names = [f.name for f in fields(Filing) if getattr(before, f.name) != getattr(after, f.name)]
    return tuple(FieldChange(name, LABELS[name], _shown(name, before), _shown(name, after)) for name in names)


def _shown(name: str, filing: Filing) -> str:
    value = values.wording(BY_FIELD[name], filing) if name in BY_FIELD else filing.school
    return "" if value is None else str(value)
