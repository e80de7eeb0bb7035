"""English full names, with slips of spelling, other orders and the usual abridgements."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from rapidfuzz.distance import OSA, Prefix

from rules.names import slips
from rules.names.pinyin_spellings import stream
from rules.names.tokens import Token

UNIVERSITY, TECHNOLOGY, POLY = "UNIV", "TECH", "POLY"
_GENERIC = {
    UNIVERSITY: ("university", "institute", "college", "universities", "academy"),
    TECHNOLOGY: ("technology", "technological", "technical"),
    POLY: ("polytechnic", "polytechnical"),
}
_CUT = {"univ": UNIVERSITY, "uni": UNIVERSITY, "inst": UNIVERSITY, "tech": TECHNOLOGY, "poly": POLY}
_OPENINGS = {
    UNIVERSITY: ("uni", "inst", "col", "acad", "vers", "sity"),
    TECHNOLOGY: ("tec", "hnol"),
    POLY: ("pol", "tech"),
}
_SILENT = frozenset(("of", "the", "and", "for", "at", "in", "s", "international"))
_WINDS = frozenset(
    ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "central", "new")
)
JOINED = str.maketrans("", "", "'’")  # Xi'an is Xian; in a name its two halves are joined again
_PINYIN = {
    "huazhong": ("central", "china"), "huadong": ("east", "china"), "huanan": ("south", "china"),
    "huabei": ("north", "china"), "xibei": ("northwest",), "dongbei": ("northeast",), "xinan": ("southwest",),
}  # fmt: skip


@dataclass(frozen=True)
class EnglishName:
    """One English name of one school, as canonical words."""

    school: int
    written: str
    words: tuple[str, ...]

    @cached_property
    def stems(self) -> list[tuple[str, ...]]:
        """For each word but the rarest the openings by which it is seen at a glance."""
        rest = list(self.words)
        rest.remove(rarest(self)) if rarest(self) in rest else rest.pop()
        rest.sort(key=str.isupper)  # the generic words last: every university has them
        return [_OPENINGS.get(word) or (word[:3], *(a for a, parts in aliases() if word in parts)) for word in rest]

    def plausible(self, text: str) -> bool:
        """True when its other words, but for one of three or more, may be in the text (without apostrophes)."""
        spare = min(1, max(0, len(self.stems) - 2))
        for stem in self.stems:
            if not any(map(text.__contains__, stem)):
                spare -= 1
                if spare < 0:
                    return False
        return True


@cache
def generic(word: str) -> str:
    """UNIV, TECH, POLY for a word that means it, misspelled or cut short; '' for any other."""
    if word in _CUT:
        return _CUT[word]
    for sign, whole in _GENERIC.items():
        if len(word) > 5 and any(OSA.distance(word, full) <= 2 for full in whole):
            return sign
    return ""


@lru_cache(maxsize=16384)
def _word(word: str) -> tuple[str, ...]:
    """What one word counts as; () for of and the."""
    if word in _SILENT or (len(word) > 10 and OSA.distance(word, "international") <= 2):
        return ()
    if generic(word):
        return (generic(word),)
    winds = [wind for wind in _WINDS if len(word) > 6 and OSA.distance(word, wind + "ern") <= 1]
    if winds:  # northwastern is a letter from two of them: the one it begins as
        return (max(winds, key=lambda wind: (Prefix.similarity(word, wind), wind)),)
    for pinyin, parts in _PINYIN.items():
        if word == pinyin or (len(pinyin) > 6 and slips.likeness(pinyin, word) == slips.SURE):  # Hubbei is Hubei
            return parts
    return (word,)


def canonical(found: Sequence[str]) -> list[str]:
    """The words that count: without of and the, with generic words unified, northwestern as northwest."""
    return [part for word in found for part in _word(word)]


def aliases() -> list[tuple[str, tuple[str, ...]]]:
    """Pinyin words that stand for English ones, as Huazhong for Central China."""
    return list(_PINYIN.items())


def make(school: int, written: str) -> EnglishName | None:
    """The name as the matcher uses it; None where it is not an English name of two words or more."""
    words = "".join(ch.lower() if ch.isalnum() else " " for ch in written.translate(JOINED)).split()
    made = tuple(canonical(words))
    return EnglishName(school, written, made) if len(made) > 1 and all(w.isascii() for w in words) else None


def rarest(name: EnglishName) -> str:
    """The word that the fewest institutions have in their names: what to look for first."""
    own = [word for word in name.words if not word.isupper() and len(word) > 3] or [max(name.words, key=len).lower()]
    return min(own, key=lambda word: (slips.vocabulary()[word], -len(word), word))


def _fits(want: tuple[str, ...], got: Sequence[str]) -> int:
    """How surely these words are those: SURE, LOOSE or 0."""
    if len(got) != len(want):
        return 0
    pairs = [slips.likeness(w, g) for w, g in zip(want, got, strict=True)]
    if min(pairs):
        told = any(w == g and not w.isupper() for w, g in zip(want, got, strict=True))
        return slips.SURE if told and pairs.count(slips.LOOSE) == 1 else min(pairs)
    return slips.SURE if len(want) > 2 and sorted(want) == sorted(got) else 0


def _joined(found: Sequence[str], wanted: Sequence[str]) -> list[list[str]]:
    """The words, and the words with two neighbours that make one of the wanted words joined (North western)."""
    pairs = [i for i in range(len(found) - 1) if canonical([found[i] + found[i + 1]])[:1] in [[w] for w in wanted]]
    real = [i for i in pairs if not generic(found[i] + found[i + 1])]
    return [list(found)] + [[*found[:i], found[i] + found[i + 1], *found[i + 2 :]] for i in real]


def find(name: EnglishName, found: Sequence[Token]) -> int:
    """SURE or LOOSE when the tokens hold this name, and not a longer one such as Nanjing University of X; else 0."""
    if _glued(name, found):
        return slips.SURE
    plain = [part for t in found if not t.spaced for part in unglued(t.text)][:24]
    wanted = [name.words]
    if len(name.words) > 3 and name.words[-1] == UNIVERSITY:
        wanted.append(name.words[:-1])
    best = 0
    for words in _joined(plain, name.words):
        made = canonical(words)
        for want in wanted:
            for at in range(len(made) - len(want) + 1):
                fit = _fits(want, made[at : at + len(want)])
                if fit > best and _alone(want, made, at, words):
                    best = fit
    return best


def slipped(name: EnglishName, made: Sequence[str]) -> bool:
    """A quick look: one of the canonical words may be the name's rarest word with a slip in it."""
    want = rarest(name)
    return any(slips.likeness(want, got) for got in made)


