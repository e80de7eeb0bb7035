"""The sieve that every name goes through: which protected characters may its characters stand for, all schools at once.

Every character of every term has one bit; a character's mask holds the bits it may stand for. The masks of a name are
or-ed, and one shift shows whether two neighbouring characters of any term are covered. One pass, whatever the schools.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rules.names.fold import FOLD, is_han
from rules.names.pinyin import odd, plain, syllables
from rules.names.tables import shapes
from rules.names.terms import Term, TermRole

LATIN, ODD = 1, 2  # the lowest bits of a mask: a Latin letter or digit; a character so rare that it stands for another
_FIRST = 3


@dataclass(frozen=True, slots=True)
class Pattern:
    """The core of one or more terms: its bits, how many of them may be missing, how many pairs must be neighbours, the terms it stands for."""

    mask: int
    spare: int
    links: int
    terms: tuple[Term, ...]


def _spare(terms: Sequence[Term]) -> int:
    """How many characters may be missing: one from a long name."""
    core = terms[0].text[: terms[0].core]
    twice = len(core) - len(set(core))  # 海 covers both of 上海海洋, and half the names have 上海
    return 1 if len(core) >= 4 and not twice and any(t.long for t in terms) else 0


def _by_core(terms: Iterable[Term]) -> dict[str, tuple[Term, ...]]:
    found: dict[str, list[Term]] = {}
    for term in terms:
        found.setdefault(term.text[: term.core], []).append(term)
    return {core: tuple(group) for core, group in found.items()}


class TermIndex(dict[str, int]):
    """Written character → mask, worked out on first sight; `candidates` are the terms a name may contain."""

    def __init__(self, terms: Sequence[Term]) -> None:
        """Lays out the bits of all the terms, with a free bit between two terms."""
        super().__init__()
        self._exact: dict[str, int] = {}
        self._fuzzy: dict[str, int] = {}
        self._at: dict[int, Pattern] = {}
        self._more = 0  # the bits of terms of which three characters must be there
        self._loose = 0  # the bits of terms that may be changed
        self._threes = 0  # where terms of three characters begin: the one in the middle may be a rare one
        bit = _FIRST
        for core, group in _by_core(terms).items():
            exact = len(core) == 2 and all(t.role > TermRole.CORE for t in group)
            for offset, char in enumerate(core):
                table = self._exact if exact else self._fuzzy
                table[char] = table.get(char, 0) | 1 << (bit + offset)
            links = 2 if len(core) == 3 else max(1, len(core) - 3)  # a changed one in the middle cuts two pairs
            pattern = Pattern(((1 << len(core)) - 1) << bit, _spare(group), links, group)
            self._loose |= 0 if exact else pattern.mask
            self._threes |= 1 << bit if len(core) == 3 else 0
            self._more |= pattern.mask if len(core) - pattern.spare > 2 else 0
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

    def candidates(self, covered: int, name: str = "") -> list[Term]:
        """The terms of which enough characters are covered, and beside each other in `name`; the longest first."""
        odd = 1 if covered & ODD else 0
        found: dict[int, Pattern] = {}
        starts = self._starts(covered)
        while starts:
            low = starts & -starts
            pattern = self._at[low.bit_length() - 1]
            starts &= ~pattern.mask
            missing = pattern.mask.bit_count() - (covered & pattern.mask).bit_count()
            if missing <= (pattern.spare or odd):
                found[id(pattern)] = pattern
        if not found:
            return []
        beside = self._beside(name) if name else -1
        terms = [t for p in found.values() if (p.mask & beside).bit_count() >= p.links - 2 * odd for t in p.terms]
        return sorted(terms, key=lambda t: (-len(t.text), t.role, t.school))

    def _starts(self, covered: int) -> int:
        """A bit of every term of which two characters in a row are covered, or three in four where three are needed."""
        second, third, fourth = covered >> 1, covered >> 2, covered >> 3
        if covered & ODD:
            return covered & (second | third & self._threes) & ~(LATIN | ODD)
        three = second & (third | fourth) | third & fourth
        return covered & (second & ~self._more | three & self._more) & ~(LATIN | ODD)

    def _beside(self, name: str) -> int:
        """Which neighbours in a term are neighbours in the name, whatever the order and with at most one between them.

        Characters that stand for nothing are skipped, so that signs change nothing.
        """
        masks = [mask for mask in map(self.__getitem__, name) if mask]
        next_to, around = 0, 0
        for left, right in pairwise(masks):
            next_to |= left & (right >> 1)
            around |= right & (left >> 1)
        for left, right in zip(masks, masks[2:], strict=False):
            around |= left & (right >> 1) | right & (left >> 1)
        return next_to | (around & self._loose)
