"""An import of the register in plain Chinese: what changes, what is missing, what was not taken over, what follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from monitors.jobs.register_import import Consequences
from rules.model import Filing, Platform
from storage.register import LABELS, Preview, Reading, RegisterChange, grouped

HELD = 5
"""So many accounts are named where all of them need not be."""


def report(reading: Reading, preview: Preview, follows: Consequences) -> Iterator[str]:
    """The lines of a preview, the same before and after the import."""
    yield from map(str, preview.changes)
    yield from _missing(preview)
    yield from _columns(reading, preview)
    if reading.dropped:
        yield "没有导入的内容："
        yield from (f"  {line}" for line in grouped(reading.dropped))
    if reading.doubts:
        yield "请核对（已导入）："
        yield from (f"  {line}" for line in grouped(reading.doubts))
    yield from _follows(follows)


def counts(preview: Preview) -> str:
    """新增 2，变更 1，未变 3."""
    said = "" if preview.changes else "没有变化："
    said += (
        f"新增 {len(preview.added)}{_by_platform(preview.added)}，变更 {len(preview.changed)}，未变 {preview.unchanged}"
    )
    return said + (f"，移除 {len(preview.removed)}" if preview.removed else "")


def emptied(preview: Preview) -> str:
    """Why the import waits for a word: every field that would lose what it holds."""
    lines = [f"  {change.platform}「{change.title}」：{each}" for change, each in preview.emptied]
    return "\n".join(
        (
            f"有 {len(lines)} 处台账里原有内容、文件里是空的，没有导入：",
            *lines,
            "不想清空的，请在文件里补上，或删去这一列；确实要清空的，请加 --allow-empty 重新导入。",
        )
    )


def _by_platform(changes: Sequence[RegisterChange]) -> str:
    found = Counter(change.platform for change in changes)
    return f"（{_listed(found)}）" if found else ""


def _listed(found: Mapping[str, int]) -> str:
    return "、".join(f"{what} {number}" for what, number in found.items())


def _missing(preview: Preview) -> Iterator[str]:
    if preview.missing and not preview.removed:
        names = "、".join(f"{f.platform.label}「{f.name}」" for f in preview.missing[:HELD])
        more = " 等" if len(preview.missing) > HELD else ""
        yield (
            f"本文件没有的 {len(preview.missing)} 个账号保留不变：{names}{more}。"
            "要从台账移除的，请加 --replace；已停用的，请填账号状态。"
        )


def _columns(reading: Reading, preview: Preview) -> Iterator[str]:
    absent = frozenset.intersection(*reading.absent) if reading.absent else frozenset()
    names = [label for name, label in LABELS.items() if name in absent and _is_unknown(preview.after, name)]
    if names:
        yield f"文件没有这些列，按未知处理，不作为认定问题的依据：{'、'.join(names)}"
    if reading.unknown_columns:
        yield f"系统不使用的列，原样保留，导出时带回：{'、'.join(reading.unknown_columns)}"


def _is_unknown(filings: Sequence[Filing], name: str) -> bool:
    return any(not filing.knows(name) for filing in filings)


def _follows(follows: Consequences) -> Iterator[str]:
    if follows.unpolled:
        platforms: Mapping[Platform, int] = follows.unpolled
        yield f"登记、年审但不巡检的账号：{_listed({p.label: n for p, n in platforms.items()})}"
    if follows.without_mail:
        yield f"{follows.without_mail} 个账号没有电子邮箱，给它们的通知要打印送达"
    if follows.policy is None:
        yield "这所学校还没有制度文件，台账只作登记，不作判定"
        return
    for each in follows.unjudged:
        columns = "、".join(LABELS[name] for name in each.fields)
        yield f"无法判定：{each.clause}（{each.title}），{each.accounts} 个账号缺少{columns}"
    yield f"依据{follows.policy.regulation.cited}，下一次判定{_opened(follows.tasks)}"


def _opened(tasks: Mapping[str, int]) -> str:
    total = sum(tasks.values())
    return f"将新立 {total} 项问题（{_listed(tasks)}）" if total else "不会有新的问题"
