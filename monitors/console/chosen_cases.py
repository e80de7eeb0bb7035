"""Cases that a person ticked on a page: whether they may be decided, and one act done to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import HTTPException, Request

from monitors.console.access import require_role, view_of
from monitors.console.rendering import world_of
from rules.cases.case import CaseError


def by_school(request: Request, numbers: Sequence[str]) -> dict[str, list[str]]:
    """The cases by school; 403 or 404 where the person may not decide one of them, 422 where none was chosen."""
    if not numbers:
        raise HTTPException(422, "请至少选择一件问题。")
    found: dict[str, list[str]] = {}
    for number in dict.fromkeys(numbers):
        case = world_of(request).store.cases.get(number)
        if case is None or not view_of(request).sees(case.school, case.unit):
            raise HTTPException(404, "没有这个编号的问题。")
        require_role(request, case.school)
        found.setdefault(case.school, []).append(number)
    return found


def do_each(numbers: Sequence[str], act: Callable[[str], object]) -> str:
    """Do it to every case, whatever the others answer; "" or a sentence with those that refused, each with its reason."""
    refused = []
    for number in numbers:
        try:
            act(number)
        except CaseError as error:
            refused.append(f"{number}：{str(error).removesuffix('。')}")
    if not refused:
        return ""
    done = len(numbers) - len(refused)
    return f"办好 {done} 件；{len(refused)} 件没有办——{'；'.join(refused)}。"
