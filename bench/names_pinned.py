"""`python -m bench.names_pinned`: writes the answers, and the steps to them, that `tests/rules/names/test_pinned_answers.py` holds.

The names are those that the tests of the matcher speak of, imitations drawn by kind, and names that only look like one: of each sort of answer
(kind, score, wording without what it quotes) a few. Whoever changes an answer on purpose writes them anew and reads the difference.
"""

from __future__ import annotations

import ast
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.names_attacks import Attacks, disguised_others, everyday, imitations
from bench.names_disguises import borders, disguises
from rules.names import Matcher, NameVerdict
from rules.names.tables import words
from tests.support.name_steps import NameSteps
from tests.support.names import protected

TESTS = Path(__file__).parent.parent / "tests" / "rules" / "names"
PINNED, STEPS = TESTS / "pinned_answers.jsonl", TESTS / "pinned_steps.jsonl"
SEED = 7
EACH = {NameVerdict.FLAG: 2, NameVerdict.REVIEW: 8, NameVerdict.CLEAR: 30}
"""Names kept of one sort of answer from one source."""
OTHERS = 800
"""Disguised names of other institutions that are looked at: each sort of answer is among them."""

COMBINED, STEP = 12000, 3
"""Names put between words, drawn by chance from every third word of the lists."""
LISTS = (
    "foreign", "intro", "campus", "campus_weak", "company", "big", "after", "after_place", "after_not", "translit", "place_last",
    "latin_campus", "latin_intro", "campus_code", "acronym",
)  # fmt: skip


def _written() -> Iterator[str]:
    for file in sorted(TESTS.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and 1 < len(node.value) < 40:
                yield node.value


def _sources() -> Iterator[tuple[str, list[str]]]:
    schools, attacks = protected(), Attacks(SEED)
    yield "written", list(_written())
    for school in schools:
        yield f"{school.code} imitated", [row.name for row in imitations(school, attacks)]
        yield f"{school.code} disguised", [row.name for row in disguises(school, SEED)]
    yield "everyday", [row.name for row in everyday(schools, attacks)]
    yield "borders", [row.name for row in borders(schools)]
    others = [row.name for row in disguised_others(schools, attacks)]
    yield "others", random.Random(SEED).sample(others, OTHERS)
    yield "beside words", list(_beside_words())


def _beside_words() -> Iterator[str]:
    """Names and abbreviations between words of every list, with something put between them or not."""
    chance = random.Random(SEED)
    names = [
        text
        for school in protected()
        for kind in ("full", "historic", "short", "contested", "nickname", "abbreviation", "english", "pinyin")
        for text in getattr(school.names, kind)
    ]
    lists = [(*sorted(words(name))[::STEP], "") for name in LISTS]
    for _ in range(COMBINED):
        before, after, far = (chance.choice(chance.choice(lists)) for _ in range(3))
        gap = chance.choice(("", "", "", "", " ", "-", "1"))
        name = chance.choice(names)
        if chance.random() < 0.3:
            name = chance.choice((name.lower(), name[:-1], f"{name[0]}{gap}{name[1:]}", name + name[-1]))
        yield chance.choice(
            (f"{name}{gap}{after}", f"{before}{gap}{name}", f"{before}{name}{after}", f"{name}{after}{far}")
        )


def main() -> None:
    """Write the file, one answer a line."""
    matcher, counted = Matcher(protected()), Counter[tuple[object, ...]]()
    kept: dict[str, str] = {}
    for source, names in _sources():
        for name in names:
            match = matcher.screen(name)
            sort = (source, match.kind, match.score, re.sub("“[^”]*”", "“”", match.why), bool(match.other_entity))
            counted[sort] += 1
            if counted[sort] <= EACH[match.verdict] and name.isprintable():
                kept[name] = json.dumps(match.as_dict(), ensure_ascii=False)
    PINNED.write_text("".join(f"{line}\n" for line in kept.values()), "utf-8")
    steps = NameSteps(protected())
    STEPS.write_text("".join(f"{json.dumps(steps.of(name), ensure_ascii=False)}\n" for name in kept), "utf-8")
    print(f"{len(kept)} answers")


if __name__ == "__main__":
    main()
