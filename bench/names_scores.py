"""Precision, recall and speed of ways to match names."""

import time
from collections import Counter
from collections.abc import Callable, Sequence

from bench.names_sets import Row

Answers = Sequence[tuple[float, str | None]]


def counts(rows: Sequence[Row], answers: Answers, cut: float) -> tuple[int, int, int]:
    """True flags, wrong flags, misses; a flag for the wrong school is both of the latter."""
    right = sum(
        s >= cut and r.school is not None and got == r.school for r, (s, got) in zip(rows, answers, strict=True)
    )
    flags = sum(s >= cut for s, _ in answers)
    return right, flags - right, sum(r.school is not None for r in rows) - right


def figures(tp: int, fp: int, fn: int) -> str:
    """P, R and F1 as text."""
    p, r = tp / (tp + fp) if tp + fp else 0.0, tp / (tp + fn) if tp + fn else 0.0
    return f"P {p:.3f}  R {r:.3f}  F1 {2 * p * r / (p + r) if p + r else 0:.3f}  (TP {tp} FP {fp} FN {fn})"


def best_cut(rows: Sequence[Row], answers: Answers) -> float:
    """The threshold with the best F1."""

    def f1(cut: float) -> float:
        tp, fp, fn = counts(rows, answers, cut)
        return 2 * tp / (2 * tp + fp + fn) if tp else 0.0

    return max((c / 50 for c in range(20, 51)), key=f1)


def left_out(rows: Sequence[Row], answers: Answers) -> str:
    """Each school judged with the threshold tuned on all the others."""
    total = Counter[str]()
    names = sorted({r.school for r in rows if r.school})
    for n, school in enumerate(names):
        mine = [
            school in (r.school, r.near) or (not r.school and not r.near and i % len(names) == n)
            for i, r in enumerate(rows)
        ]
        rest = [i for i, m in enumerate(mine) if not m]
        cut = best_cut([rows[i] for i in rest], [answers[i] for i in rest])
        here = [i for i, m in enumerate(mine) if m]
        for key, value in zip(
            ("tp", "fp", "fn"), counts([rows[i] for i in here], [answers[i] for i in here], cut), strict=True
        ):
            total[key] += value
    return figures(total["tp"], total["fp"], total["fn"])


def by_category(rows: Sequence[Row], answers: Answers) -> dict[tuple[str, bool], tuple[int, int]]:
    """(category, is it a use?) → right answers and all; the uses first."""
    right, every = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    for row, (score, school) in zip(rows, answers, strict=True):
        key = (row.category, row.school is not None)
        every[key] += 1
        right[key] += (score > 0 and school == row.school) if row.school else not score
    return {key: (right[key], every[key]) for key in sorted(every, key=lambda k: (not k[1], k[0]))}


def rates(names: Sequence[str], *screens: Callable[[str], object]) -> list[float]:
    """Names a second of processor time for each function, taking turns so that a busy machine is unfair to none.

    The last function, the slow one, gets every tenth name. The first round warms all and is not counted.
    """
    spent, done = [0.0] * len(screens), [0] * len(screens)
    for turn in range(2):
        for at in range(0, len(names), 3000):
            for n, screen in enumerate(screens):
                part = names[at : at + 3000 : 10 if n == len(screens) - 1 else 1]
                start = time.process_time()
                for name in part:
                    screen(name)
                spent[n] += turn * (time.process_time() - start)
                done[n] += turn * len(part)
    return [count / seconds for count, seconds in zip(done, spent, strict=True)]
