"""Where protected terms may lie in a name: letter by letter first, then with changes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.names.align import (
    INSERT,
    TAIL,
    WINDOW,
    Alignment,
    Edit,
    align,
    leaving,
    lenient,
    likeness,
    stand_ins,
    strict,
    turned,
    windows,
)
from rules.names.fold import NameUnit
from rules.names.model import NameKind
from rules.names.pinyin import odd
from rules.names.terms import Term, TermRole

MOST = 24  # terms aligned in one name: the longest ones; more would only be parts of them
_TWICE = re.compile(r"(.)\1")
OTHER = "\ue000"  # stands for a run of letters or digits in the line


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term that lies, or seems to lie, at units start..end."""

    term: Term
    start: int
    end: int
    cost: float = 0.0
    edits: tuple[Edit, ...] = ()

    @property
    def worth(self) -> float:
        """How much of the text it explains, less what had to be assumed; comparable with Owner.worth."""
        gone = sum(len(edit.was) for edit in self.edits if not edit.now)
        return len(self.term.text) - gone - 1.2 * self.cost


def line_of(found: Sequence[NameUnit]) -> str:
    """The folded name with one character a unit, so that offsets are unit numbers."""
    return "".join(unit.text if unit.han else OTHER for unit in found)


def _places(line: str, text: str) -> Iterator[int]:
    at = line.find(text)
    while at >= 0:
        yield at
        at = line.find(text, at + 1)


def exact(line: str, terms: Sequence[Term]) -> list[TermMatch]:
    """Every place where a term stands letter by letter, and where only the last 学 of 大学 is missing."""
    found: list[TermMatch] = []
    for term in terms:
        text = term.text
        found += [TermMatch(term, at, at + len(text)) for at in _places(line, text)]
        if term.long and text.endswith("大学"):
            gone = (Edit("学", "", NameKind.EDITED),)
            cut = [at for at in _places(line, text[:-1]) if not line.startswith(text, at)]
            found += [TermMatch(term, at, at + len(text) - 1, TAIL, gone) for at in cut]
    return found


def _cap(term: Term) -> float:
    """The dearest alignment worth a look; the judge is stricter where there is no campus word."""
    size = len(term.text)
    if term.long:
        return 1.35 if size >= 6 else 0.90 if size == 5 else INSERT
    return 0.90 if size >= 5 else 0.80 if size == 4 else 0.70 if size == 3 else 0.0


def _shift(found: Alignment, by: int) -> Alignment:
    return Alignment(found.start + by, found.end + by, found.cost, found.edits)


def _hopeless(term: Term, text: Sequence[str], cap: float) -> bool:
    """True when too many characters of the term have nothing in the name to stand for them."""
    jokers = sum(map(odd, text))
    for was, gone in zip(term.text, leaving(term.text, *text[:1]), strict=True):
        if was not in text and stand_ins(was).isdisjoint(text):
            jokers -= 1
            cap -= gone if jokers < 0 else 0
            if cap < 0:
                return True
    return False


def likely(terms: Sequence[Term], line: str) -> list[Term]:
    """The terms that a name without Latin letters may hold at all; two characters must stand side by side."""
    once = _TWICE.sub(r"\1", line)
    return [t for t in terms if t.text[: -1 if t.long else None] in line or t.text in once or _alike(t, line)]


def _alike(term: Term, line: str) -> bool:
    if len(term.text) == 3:  # too short for anything but a change of characters, or of their order
        return any(_stands(term.text, line[at : at + 3]) for at in range(len(line) - 2))
    return len(term.text) > 3 and not _hopeless(term, line, _cap(term))


def _stands(text: str, piece: str) -> bool:
    return all(a == b or likeness(a, b) for a, b in zip(text, piece, strict=True)) or sorted(text) == sorted(piece)


def altered(text: Sequence[str], line: str, terms: Sequence[Term]) -> list[TermMatch]:
    """Every term that a stretch of the name resembles closely enough, the best place of each."""
    found: list[TermMatch] = []
    for term in [t for t in terms if len(t.text) > 2][:MOST]:
        cap = _cap(term)
        if _hopeless(term, text, cap):
            continue
        sub = lenient if term.long and len(term.text) >= 6 else strict
        places = [(align(term.text, text[at : at + WINDOW], sub, cap), at) for at in windows(len(text))]
        options = [_shift(place, at) for place, at in places if place]
        if term.long and len(term.text) >= 6:
            turn = turned(term.text, line)
            options += [turn] if turn else []
        best = min(options, key=lambda a: (round(a.cost, 6), a.start), default=None)
        if best and best.cost > 0 and best.end > best.start:
            found.append(TermMatch(term, best.start, best.end, best.cost, best.edits))
    return found


def ranked(found: list[TermMatch]) -> list[TermMatch]:
    """The claims that explain most of the name first; a plain use before an imitation."""
    return sorted(found, key=lambda c: (-round(c.worth, 6), c.cost, c.term.role, c.start, c.term.school))


def inside(claim: TermMatch, claims: Sequence[TermMatch]) -> bool:
    """True when a longer exact claim of the same school holds this one."""
    return any(
        o is not claim and o.term.school == claim.term.school and not o.cost
        and o.start <= claim.start and claim.end <= o.end and o.end - o.start > claim.end - claim.start
        and o.term.role != TermRole.CORE
        for o in claims
    )  # fmt: skip
