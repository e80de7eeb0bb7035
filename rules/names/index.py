"""The sieve that every name goes through: which protected characters may its characters stand for, all schools at once.

Every character of every term has one bit; a character's mask holds the bits it may stand for. The masks of a name are
or-ed, and one shift shows whether two neighbouring characters of any term are covered. One pass, whatever the schools.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.names.fold import FOLD, is_han
from rules.names.sounds import odd, plain, syllables
from rules.names.tables import shapes
from rules.names.terms import Role, Term

LATIN, ODD = 1, 2  # the lowest bits of a mask: a Latin letter or digit; a character so rare that it stands for another
_FIRST = 3


@dataclass(frozen=True, slots=True)
class Pattern:
    """The core of one or more terms: its bits, how many must be covered, the terms it stands for."""

    mask: int
    need: int
    terms: tuple[Term, ...]


def _need(terms: Sequence[Term]) -> int:
    """How many characters must be covered: one may be missing from a long name."""
    core = terms[0].text[: terms[0].core]
    twice = len(core) - len(set(core))  # 海 covers both of 上海海洋, and half the names have 上海
    return min(len(core), len(core) - 1 + twice) if len(core) >= 4 and any(t.long for t in terms) else len(core)


def _by_core(terms: Iterable[Term]) -> dict[str, tuple[Term, ...]]:
    found: dict[str, list[Term]] = {}
    for term in terms:
        found.setdefault(term.text[: term.core], []).append(term)
    return {core: tuple(group) for core, group in found.items()}


class Index(dict[str, int]):
    """Written character → mask, worked out on first sight; `candidates` are the terms a name may contain."""

    def __init__(self, terms: Sequence[Term]) -> None:
        """Lays out the bits of all the terms, with a free bit between two terms."""
        super().__init__()
        self._exact: dict[str, int] = {}
        self._fuzzy: dict[str, int] = {}
        self._at: dict[int, Pattern] = {}
        self._strict = 0  # the bits of terms whose characters must all be there: three in a row at least
        bit = _FIRST
        for core, group in _by_core(terms).items():
            exact = len(core) == 2 and all(t.role > Role.CORE for t in group)
            for offset, char in enumerate(core):
                table = self._exact if exact else self._fuzzy
                table[char] = table.get(char, 0) | 1 << (bit + offset)
            pattern = Pattern(((1 << len(core)) - 1) << bit, _need(group), group)
            self._strict |= pattern.mask if pattern.need == len(core) > 2 else 0
            self._at.update(dict.fromkeys(range(bit, bit + len(core)), pattern))
            bit += len(core) + 1
        self._sounds: dict[str, int] = {}
        self._looks: dict[str, int] = {}
        for char, mask in self._fuzzy.items():
            for sound in plain(char):
                self._sounds[sound] = self._sounds.get(sound, 0) | mask
            for alike in shapes().get(char, ""):
                self._looks[alike] = self._looks.get(alike, 0) | mask
        self._syllables = syllables()

    def __missing__(self, char: str) -> int:
        mask = 0
        for part in FOLD[char].strip():
            mask |= self.of(part)
        self[char] = mask
        return mask

    def of(self, part: str) -> int:
        """The mask of one folded character or of one syllable."""
        if not is_han(part[0]):
            return LATIN | (self._sounds.get(part, 0) if len(part) > 1 else 0) if part.isascii() else self._look(part)
        mask = self._exact.get(part, 0) | self._fuzzy.get(part, 0) | self._look(part) | (ODD if odd(part) else 0)
        for sound in plain(part):
            mask |= self._sounds.get(sound, 0)
        return mask

    def _look(self, part: str) -> int:
        return self._looks.get(part, 0)

    def candidates(self, covered: int) -> list[Term]:
        """The terms of which enough characters are covered; the longest first."""
        spare = 1 if covered & ODD else 0
        pairs = covered & (covered >> 1) & ~(LATIN | ODD)
        if not spare:
            pairs &= ~self._strict | (pairs >> 1)
        found: dict[int, Pattern] = {}
        while pairs:
            low = pairs & -pairs
            pattern = self._at[low.bit_length() - 1]
            pairs &= ~pattern.mask
            if (covered & pattern.mask).bit_count() + spare >= pattern.need:
                found[id(pattern)] = pattern
        terms = [term for pattern in found.values() for term in pattern.terms]
        return sorted(terms, key=lambda t: (-len(t.text), t.role, t.school))
