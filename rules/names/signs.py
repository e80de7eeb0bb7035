"""Abbreviations whose letters are built of digits and signs, as B1T校园墙 or |)UT校园墙, read backwards from the campus word."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from rules.names.fold import FOLD
from rules.names.tables import signs

LONGEST = 48  # signs looked at before a campus word: eight letters of six signs
_RUN = re.compile(r"[^\s\u3400-\u9fff]{2,}(?=\s{0,2}[\u3400-\u9fff])")


@dataclass(slots=True)
class _Node:
    """One letter of the tree of abbreviations, read from their ends; `ends` are those that begin here."""

    next: dict[str, "_Node"] = field(default_factory=dict)
    ends: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Signed:
    """An abbreviation that lies, letters and signs mixed, at start..end of the name; the campus word begins after it."""

    text: str
    start: int
    end: int


@cache
def _spellings() -> dict[str, tuple[tuple[str, str], ...]]:
    """Last sign → (spelling, letter), the letters themselves included."""
    found: dict[str, list[tuple[str, str]]] = {}
    for letter, ways in signs().items():
        for way in (letter, *ways):
            found.setdefault(way[-1], []).append((way, letter))
    return {last: tuple(ways) for last, ways in found.items()}


@cache
def _marks() -> frozenset[str]:
    """What a name must hold for one of its letters to be built: a digit, a sign, or the V of VV; full-width ones too."""
    ways = [way for ways in signs().values() for way in ways]
    used = {sign for way in ways for sign in way if not sign.isalpha()} | {w for w in ways if len(w) == 1} | set("vV")
    wide = {chr(ord(sign) + 0xFEE0) for sign in used if "!" <= sign <= "~"}
    return frozenset(used | wide | {sign.upper() for sign in used})


@cache
def _plain(char: str) -> str:
    """One sign for one sign, so that offsets stay: small letters, full-width and styled ones made plain."""
    known = _spellings()
    for way in (char.lower(), FOLD[char], unicodedata.normalize("NFKC", char).lower()):
        if len(way) == 1 and way in known:
            return way
    folded = FOLD[char]
    return folded if len(folded) == 1 else char


class SignReader:
    """Finds abbreviations of two signs or more of which at least one letter is none."""

    def __init__(self, shorts: Sequence[str]) -> None:
        """`shorts`: the abbreviations in small letters."""
        self._root = _Node()
        for text in shorts:
            node = self._root
            for letter in reversed(text):
                node = node.next.setdefault(letter, _Node())
            node.ends.append(text)

    def find(self, name: str) -> list[Signed]:
        """Every reading of what stands before a Chinese word, the longest first."""
        found: list[Signed] = []
        if _marks().isdisjoint(name):
            return found
        for run in _RUN.finditer(name):
            start = max(run.start(), run.end() - LONGEST)
            text = "".join(map(_plain, name[start : run.end()]))
            if text.isdigit() or len(text) != run.end() - start:
                continue
            found += [Signed(short, start + at, run.end()) for short, at in self._readings(text)]
        return sorted(found, key=lambda f: (-len(f.text), f.start, f.text))

    def _readings(self, text: str) -> Iterator[tuple[str, int]]:
        """Abbreviation and offset, for all that end where the text does; the letter before is not a letter or digit."""
        seen: set[tuple[int, int]] = set()
        todo = [(self._root, len(text))]
        while todo:
            node, end = todo.pop()
            if (id(node), end) in seen:
                continue
            seen.add((id(node), end))
            if node.ends and not text[max(0, end - 1) : end].isalnum() and text[end:] not in node.ends:
                yield from ((short, end) for short in node.ends)
            for way, letter in _spellings().get(text[end - 1], ()) if end else ():
                if letter in node.next and text.endswith(way, 0, end):
                    todo.append((node.next[letter], end - len(way)))
