"""Where the words of a name begin and end: jieba's word list and its unigram model, with the institutions added."""

from collections.abc import Mapping
from functools import cache
from math import log

from rules.names.tables import frequencies, institutions, words
from rules.names.terms import folded

LONGEST = 14
_UNIT = 60_000_000  # about jieba's total: the weight of one unknown character
INSTITUTION, CAMPUS = 1000, 200


@cache
def lexicon() -> dict[str, int]:
    """Word → how often it occurs; read once, when the first doubtful name comes."""
    known = dict(frequencies())
    for word in words("campus") | words("modern"):
        known[word] = max(known.get(word, 0), CAMPUS)
    for word in words("generic"):
        known[word] = max(known.get(word, 0), INSTITUTION)
    for item in institutions():
        known[folded(item.name)] = INSTITUTION
        for short in item.short:
            text = folded(short)
            known[text] = max(known.get(text, 0), INSTITUTION if len(text) > 2 else CAMPUS)
    return known


def cut(text: str, extra: Mapping[str, int]) -> list[tuple[int, int]]:
    """The most likely words of `text` as spans; `extra` adds words with their weight."""
    known, base = lexicon(), log(_UNIT)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(text) + 1):
        ways = []
        for start in range(max(0, end - LONGEST), end):
            word = text[start:end]
            weight = extra.get(word) or known.get(word) or (1 if end - start == 1 else 0)
            if weight:
                ways.append((best[start][0] + log(weight) - base, start))
        best.append(max(ways))
    spans: list[tuple[int, int]] = []
    end = len(text)
    while end:
        start = best[end][1]
        spans.append((start, end))
        end = start
    return spans[::-1]


def owner_of(spans: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """The word that takes a part of start..end away (it crosses one of its borders), if any."""
    for left, right in spans:
        if left < start < right or left < end < right:
            return left, right
    return None
