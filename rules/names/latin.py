"""The Latin side of the matcher: one automaton finds the few names that need a look, then each kind is judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import ahocorasick

from rules.names import abbreviations, english, spelled
from rules.names.abbreviations import Found, Short
from rules.names.context import Context
from rules.names.english import English
from rules.names.fold import FOLD, is_han
from rules.names.judge import Judge
from rules.names.model import NameKind, NameMatch, NameVerdict
from rules.names.protected import ProtectedSchool
from rules.names.tables import Institution, institutions
from rules.names.terms import Role, all_terms, folded
from rules.names.tokens import Token

_DROP = {code: None for code in range(128) if not chr(code).isalpha()}
_SQUEEZE = str.maketrans({**{chr(c): None for c in _DROP}, "0": "o", "1": "i"})
_PLAIN_STEM = 4


@dataclass(frozen=True, slots=True)
class Spelling:
    """A protected term in pinyin."""

    school: int
    written: str
    text: str


Entry = Short | English | Spelling


@dataclass(frozen=True, slots=True)
class LatinHit:
    """Something protected that the letters of a name may hold; `token`: its abbreviation stands as a whole word."""

    entry: Entry

    @property
    def school(self) -> int:
        """The number of the school."""
        return self.entry.school


class LatinJudge:
    """Judges the Latin letters of names for the schools at hand."""

    def __init__(self, schools: Sequence[ProtectedSchool], judge: Judge) -> None:
        """Builds the automaton over abbreviations, spellings and the words of English names."""
        self._schools = schools
        self._judge = judge
        self._shorts: list[Short] = []
        keys: dict[str, list[Entry]] = {}
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
        found = [e for e in found if self._plausible(e, text, name)]
        return [LatinHit(entry) for entry in dict.fromkeys([*found, *self._masked(name)])]

    @staticmethod
    def _plausible(entry: Entry, text: str, name: str) -> bool:
        """A quick second look, since the automaton finds short strings inside other words."""
        if isinstance(entry, Short):
            return abbreviations.stands(entry.text, text, name)
        return not isinstance(entry, English) or entry.plausible(text)

    def _masked(self, name: str) -> list[Short]:
        """The abbreviations that a name with digits or signs may hide."""
        if name.isascii() or not self._shorts or not abbreviations.masked(name):
            return []
        return [short for _, shorts in self._leet.iter(abbreviations.leet(name)) for short in shorts]

    def rule(self, name: Context, found: Sequence[Token], hits: Sequence[LatinHit]) -> NameMatch | None:
        """The answer that the Latin letters of a name give, None when they say nothing."""
        review: NameMatch | None = None
        for hit in hits:
            entry = hit.entry
            match: NameMatch | None
            if isinstance(entry, Short):
                match = self._short(entry, name, found)
            elif isinstance(entry, English):
                match = self._english(entry, name, found)
            else:
                match = self._spelled(entry, name, found)
            if match and match.flagged:
                return match
            review = review or match
        return review

    def _short(self, short: Short, name: Context, found: Sequence[Token]) -> NameMatch | None:
        got = abbreviations.judge(short, found, name, False)
        if not got:
            got = abbreviations.disguised(short, name)
        return self._of_short(got, name) if got else None

    def _of_short(self, got: Found, name: Context) -> NameMatch:
        school = self._schools[got.short.school]
        target = f"{school.name}的英文缩写“{got.short.written}”"
        flagged = got.verdict is NameVerdict.FLAG
        ways = "" if got.kind is NameKind.ABBREVIATION else f"（写作“{got.shown}”，{got.kind.label}）"
        why = f"名称使用了{target}{ways}（{got.kind.label}）。"
        if ways:
            why = f"名称以“{got.shown}”的写法（{got.kind.label}）使用或模仿了{target}。"
        if not flagged:
            also = "、".join(got.short.rivals[:3])
            why = f"名称可能使用了{target}，但{got.because or '其他学校也用这一缩写'}{'，也可能指' + also if also else ''}，需人工判断。"
        return NameMatch(
            name.name, got.verdict, flagged, school.code, got.short.written, got.kind, 0.9 if flagged else 0.5, why
        )

    def _english(self, entry: English, name: Context, found: Sequence[Token]) -> NameMatch | None:
        if not english.find(entry, found):
            return None
        school = self._schools[entry.school]
        plain = "".join(ch if ch.isalnum() else " " for ch in entry.written.lower()).split()
        written = [token.text for token in found if not token.spaced]
        exact = "".join(plain) in "".join(written)
        if not exact:
            other = self._english_rival(entry, written, found)
            if other:
                why = f"名称是“{other}”的英文名称，不认定为使用“{entry.written}”。"
                return NameMatch(name.name, why=why, other_entity=other)
        how = "使用了" if exact else "以改写、缩写或错拼的形式使用或模仿了"
        why = f"名称{how}{school.name}的英文名称“{entry.written}”（英文名称）。"
        return NameMatch(
            name.name, NameVerdict.FLAG, True, school.code, entry.written, NameKind.ENGLISH, 1.0 if exact else 0.85, why
        )

    def _english_rival(self, entry: English, written: Sequence[str], found: Sequence[Token]) -> str | None:
        """Another institution whose English name, or whose abbreviation made of the initials, this is."""
        school = self._schools[entry.school]
        joined = f" {' '.join(written)} ".replace(" of ", "+of ")  # Dalian University is not in Dalian University of X
        letters = english.initials(found)
        home = self._judge.home(entry.school)
        for item, names, shorts in _english_names():
            theirs = any(name in joined for name in names) or (item.province == home and letters in shorts)
            if theirs and item.name != school.name and not self._judge.mine(entry.school, folded(item.name)):
                return item.name
        return None

    def _spelled(self, entry: Spelling, name: Context, found: Sequence[Token]) -> NameMatch | None:
        for at in spelled.places(found, entry.text):
            text = spelled.stream(found)[0]
            longer, names = spelled.rivals(text, at, entry.text)
            others = tuple(n for n in names if not self._judge.mine(entry.school, folded(n)))
            school = self._schools[entry.school]
            if others and longer:
                why = f"名称是“{others[0]}”的拼音，不认定为使用“{entry.written}”。"
                return NameMatch(name.name, why=why, other_entity=others[0])
            target = f"{school.name}的名称“{entry.written}”"
            if others:
                why = f"名称的拼音可能指{target}，也可能指{'、'.join(others[:3])}，需人工判断。"
                return NameMatch(
                    name.name, NameVerdict.REVIEW, False, school.code, entry.written, NameKind.PINYIN, 0.5, why
                )
            why = f"名称以拼音“{entry.text}”拼写，使用或模仿了{target}（拼音）。"
            return NameMatch(name.name, NameVerdict.FLAG, True, school.code, entry.written, NameKind.PINYIN, 0.9, why)
        return None


@cache
def _english_names() -> list[tuple[Institution, tuple[str, ...], tuple[str, ...]]]:
    """Every institution with an English name or abbreviation, these in lower case, the names between blanks."""
    return [
        (i, tuple(f" {' '.join(n.lower().split())} " for n in i.english), tuple(a.lower() for a in i.abbreviation))
        for i in institutions()
        if i.english or i.abbreviation
    ]


def _stems(name: English) -> Iterable[str]:
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
        if len(term.text) >= spelled.LEAST and term.role is not Role.CONTESTED:
            for way in spelled.spellings(term.text):
                yield Spelling(term.school, term.written, way)
    for at, school in enumerate(schools):
        for written in school.names.pinyin:
            text = "".join(ch for ch in "".join(map(FOLD.__getitem__, written)) if ch.isalpha() and not is_han(ch))
            if len(text) > 5:
                yield Spelling(at, written, text)