def unglued(word: str) -> tuple[str, ...]:
    """universityof as university, of."""
    for link in ("of", "and"):
        head = word.removesuffix(link)
        if head != word and head in slips.vocabulary():
            return head, link
    return (word,)


@lru_cache(maxsize=16384)
def says_university(word: str) -> bool:
    """True where a written word, whatever is glued to it, means a university. Kept: names say the same few words."""
    return any(generic(part) == UNIVERSITY for part in unglued(word.lower()))


def _glued(name: EnglishName, found: Sequence[Token]) -> bool:
    """True when the name stands letter by letter, whatever separates its words: HunanUniversityofScienceandTechnology."""
    key = letters(name)
    text, starts, rest = stream(found)
    at = text.find(key)
    if at not in starts or rest[at + len(key)] or text.startswith(("of", "for"), at + len(key)):
        return False
    return not _windy(text[:at])


def _windy(text: str) -> bool:
    """True when the text ends in South, Northwest and the like, one slip allowed."""
    ends = ((wind, text[-size:]) for wind in _WINDS for size in range(len(wind) - 1, len(wind) + 2))
    return any(text.endswith(wind) or (len(wind) > 4 and OSA.distance(wind, end) <= 1) for wind, end in ends)


def _alone(want: tuple[str, ...], made: Sequence[str], at: int, words: Sequence[str]) -> bool:
    before = made[at - 1] if at else ""
    if _windy(before):
        return False
    if want[-1] != UNIVERSITY:
        return True
    places = [i for i, word in enumerate(words) if generic(word) == UNIVERSITY]
    return not any(words[i + 1 : i + 2] == ["of"] for i in places if i)


def letters(name: EnglishName) -> str:
    """The letters of the name in a row."""
    return "".join(ch for ch in name.written.lower() if ch.isalnum())


def initials(found: Sequence[Token]) -> str:
    """The first letters of the words that count."""
    return "".join(t.text[0] for t in found if t.text not in _SILENT)
