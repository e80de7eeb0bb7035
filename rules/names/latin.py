"""The Latin side of the matcher: one automaton finds the few names that need a look, then each kind is judged."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick
from rapidfuzz import process
from rapidfuzz.distance import OSA

from rules.names import abbreviations, english, pinyin_spellings
from rules.names.abbreviations import Abbreviation
from rules.names.english import EnglishName
from rules.names.fold import FOLD, is_han
from rules.names.protected import ProtectedSchool
from rules.names.signs import Signed, SignReader
from rules.names.terms import TermRole, all_terms

_DROP = {code: None for code in range(128) if not chr(code).isalpha()}
_SQUEEZE = str.maketrans({**{chr(c): None for c in _DROP}, "0": "o", "1": "i"})
_PLAIN_STEM = 4
_WORD = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_WORDS = 24  # more than any name has; bounds what a hostile one costs
# what a slip leaves of university, institute, college, academy
_UNIVERSITY = (
    "univ", "niver", "unive", "verist", "versit", "rsity", "ersity", "unvers", "insti", "stitu", "itute", "colle", "olleg",
    "llege", "acade", "cadem", "ademy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spelling:
    """A protected term in pinyin."""

    school: int
    written: str
    text: str


LatinEntry = Abbreviation | EnglishName | Spelling


@dataclass(frozen=True, slots=True)
class LatinHit:
    """Something protected that the letters of a name may hold; `signed`: an abbreviation built of digits and signs."""

    entry: LatinEntry
    signed: Signed | None = None

    @property
    def school(self) -> int:
        """The number of the school."""
        return self.entry.school


class LatinIndex:
    """Finds the names whose Latin letters need a look."""

    def __init__(self, schools: Sequence[ProtectedSchool]) -> None:
        """Builds the automaton over abbreviations, spellings and the words of English names."""
        self._shorts: list[Abbreviation] = []
        self._rarest: dict[str, list[EnglishName]] = {}
        keys: dict[str, list[LatinEntry | None]] = {}  # None: a part of a word that means a university
        for at, school in enumerate(schools):
            shorts = [abbreviations.make(at, school.name, written) for written in school.names.abbreviation]
            self._shorts += [short for short in shorts if short]
            names = [made for written in school.names.english if (made := english.make(at, written))]
            for name in names:
                self._rarest.setdefault(english.rarest(name), []).append(name)
            for short in filter(None, shorts):
                keys.setdefault(short.text, []).append(short)
            for name in names:
                for stem in _stems(name):
                    keys.setdefault(stem, []).append(name)
        for spelling in _spellings(schools):
            keys.setdefault(spelling.text, []).append(spelling)
        self._automaton = ahocorasick.Automaton()
        for part in _UNIVERSITY if self._rarest else ():
            keys.setdefault(part, []).append(None)
        for key, entries in keys.items():
            self._automaton.add_word(key, tuple(entries))
        self._any = bool(keys)
        if keys:
            self._automaton.make_automaton()
        self._near = lru_cache(8192)(self._near_words)
        self._signed = SignReader([short.text for short in self._shorts])

    def hits(self, name: str) -> list[LatinHit]:
        """What the letters of a name may hold; empty for nearly every name."""
        if not self._any:
            return []
        text = name.lower() if name.isascii() else "".join(map(FOLD.__getitem__, name))
        hits = [entry for _, entries in self._automaton.iter(text.translate(_SQUEEZE)) for entry in entries]
        if not hits:
            return [] if name.isascii() else self._masked(name)
        slipped = self._slipped(name, text) if None in hits else []
        found = [entry for entry in dict.fromkeys(hits) if entry]
        if not found and not slipped:
            return self._masked(name)
        if "'" in text:
            text = text.translate(english.JOINED)
        likely = [e for e in found if self._plausible(e, text, name)]
        return [*self._masked(name), *map(LatinHit, dict.fromkeys([*likely, *slipped]))]

    def _slipped(self, name: str, text: str) -> list[LatinEntry]:
        """The English names that the words of a name may hold with a slip, where one of them means a university."""
        words = _WORD.findall(name if name.isascii() else text)[:_WORDS]
        near = dict.fromkeys(hit for word in words for hit in self._near(word))
        if not near or not any(map(english.says_university, words)):
            return []
        made = [part for word in words for part in _parts(word)]
        return [entry for word in near for entry in self._rarest[word] if english.slipped(entry, made)]

    def _near_words(self, word: str) -> tuple[str, ...]:
        """The rarest words of English names that are a few letters away from the written `word`."""
        near: list[str] = []
        for part in _parts(word):
            hits = process.extract(part, list(self._rarest), scorer=OSA.distance, score_cutoff=2, limit=None)
            near += [hit[0] for hit in hits]
        return tuple(near)

    @staticmethod
    def _plausible(entry: LatinEntry, text: str, name: str) -> bool:
        """A quick second look, since the automaton finds short strings inside other words."""
        if isinstance(entry, Abbreviation):
            return abbreviations.stands(entry.text, text, name)
        return not isinstance(entry, EnglishName) or entry.plausible(text)

    def _masked(self, name: str) -> list[LatinHit]:
        """The abbreviations that a name with digits or signs may hide."""
        if name.isascii():
            return []
        read = self._signed.find(name)
        return [LatinHit(short, sign) for sign in read for short in self._shorts if short.text == sign.text]


def _parts(word: str) -> list[str]:
    """The canonical words in a written one that may be a name's own: not the short ones, not university and the like."""
    made = english.canonical(english.unglued(word.lower()))
    return [part for part in made if len(part) > 3 and not part.isupper()]


def _stems(name: EnglishName) -> Iterable[str]:
    """What the letters must hold for an English name to be looked for: its rarest word, also with one slip."""
    word = english.rarest(name)
    yield word
    for i in range(len(word)):
        if len(word) > _PLAIN_STEM:
            yield word[:i] + word[i + 1 :]
        yield word[:i] + word[i : i + 2][::-1] + word[i + 2 :]
    yield from (joined for joined, parts in english.aliases() if set(parts) <= set(name.words))


def _spellings(schools: Sequence[ProtectedSchool]) -> Iterable[Spelling]:
    for term in all_terms(schools):
        if len(term.text) >= pinyin_spellings.LEAST and term.role is not TermRole.CONTESTED:
            for way in pinyin_spellings.spellings(term.text):
                yield Spelling(term.school, term.written, way)
    for at, school in enumerate(schools):
        for written in school.names.pinyin:
            text = "".join(ch for ch in "".join(map(FOLD.__getitem__, written)) if ch.isalpha() and not is_han(ch))
            if len(text) > 5:
                yield Spelling(at, written, text)
