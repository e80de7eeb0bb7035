"""Findings about a file in few words: one paragraph for each kind, every row named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.register.row import ImportProblem

LONGEST = 40


def grouped(problems: Sequence[ImportProblem]) -> list[str]:
    """One line for each kind of thing, with the rows of every value below it; nothing is left out."""
    sheets = {problem.sheet for problem in problems if problem.sheet}
    kinds: dict[tuple[str, str, str], list[ImportProblem]] = {}
    for problem in problems:
        kinds.setdefault((problem.sheet, problem.column, problem.message), []).append(problem)
    return [line for kind in kinds.values() for line in _paragraph(kind, name_sheet=len(sheets) > 1)]


def _paragraph(kind: list[ImportProblem], *, name_sheet: bool) -> list[str]:
    first = kind[0]
    sheet = f"工作表“{first.sheet}”" if name_sheet and first.sheet else ""
    column = f"「{first.column}」" if first.column else ""
    values: dict[str, list[int]] = {}
    for problem in kind:
        values.setdefault(problem.value, []).append(problem.row)
    if len(values) == 1:
        (value, rows), *_ = values.items()
        where = f"{sheet}{_rows(rows)}{column}{_quoted(value)}"
        return [f"{where}：{first.message}" + _count(kind) if where else first.message]
    lines = [f"  {_rows(rows)}{_quoted(value)}" for value, rows in values.items()]
    return [f"{sheet}{column}{first.message}{_count(kind)}：", *lines]


def _count(kind: list[ImportProblem]) -> str:
    return f"（{len(kind)} 处）" if len(kind) > 1 else ""


def _quoted(value: str) -> str:
    shown = value if len(value) <= LONGEST else value[:LONGEST] + "…"
    return f"“{shown}”" if shown else ""


def _rows(rows: Iterable[int]) -> str:
    """第 3、5—9 行."""
    spans: list[list[int]] = []
    for row in sorted({row for row in rows if row}):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    said = "、".join(str(a) if a == b else f"{a}—{b}" for a, b in spans)
    return f"第 {said} 行" if said else ""
