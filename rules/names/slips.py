"""Slips in English words: a letter too many, too few, swapped or wrong, and words written by ear (Jengzhou, Sentral)."""

import re
from collections import Counter
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from rules.names.pinyin import reading, split
from rules.names.tables import institutions
from rules.names.terms import places

LOOSE, SURE = 1, 2
_LEAST, _LONG = 5, 9  # letters of a word that may have one slip, two
# Spellings that sound alike to who does not know the word, the one they are all written as; applied in this order.
_EAR = (
    ("zh", "j"), ("tch", "s"), ("ch", "s"), ("sh", "s"), ("x", "s"), ("q", "s"), ("ph", "f"), ("ck", "k"), ("gu", "gw"),
    ("kw", "gw"), ("ng", "n"), ("y", "i"), ("ce", "se"), ("ci", "si"), ("ei", "e"), ("ai", "e"), ("ou", "o"), ("ow", "o"),
    ("oo", "u"), ("ee", "i"), ("ia", "a"), ("z", "s"), ("c", "k"),
)  # fmt: skip
_TWICE = re.compile(r"(.)\1+")


@cache
def vocabulary() -> Counter[str]:
    """The words of all institutions' English names: a word of another school is no slip of the pen."""
    names = (name for item in institutions() for name in item.english)
    return Counter(w for name in names for w in "".join(c.lower() if c.isalnum() else " " for c in name).split())


@cache
def _spelled_places() -> frozenset[str]:
    """Place names in pinyin: Nanning is not Nanjing with a slip."""
    return frozenset("".join(map(reading, place)) for place in places())


@lru_cache(maxsize=4096)
def heard(word: str) -> str:
    """The word as it sounds, in one spelling for all that sound alike."""
    for written, sound in _EAR:
        word = word.replace(written, sound)
    return _TWICE.sub(r"\1", word)


@lru_cache(maxsize=16384)
def likeness(want: str, got: str) -> int:
    """How surely `got` is `want`: SURE when equal, one slip away or heard alike; LOOSE when it may be another word; 0."""
    if want == got:
        return SURE
    if want.isupper() or got.isupper() or len(want) < _LEAST or abs(len(want) - len(got)) > 2:
        return 0
    if got in vocabulary():
        return 0
    found = _slip(want, got)
    return 0 if found and got in _spelled_places() else found


def _slip(want: str, got: str) -> int:
    away = OSA.distance(want, got)
    if away > 2:
        return LOOSE if heard(want) == heard(got) and len(want) > _LEAST else 0
    if away == 2:
        return SURE if heard(want) == heard(got) else LOOSE if len(want) >= _LONG else 0
    if len(want) != len(got) or sorted(want) == sorted(got):
        return SURE
    return SURE if heard(want) == heard(got) or (want[0] == got[0] and not split(got)) else LOOSE
