"""How what is wrong with a cell is told."""

from __future__ import annotations

import pytest

from storage.register.row import ImportProblem

SAID = "没有这一天"


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (ImportProblem(5, "开通时间", "2024年13月", SAID), "第 5 行「开通时间」“2024年13月”：没有这一天"),
        (ImportProblem(5, "开通时间", "", SAID, "表一"), "工作表“表一”第 5 行「开通时间」：没有这一天"),
        (ImportProblem(0, "开通时间", "x", SAID), "「开通时间」“x”：没有这一天"),
        (ImportProblem(0, "", "", SAID), SAID),
        (ImportProblem(1, "", "x" * 40, SAID), f"第 1 行“{'x' * 40}”：没有这一天"),
        (ImportProblem(1, "", "x" * 41, SAID), f"第 1 行“{'x' * 40}…”：没有这一天"),
    ],
)
def test_what_is_wrong_is_told(problem: ImportProblem, told: str) -> None:
    assert str(problem) == told
