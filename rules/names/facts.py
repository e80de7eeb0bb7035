"""What each school may call its own, where it is, and what a ruling looks like."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.names.claims import TermMatch
from rules.names.context import NameContext
from rules.names.model import NameVerdict
from rules.names.protected import ProtectedSchool
from rules.names.tables import institutions
from rules.names.terms import folded, own, places

FLAG, REVIEW, CLEAR = NameVerdict.FLAG, NameVerdict.REVIEW, NameVerdict.CLEAR


@dataclass(frozen=True, slots=True)
class MatchDecision:
    """A verdict on one claim; `because` is the Chinese clause that explains doubt, `other` who owns the span."""

    verdict: NameVerdict
    claim: TermMatch
    because: str = ""
    other: str | None = None
    rivals: tuple[str, ...] = ()


class SchoolFacts:
    """The schools' own names, places and hints, and the table's facts about all other institutions."""

    def __init__(self, schools: Sequence[ProtectedSchool]) -> None:
        """Looks each school up in the institution table; one that is not there is placed by its name."""
        table = {item.name: item for item in institutions()}
        self._own = [own(school) for school in schools]
        self._full = [tuple(folded(n) for n in (s.name, *s.names.full)) for s in schools]
        self._home = [table[s.name].province if s.name in table else self._guess(s.name) for s in schools]
        self._campuses = {folded(i.name) for i in table.values() if i.kind == "campus"}
        self.hints = [tuple(folded(h) for h in s.names.hints) for s in schools]
        self.letters = {i.name: frozenset(a.lower() for a in i.abbreviation) for i in table.values()}
        self.province = {i.name: i.province for i in table.values()}

    @staticmethod
    def _guess(name: str) -> str:
        return next((places()[name[:n]] for n in (3, 2) if name[:n] in places()), "")

    def home(self, school: int) -> str:
        """The province of a school, '' when it is not known."""
        return self._home[school]

    def mine(self, school: int, text: str) -> bool:
        """True when a name in the institution table is this school's own, or a campus of it."""
        campus = text in self._campuses and any(text.startswith(full) for full in self._full[school])
        return campus or text in self._own[school] or text in self._full[school]

    def local(self, claim: TermMatch, name: NameContext) -> bool:
        """A campus, street or city of the school is named beside the claim."""
        rest = f"{name.line[: claim.start]}\n{name.line[claim.end :]}"
        school = claim.term.school
        return self._home[school] in name.provinces(claim) or any(hint in rest for hint in self.hints[school])
