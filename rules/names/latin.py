"""The Latin side of the matcher: one automaton finds the few names that need a look, then each kind is judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ahocorasick

from rules.names import abbreviations, english, pinyin_spellings
from rules.names.abbreviations import Abbreviation
from rules.names.english import EnglishName
from rules.names.fold import FOLD, is_han
from rules.names.protected import ProtectedSchool
from rules.names.terms import TermRole, all_terms

_DROP = {code: None for code in range(128) if not chr(code).isalpha()}
_SQUEEZE = str.maketrans({**{chr(c): None for c in _DROP}, "0": "o", "1": "i"})
_PLAIN_STEM = 4


@dataclass(frozen=True, slots=True)
class Spelling:
    """A protected term in pinyin."""

    school: int
    written: str
    text: str


LatinEntry = Abbreviation | EnglishName | Spelling


@dataclass(frozen=True, slots=True)
class LatinHit:
    """Something protected that the letters of a name may hold; `token`: its abbreviation stands as a whole word."""

    entry: LatinEntry

    @property
    def school(self) -> int:
        """The number of the school."""
        return self.entry.school


class LatinIndex:
    """Finds the names whose Latin letters need a look."""

    def __init__(self, schools: Sequence[ProtectedSchool]) -> None:
        """Builds the automaton over abbreviations, spellings and the words of English names."""
        self._shorts: list[Abbreviation] = []
        keys: dict[str, list[LatinEntry]] = {}
        for at, school in enumerate(schools):
            shorts = [abbreviations.make(at, school.name, written) for written in school.names.abbreviation]
            self._shorts += [short for short in shorts if short]
            names = [english.make(at, written) for written in school.names.english]
            for short in filter(None, shorts):
                keys.setdefault(short.text, []).append(short)
            for name in filter(None, names):
                for stem in _stems(name):
                    keys.setdefault(stem, []).append(name)
        for spelling in _spellings(schools):
            keys.setdefault(spelling.text, []).append(spelling)
        self._automaton = ahocorasick.Automaton()
        for key, entries in keys.items():
            self._automaton.add_word(key, tuple(entries))
        self._any = bool(keys)
        self._leet = ahocorasick.Automaton()
        for text in {short.leet for short in self._shorts}:
            self._leet.add_word(text, tuple(short for short in self._shorts if short.leet == text))
        for automaton in (self._automaton, self._leet):
            if len(automaton):
                automaton.make_automaton()

    def hits(self, name: str) -> list[LatinHit]:
        """What the letters of a name may hold; empty for nearly every name."""
        if not self._any:
            return []
        text = name.lower() if name.isascii() else "".join(map(FOLD.__getitem__, name))
        found = [entry for _, entries in self._automaton.iter(text.translate(_SQUEEZE)) for entry in entries]
        if not found:
            return [LatinHit(short) for short in self._masked(name)]
        if "'" in text:
            text = text.translate(english.JOINED)
        found = [e for e in found if self._plausible(e, text, name)]
        masked = self._masked(name)
        return [LatinHit(entry) for entry in dict.fromkeys([*found, *masked])] if found or masked else []

    @staticmethod
    def _plausible(entry: LatinEntry, text: str, name: str) -> bool:
        """A quick second look, since the automaton finds short strings inside other words."""
        if isinstance(entry, Abbreviation):
            return abbreviations.stands(entry.text, text, name)
        return not isinstance(entry, EnglishName) or entry.plausible(text)

    def _masked(self, name: str) -> list[Abbreviation]:
        """The abbreviations that a name with digits or signs may hide."""
        if name.isascii() or not self._shorts or not abbreviations.masked(name):
            return []
        return [short for _, shorts in self._leet.iter(abbreviations.leet(name)) for short in shorts]


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
