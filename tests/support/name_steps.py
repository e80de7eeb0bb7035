"""What the matcher sees in a name on its way to an answer, step by step, as text that a person can read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from rules.names import english, institution_spans, slips
from rules.names.claims import TermMatch, altered, exact, inside, likely, ranked
from rules.names.context import NameContext
from rules.names.fold import units
from rules.names.index import TermIndex
from rules.names.latin import LatinIndex
from rules.names.pinyin import split
from rules.names.protected import ProtectedSchool
from rules.names.terms import all_terms, folded


def _claim(claim: TermMatch, context: NameContext) -> str:
    edits = " ".join(f"{edit.was}>{edit.now}:{edit.kind}" for edit in claim.edits)
    return f"{claim.term.text} {claim.start}-{claim.end} {claim.cost:.2f} {claim.worth:.2f} {edits} | {' '.join(_around(claim, context))}"


def _around(claim: TermMatch, context: NameContext) -> Iterable[str]:
    words = {
        "campus": context.campus(claim.end),
        "sure": context.sure_campus(claim.end),
        "firm": context.firm(claim.end),
        "shop": context.shop(claim.end),
        "taker": context.taker(claim, 600),
        "places": ",".join(f"{place}/{province}" for province, place in context.provinces(claim).items()),
    }
    signs = {
        "campus anywhere": context.campus_anywhere(claim),
        "begins": context.begins(claim.start),
        "home": context.home(claim.start),
        "whole": context.whole(claim),
        "split": context.split(claim),
        "straddled": context.straddled(claim),
        "loose": context.loose(claim),
        "trailing": context.trailing(claim),
        "foreign": context.transliterated(claim),
    }
    yield from (f"{name}={word}" for name, word in words.items() if word)
    yield from (f"{name};" for name, told in signs.items() if told)


class NameSteps:
    """The steps for the names at hand, over the same tables that the matcher has."""

    def __init__(self, schools: list[ProtectedSchool]) -> None:
        self._terms = all_terms(schools)
        self._index = TermIndex(self._terms)
        self._latin = LatinIndex(schools)
        self._english = [
            made
            for at, school in enumerate(schools)
            for name in school.names.english
            if (made := english.make(at, name))
        ]

    def of(self, name: str) -> dict[str, list[str]]:
        """Step → what it found; steps that found nothing are left out."""
        context = NameContext(name, units(name))
        covered = reduce(or_, map(self._index.__getitem__, name), 0)
        plain = exact(context.line, self._terms)
        changed = altered([unit.text for unit in context.units], context.line, self._terms)
        steps = {
            "units": [f"{'_' if unit.gap else ''}{unit.text}@{unit.start}-{unit.end}" for unit in context.units],
            "letters": [
                f"{t.text}@{t.start}-{t.end} {t.run}.{t.at}{' capitals' if t.upper else ''}{' apart' if t.spaced else ''}"
                for t in context.letters
            ],
            "covered": [term.text for term in self._index.candidates(covered, name)],
            "covered loosely": [term.text for term in self._index.candidates(covered)],
            "likely": [term.text for term in likely(self._terms, folded(name))],
            "plain": [_claim(claim, context) for claim in ranked(plain)],
            "changed": [_claim(claim, context) for claim in ranked(changed)],
            "inside": [claim.term.text for claim in (*plain, *changed) if inside(claim, plain)],
            "owners": sorted({f"{o.text} {o.start}-{o.end} {o.name}" for o in context.owners})[:8],
            "nearest": [
                f"{o.text} {o.start}-{o.end} {o.worth:.2f}"
                for o in institution_spans.nearest(tuple(unit.text for unit in context.units[:18]))[:3]
            ],
            "hits": [
                f"{hit.entry.written}{f' {hit.signed.start}-{hit.signed.end}' if hit.signed else ''}"
                for hit in self._latin.hits(name)
            ],
            "english": [f"{n.written} {sure}" for n in self._english if (sure := english.find(n, context.letters))],
            **self._spelled([token.text for token in context.letters]),
        }
        return {step: found for step, found in steps.items() if found}

    def _spelled(self, letters: list[str]) -> dict[str, list[str]]:
        wanted = sorted({word for name in self._english for word in name.words})
        return {
            "canonical": english.canonical(letters),
            "syllables": [" ".join(parts) for text in letters if (parts := split(text))],
            "slips": [f"{w}~{got} {sure}" for got in letters for w in wanted if (sure := slips.likeness(w, got))],
        }
