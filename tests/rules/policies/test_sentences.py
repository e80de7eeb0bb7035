"""docs/policies.md says of every sentence of the five regulations what became of it, and says it truly."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from rules.policies.loader import bundled_policy
from tests.support.policies import SCHOOLS

PAGE = Path(__file__).parents[3] / "docs" / "policies.md"
ROW = re.compile(r"^\| (第\S+) \| (.+?) \| (.+) \|$", re.M)


def table(code: str) -> list[tuple[str, str, str]]:
    """(clause, beginning of the sentence, what became of it) of one school."""
    text = PAGE.read_text("utf-8").split("## Every sentence", 1)[1]
    (part,) = [part for part in text.split("\n### ")[1:] if part.startswith(f"`{code}`")]
    return ROW.findall(part)


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("code", SCHOOLS)
def test_every_rule_and_judgement_is_the_files(code: str) -> None:
    policy, rows = bundled_policy(code), table(code)
    named = {
        (clause, rule)
        for clause, _, became in rows
        for rule in re.findall(r"`([a-z]\w+_\w+|byline|inactivity|vanished)`", became)
    }
    missing = {(c.clause, c.rule) for c in policy.clauses} - named
    assert not missing
    assert {rule for _, rule in named} == {c.rule for c in policy.clauses}
    said = "\n".join(became for _, _, became in rows)
    assert [check.asks for check in policy.human if check.asks not in said] == []


@pytest.mark.parametrize("code", SCHOOLS)
def test_no_sentence_of_the_regulation_is_left_out(code: str, shared: Path) -> None:
    text = plain((shared / "regulations" / f"{code}.txt").read_text("utf-8"))
    places, at = [], text.index("第一条")
    for clause, begins, _ in table(code):
        found = text.find(begins, at)
        assert found >= 0, (clause, begins)
        places.append(found)
        at = found + len(begins)
    for (one, begins, _), (here, there) in zip(table(code), pairwise(places), strict=False):
        skipped = text[here:there].partition("。")[2]  # a chapter's and an article's heads may lie between
        assert "。" not in skipped, (one, begins, skipped)
        assert len(skipped) < 30, (one, begins, skipped)
