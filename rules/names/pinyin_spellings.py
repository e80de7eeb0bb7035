"""Names spelled out in pinyin: beiligong, bei-li-gong, BeiLiGongDaXue."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product

from rules.names.pinyin import plain, split
from rules.names.tables import institutions, words
from rules.names.terms import folded
from rules.names.tokens import Token

LEAST = 3  # syllables; two are too soon found in other languages
_WAYS = 8


def spellings(text: str) -> list[str]:
    """The ways to spell a Chinese name in pinyin without tones; [] where a character has no reading."""
    ways = [sorted(plain(char)) for char in text]
    if not all(ways):
        return []
    return ["".join(way) for way, _ in zip(product(*ways), range(_WAYS), strict=False)]


@cache
def _institutions() -> dict[str, tuple[str, ...]]:
    """Spelling → institutions."""
    found: dict[str, list[str]] = {}
    for item in institutions():
        for way in spellings(folded(item.name)):
            found.setdefault(way, []).append(item.name)
    return {way: tuple(names) for way, names in found.items()}


def stream(found: Iterable[Token]) -> tuple[str, frozenset[int], dict[int, str]]:
    """All letters in a row; where tokens start; for each end of a token 0, and what the run still holds elsewhere."""
    text = ""
    starts: set[int] = set()
    rest: dict[int, str] = {}
    for token in found:
        if token.spaced:
            continue
        starts.add(len(text))
        for i in range(1, len(token.text) + 1):
            rest[len(text) + i] = token.text[i:]
        text += token.text
    return text, frozenset(starts), rest


def ends_well(rest: str) -> bool:
    """True when what follows in the same token leaves the last syllable alone."""
    return not rest or rest in words("latin_campus") or bool(split(rest))


def places(found: Sequence[Token], want: str) -> list[int]:
    """Where the spelling `want` starts in the stream, at the start of a token and ended well."""
    text, starts, rest = stream(found)
    at, hits = text.find(want), []
    while at >= 0:
        if at in starts and ends_well(rest[at + len(want)]):
            hits.append(at)
        at = text.find(want, at + 1)
    return hits


def rivals(text: str, at: int, want: str) -> tuple[bool, tuple[str, ...]]:
    """Institutions spelled at this place: (longer than `want`?, their names)."""
    known = _institutions()
    for start in range(max(0, at - 24), at + 1):
        for end in range(min(len(text), at + 60), at + len(want) - 1, -1):
            names = known.get(text[start:end])
            if names:
                return end - start > len(want), names
    return False, ()
