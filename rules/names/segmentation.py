"""Where the words of a name begin and end: jieba's word list and its unigram model, with the institutions added."""

from collections.abc import Mapping
from functools import cache
from math import log

from rules.names.tables import institutions, words
from rules.names.terms import folded
from rules.names.word_list import frequencies

LONGEST = 14
_UNIT = 60_000_000  # about jieba's total: the weight of one unknown character
INSTITUTION, CAMPUS = 1000, 200


@cache
def _institutions() -> tuple[frozenset[str], dict[str, int]]:
    """The institutions' names; words of ours → the least they weigh. Read once, when the first doubtful name comes."""
    least = dict.fromkeys(words("campus") | words("modern"), CAMPUS) | dict.fromkeys(words("generic"), INSTITUTION)
    for text in (folded(short) for item in institutions() for short in item.short):
        least[text] = max(least.get(text, 0), INSTITUTION if len(text) > 2 else CAMPUS)
    return frozenset(folded(item.name) for item in institutions()), least


def weight_of(word: str) -> int:
    """How often a word occurs, ours included; 0 for none."""
    names, least = _institutions()
    return INSTITUTION if word in names else max(frequencies().get(word), least.get(word, 0))


def cut(text: str, extra: Mapping[str, int]) -> list[tuple[int, int]]:
    """The most likely words of `text` as spans; `extra` adds words with their weight."""
    base = log(_UNIT)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(text) + 1):
        ways = []
        for start in range(max(0, end - LONGEST), end):
            word = text[start:end]
            weight = extra.get(word) or weight_of(word) or (1 if end - start == 1 else 0)
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
