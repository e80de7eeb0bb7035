"""Whatever answers, walls, crashes and clock jumps come: nobody is accused on words about another account, and links stay with theirs."""

from __future__ import annotations

from collections import Counter

from tests.support.inquiry_histories import run

SEEDS = (9, 314, 379, 588, 728, 7994, 100019)
"""Each broke something once: the program, or what the law took for granted."""


def test_seeded_histories_keep_the_law() -> None:
    kinds: Counter[str] = Counter()
    for seed in SEEDS:
        kinds += run(seed).kinds
    assert kinds["look"]
    assert kinds["confirm"]
