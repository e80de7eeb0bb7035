"""The matcher: names in, answers out. One sieve for all names; the costly questions only for the few it keeps."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import islice
from operator import or_

from rules.names import explain
from rules.names.abbreviations import Abbreviation
from rules.names.claims import TermMatch, altered, exact, inside, likely, ranked
from rules.names.context import NameContext
from rules.names.facts import MatchDecision, SchoolFacts
from rules.names.fold import FOLD, MAX_UNITS, NameUnit, units
from rules.names.index import LATIN, ODD, TermIndex
from rules.names.judge import ChineseNameJudge
from rules.names.latin import LatinHit, LatinIndex
from rules.names.latin_judge import LatinJudge
from rules.names.model import NameKind, NameMatch, NameVerdict, clear
from rules.names.pinyin import split
from rules.names.protected import ProtectedSchool
from rules.names.terms import Term, TermRole, all_terms, folded

_ORDER = {NameVerdict.FLAG: 0, NameVerdict.REVIEW: 1, NameVerdict.CLEAR: 2}
MAX_LENGTH = MAX_UNITS  # characters of a name that are judged; no platform lets anybody have a longer one
_LETTERS = re.compile(r"[a-z]+")


_XIAN = ("xi", "an")
"""Xian is 西安 oftener than any single character that sounds so."""


def _spelled(found: Sequence[NameUnit], terms: Sequence[Term]) -> list[NameUnit]:
    """The units with runs of letters cut into pinyin syllables where they are nothing but pinyin."""
    made: list[NameUnit] = []
    two = any("西安" in term.text for term in terms)
    for unit in found:
        parts = split(unit.text) if _LETTERS.fullmatch(unit.text) else ()
        parts = (*_XIAN, *parts[1:]) if two and parts[:1] == ("xian",) else parts
        if len(parts) < 2:
            made.append(unit)
            continue
        made += [NameUnit(p, unit.start, unit.end, unit.gap and not n, unit.raw) for n, p in enumerate(parts)]
    return made


class Matcher:
    """Screens names against the protected names of `schools`; keep one and reuse it."""

    def __init__(self, schools: Sequence[ProtectedSchool]) -> None:
        """Builds the sieve; the word lists are read when the first doubtful name comes."""
        self._schools = tuple(schools)
        self._index = TermIndex(all_terms(self._schools))
        self._masks = self._index.__getitem__
        facts = SchoolFacts(self._schools)
        self._judge = ChineseNameJudge(facts)
        self._latin = LatinIndex(self._schools)
        self._latin_judge = LatinJudge(self._schools, facts)

    def screen_all(self, names: Iterable[str]) -> Iterator[NameMatch]:
        """`screen` for each name, in order."""
        return map(self.screen, names)

    def screen(self, name: str) -> NameMatch:
        """What this name is, for any string whatever; never raises.

        Of more than MAX_LENGTH visible characters the first are judged, and the answer says so.
        """
        if len(name) > MAX_LENGTH:
            return self._overlong(name)
        covered = 0
        if not name.isascii():
            covered = reduce(or_, map(self._masks, name))
            if not covered & LATIN:
                terms = self._index.candidates(covered, name) if covered & (covered >> 1 | ODD) else []
                terms = likely(terms, folded(name)) if terms else terms
                return self._decide(name, terms, ()) if terms else clear(name)
        hits = self._latin.hits(name)
        terms = self._index.candidates(covered | self._sounded(name)) if covered > LATIN else []
        return self._decide(name, terms, hits) if hits or terms else clear(name)

    def _overlong(self, name: str) -> NameMatch:
        """The answer for a line that is no name: what it begins with is judged, signs that cannot be seen left out."""
        seen = "".join(islice((char for char in name if FOLD[char]), MAX_LENGTH + 1))
        match = self.screen(seen[:MAX_LENGTH])
        if len(seen) <= MAX_LENGTH or match.verdict is not NameVerdict.CLEAR:
            return replace(match, name=name)
        why = f"名称过长，只比对了前 {MAX_LENGTH} 个字符，其中未发现使用或模仿受保护名称。"
        return NameMatch(name, why=why, other_entity=match.other_entity)

    def _sounded(self, name: str) -> int:
        """The mask of the pinyin syllables in a name of mixed writing."""
        covered = 0
        for run in _LETTERS.findall("".join(map(FOLD.__getitem__, name))):
            parts = split(run)
            for syllable in (*parts, *_XIAN) if "xian" in parts else parts:
                covered |= self._index.of(syllable)
        return covered

    def _decide(self, name: str, terms: Sequence[Term], hits: Sequence[LatinHit]) -> NameMatch:
        found = _spelled(units(name), terms) if terms else units(name)
        context = NameContext(name, found)
        ruling = self._rule(context, terms, hits) if terms else None
        if ruling and ruling.verdict is NameVerdict.FLAG:
            return self._answer(context, ruling)
        latin = self._latin_judge.rule(context, context.letters, hits) if hits else None
        if latin and (not ruling or latin.verdict is NameVerdict.FLAG or ruling.verdict is NameVerdict.CLEAR):
            return latin
        return self._answer(context, ruling) if ruling else clear(name)

    def _rule(self, context: NameContext, terms: Sequence[Term], hits: Sequence[LatinHit]) -> MatchDecision | None:
        plain = exact(context.line, terms)
        best: MatchDecision | None = None
        seconds = {
            hit.school for hit in hits if isinstance(hit.entry, Abbreviation) and hit.entry.text in context.tokens
        }
        for claims in (plain, altered([u.text for u in context.units], context.line, terms)):
            for claim in ranked(claims):
                if inside(claim, plain):
                    continue
                seconded = claim.term.school in seconds or self._seconded(claim, plain)
                ruling = self._judge.rule(claim, context, seconded)
                if ruling and (best is None or _ORDER[ruling.verdict] < _ORDER[best.verdict]):
                    best = ruling
                if best and best.verdict is NameVerdict.FLAG:
                    return best
            if best and any(not c.cost and c.term.long for c in plain):
                return best
        return best

    @staticmethod
    def _seconded(claim: TermMatch, plain: Sequence[TermMatch]) -> bool:
        """Another exact, uncontested name of the same school, elsewhere in the name."""
        return any(
            o.term.school == claim.term.school and o.term.role not in (TermRole.CONTESTED, TermRole.CORE) and not o.cost
            and (o.end <= claim.start or claim.end <= o.start)
            for o in plain
        )  # fmt: skip

    def _answer(self, context: NameContext, ruling: MatchDecision) -> NameMatch:
        claim, name = ruling.claim, context.name
        school = self._schools[claim.term.school]
        if ruling.verdict is NameVerdict.CLEAR:
            why = explain.cleared(claim, ruling.because)
            return NameMatch(name, NameVerdict.CLEAR, False, why=why, other_entity=ruling.other)
        kind: NameKind
        kind, why = explain.used(name, context.units, claim, school.name)
        score = round(max(0.0, 1 - claim.cost / len(claim.term.text)), 3)
        if ruling.verdict is NameVerdict.REVIEW:
            why = explain.doubtful(claim, ruling.because, school.name, ruling.rivals)
            score = min(score, 0.5)
        flagged = ruling.verdict is NameVerdict.FLAG
        return NameMatch(name, ruling.verdict, flagged, school.code, claim.term.written, kind, score, why, ruling.other)
