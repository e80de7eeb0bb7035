"""Which other institutions an English name may belong to: the nearest by letters is meant."""

from collections.abc import Sequence
from functools import cache

from rapidfuzz.distance import OSA

from rules.names.english import EnglishName, canonical, find, letters, make
from rules.names.tables import institutions
from rules.names.tokens import Token

_WHOLE = {"univ": "university", "uni": "university", "inst": "institute", "tech": "technology"}


@cache
def known() -> tuple[tuple[str, EnglishName], ...]:
    """Every institution with an English name that can be looked for."""
    made = ((item.name, make(-1, written)) for item in institutions() for written in item.english)
    return tuple((name, english) for name, english in made if english)


def distance(name: EnglishName, found: Sequence[Token]) -> int:
    """How many letters the tokens, with the usual abridgements written out, are away from the name."""
    text = "".join(_WHOLE.get(t.text, t.text) for t in found if not t.spaced)
    return int(OSA.distance(text, letters(name)))


def nearer(name: EnglishName, found: Sequence[Token]) -> list[str]:
    """The institutions whose other English name is here as well, and is not farther away."""
    words, own = set(canonical([t.text for t in found])), distance(name, found)
    likely = (
        (who, other) for who, other in known() if len(set(other.words) - words) < 2 and letters(other) != letters(name)
    )
    return [who for who, other in likely if find(other, found) and distance(other, found) <= own]
