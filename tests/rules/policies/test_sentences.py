"""docs/policies.md says of every sentence of the five regulations what became of it, and says it truly.

A row is held against the policy both ways: what it names must stand in the file, on a quotation of that very sentence;
and what the file quotes must be named by the row of the sentence it is quoted from.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rules.policies.loader import bundled_policy
from rules.policies.schema import Policy
from tests.support.policies import SCHOOLS

PAGE = Path(__file__).parents[3] / "docs" / "policies.md"
ROW = re.compile(r"^\| ((?:第|附件)\S*) \| (.+?) \| (.+) \|$", re.M)
CONTINUED = "由人判断（同条上文）"
NOTHING = "不涉及账号"
Kind = str
Quotation = tuple[Kind, str, str, str]
"""What the policy makes of a sentence: kind, name, clause, the sentence it quotes."""


@dataclass(frozen=True)
class Row:
    clause: str
    begins: str
    became: tuple[str, ...]
    start: int
    end: int
    """The place of the sentence in the text without spaces: up to the next row's."""

    @property
    def article(self) -> str:
        return self.clause.partition("(")[0]


def table(code: str) -> list[tuple[str, str, str]]:
    """(clause, beginning of the sentence, what became of it) of one school."""
    text = PAGE.read_text("utf-8").split("## Every sentence", 1)[1]
    (part,) = [part for part in text.split("\n### ")[1:] if part.startswith(f"`{code}`")]
    return ROW.findall(part)


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


def regulation(code: str, shared: Path) -> str:
    return plain((shared / "regulations" / f"{code}.txt").read_text("utf-8"))


def rows(code: str, text: str) -> list[Row]:
    """The table with the place of each sentence; rows stand in the order of the text."""
    found, at = [], text.index("第一条")
    for clause, begins, became in table(code):
        start = text.find(plain(begins), at)
        assert start >= 0, (clause, begins)
        found.append((clause, begins, tuple(became.split("；")), start))
        at = start + len(plain(begins))
    ends = [row[3] for row in found[1:]] + [len(text)]
    return [Row(*row, end) for row, end in zip(found, ends, strict=True)]


def quotations(policy: Policy) -> Iterator[Quotation]:
    """Everything in the file that rests on a sentence of the regulation."""
    for clause in policy.clauses:
        yield "rule", clause.rule, clause.clause, clause.sentence
    for check in policy.human:
        yield {"unit": "由人判断", "office": "主管部门"}[check.duty], check.asks, check.clause, check.sentence
    for ladder in policy.ladders.values():
        for step in ladder:
            if step.sentence:
                yield "督办级次", step.label, step.clause, step.sentence
    for way in policy.routes:
        yield "监管单位", way.to, way.clause, way.sentence
    for form in policy.register_fields:
        yield "台账字段", "", form.clause, form.sentence
    if policy.definition:
        yield "适用范围", "", policy.definition.clause, policy.definition.sentence


def named(outcome: str) -> tuple[Kind, str] | None:
    """What one part of a row says became of the sentence; None where it is nothing of the file's."""
    outcome = outcome.removesuffix("（待学校确认）").removesuffix("（主管部门）")
    if outcome == CONTINUED or outcome.startswith(NOTHING):
        return None
    if rule := re.fullmatch(r"`(\w+)`", outcome):
        return "rule", rule[1]
    if judged := re.fullmatch(r"(由人判断|主管部门)：(.+)", outcome):
        return judged[1], judged[2]
    if other := re.fullmatch(r"(督办级次|监管单位) (.+)", outcome):
        return other[1], other[2]
    if outcome in ("台账字段", "适用范围"):
        return outcome, ""
    raise AssertionError(f"no known outcome: {outcome}")


def touches(row: Row, sentence: str, text: str) -> bool:
    """The quotation lies in the row's sentence, at least in part."""
    sentence, at = plain(sentence), -1
    while (at := text.find(sentence, at + 1)) >= 0:
        if at < row.end and at + len(sentence) > row.start:
            return True
    return False


@pytest.mark.parametrize("code", SCHOOLS)
def test_what_a_row_names_is_quoted_from_its_sentence(code: str, shared: Path) -> None:
    text, known = regulation(code, shared), list(quotations(bundled_policy(code)))
    wrong = []
    for row in rows(code, text):
        for kind, name in filter(None, map(named, row.became)):
            on = [q for q in known if q[:2] == (kind, name) and q[2].partition("(")[0] == row.article]
            if not any(touches(row, sentence, text) for *_, sentence in on):
                wrong.append((row.clause, row.begins, kind, name))
    assert not wrong


@pytest.mark.parametrize("code", SCHOOLS)
def test_what_the_file_quotes_is_named_by_a_row_of_the_sentence(code: str, shared: Path) -> None:
    text = regulation(code, shared)
    places = rows(code, text)
    wrong = []
    for kind, name, clause, sentence in quotations(bundled_policy(code)):
        here = [row for row in places if row.article == clause.partition("(")[0] and touches(row, sentence, text)]
        if not any((kind, name) in map(named, row.became) for row in here):
            wrong.append((clause, kind, name, sentence))
    assert not wrong


@pytest.mark.parametrize("code", SCHOOLS)
def test_what_waits_for_the_school_and_what_the_office_owes_is_said(code: str, shared: Path) -> None:
    clauses, places = bundled_policy(code).clauses, rows(code, regulation(code, shared))
    waiting = {(c.clause, c.rule) for c in clauses if c.school_to_confirm}
    owed = {(c.clause, c.rule) for c in clauses if c.duty == "office"}
    for mark, meant in (("（待学校确认）", waiting), ("（主管部门）", owed)):
        said = {(r.clause, part.split("`")[1]) for r in places for part in r.became if part.endswith(mark)}
        assert said == meant


@pytest.mark.parametrize("code", SCHOOLS)
def test_a_row_that_leans_on_the_one_before_has_one_before(code: str, shared: Path) -> None:
    held = ""
    for row in rows(code, regulation(code, shared)):
        if CONTINUED in row.became:
            assert held == row.article, (row.clause, row.begins)
        elif any(part.startswith("由人判断：") for part in row.became):
            held = row.article


@pytest.mark.parametrize("code", SCHOOLS)
def test_no_sentence_of_the_regulation_is_left_out(code: str, shared: Path) -> None:
    """A sentence ends with 。or ；: each has a row that begins in it. Headings and the blanks of a form end with neither."""
    text = regulation(code, shared)
    begins = {row.start for row in rows(code, text)}
    left = [
        piece[0]
        for piece in re.finditer(r"[^。；]+[。；]", text[text.index("第一条") :])
        if not begins & set(range(piece.start() + text.index("第一条"), piece.end() + text.index("第一条")))
    ]
    assert not left
