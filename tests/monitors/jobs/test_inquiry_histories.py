"""Whatever answers, walls, crashes and clock jumps come: nobody is accused on words about another account, and links stay with theirs."""

from __future__ import annotations

from collections import Counter

from tests.support.inquiry_histories import run


def test_seeded_histories_keep_the_law() -> None:
    kinds: Counter[str] = Counter()
    for seed in (9, 100019):
        kinds += run(seed).kinds
    assert kinds["look"]
    assert kinds["confirm"]
