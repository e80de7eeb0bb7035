"""The protected terms of all schools, as the matcher uses them: folded, with a role, and with who else uses them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from rules.names.fold import FOLD, GAP
from rules.names.protected import ProtectedSchool
from rules.names.tables import Institution, institutions, words
from rules.names.word_list import frequencies


class TermRole(IntEnum):
    """How strong a term is."""

    FULL = 0
    HISTORIC = 1
    CORE = 2  # the full name without its generic last word: needs a campus word beside it
    SHORT = 3
    NICKNAME = 4
    CONTESTED = 5


@dataclass(frozen=True, slots=True)
class Term:
    """One protected name written in Chinese. `core` is the length without the generic last word."""

    school: int
    written: str
    text: str
    role: TermRole
    core: int
    rivals: tuple[str, ...] = ()

    @property
    def long(self) -> bool:
        """True for full and historic names: they may be imitated with more changes."""
        return self.role <= TermRole.HISTORIC


def folded(text: str) -> str:
    """The text without separators, folded."""
    return "".join(map(FOLD.__getitem__, text)).replace(GAP, "")


def core_length(text: str) -> int:
    """The length of a name without 大学, 学院, …; the whole length where too little would be left."""
    tails = [tail for tail in words("tail") if text.endswith(tail)]
    cut = max((len(tail) for tail in tails), default=0)
    return len(text) - cut if len(text) - cut >= 2 else len(text)


@cache
def sharers() -> dict[str, tuple[Institution, ...]]:
    """Every name and short name → the institutions that use it."""
    found: dict[str, list[Institution]] = {}
    for item in institutions():
        for name in {item.name, *item.short}:
            found.setdefault(folded(name), []).append(item)
    return {name: tuple(items) for name, items in found.items()}


def own(school: ProtectedSchool) -> frozenset[str]:
    """The folded names that are this school's, so that no table entry can take them away."""
    names = school.names
    every = (*names.full, *names.historic, *names.short, *names.nickname, *names.units, school.name)
    return frozenset(folded(name) for name in every)


def _rivals(text: str, school: ProtectedSchool) -> tuple[str, ...]:
    mine = {folded(name) for name in (school.name, *school.names.full)}
    return tuple(i.name for i in sharers().get(text, ()) if folded(i.name) not in mine)


def _term(at: int, school: ProtectedSchool, written: str, role: TermRole) -> Term | None:
    text = folded(written)
    if len(text) < 2 or not all(char >= "\u3400" for char in text):
        return None
    rivals = _rivals(text, school)
    if role is TermRole.SHORT and rivals:
        role = TermRole.CONTESTED
    size = core_length(text) if role <= TermRole.HISTORIC else len(text)
    size = len(text) if size < 4 else size  # 南京 alone says nothing: half the names with it are of no school
    return Term(at, written, text, role, size, rivals)


def terms_of(at: int, school: ProtectedSchool) -> list[Term]:
    """The Chinese terms of one school, the strongest role of each text kept."""
    names = school.names
    lists = (
        (TermRole.FULL, (*names.full, *names.units)),
        (TermRole.HISTORIC, names.historic),
        (TermRole.CONTESTED, names.contested),
        (TermRole.SHORT, names.short),
        (TermRole.NICKNAME, names.nickname),
    )
    found: dict[str, Term] = {}
    for role, written in lists:
        for text in written:
            term = _term(at, school, text, role)
            if term and term.text not in found:
                found[term.text] = term
    for term in [t for t in found.values() if t.role is TermRole.FULL]:
        if 4 <= term.core < len(term.text) and not sharers().get(term.text[: term.core]):
            core = term.text[: term.core]
            found.setdefault(core, Term(at, term.written, core, TermRole.CORE, term.core))
    return list(found.values())


def all_terms(schools: Sequence[ProtectedSchool]) -> list[Term]:
    """The Chinese terms of every school."""
    return [term for at, school in enumerate(schools) for term in terms_of(at, school)]


@cache
def places() -> dict[str, str]:
    """Place names → province, read off the institutions' own names: the word that two or more of one province open with."""
    seen: dict[str, dict[str, int]] = {}
    for item in institutions():
        for head in (item.name[:2], item.name[:3]) if item.province else ():
            counts = seen.setdefault(head, {})
            counts[item.province] = counts.get(item.province, 0) + 1
    told = {head: c for head, c in seen.items() if max(c.values()) >= max(2, 9 * len(c) - 8)}
    found = {head: max(c, key=lambda p: c[p]) for head, c in told.items() if frequencies().get(head) > 2}
    return found | {item.province: item.province for item in institutions() if item.province}
