"""The drafts of the five regulations beside the policy files made by hand."""

import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from rules.policies.draft.assemble import draft_of
from rules.policies.draft.model import Draft, DraftClause
from rules.policies.draft.text import read_regulation, school_in
from rules.policies.loader import bundled_policy, load_policy
from rules.policies.schema import Clause
from tests.support.policies import SCHOOLS

DERIVED = ("closed_but_live", "vanished")
"""Rules for all five that rest on no sentence of their own: a person adds them."""


@cache
def drafted(code: str, shared: Path) -> Draft:
    text = read_regulation((shared / "regulations" / f"{code}.txt").read_text("utf-8"))
    known = school_in(text)
    assert known
    return draft_of(text, code, known.name, known, date(2030, 1, 1))


def by_place(draft: Draft) -> dict[tuple[str, str], DraftClause]:
    return {(clause.article, clause.rule): clause for clause in draft.clauses}


def numbers(settings: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in settings.items() if name in ("limit", "minimum", "workdays", "months")}


def stated(code: str) -> list[Clause]:
    return [clause for clause in bundled_policy(code).clauses if clause.rule not in DERIVED]


def test_every_clause_that_a_sentence_states_is_found(shared: Path) -> None:
    missing = [
        (code, clause.clause, clause.rule)
        for code in SCHOOLS
        for clause in stated(code)
        if (clause.clause, clause.rule) not in by_place(drafted(code, shared))
    ]
    assert missing == []
    whole = sum(len(bundled_policy(code).clauses) for code in SCHOOLS)
    assert sum(len(stated(code)) for code in SCHOOLS) >= 0.8 * whole


def test_no_number_differs_from_ours(shared: Path) -> None:
    wrong = []
    for code in SCHOOLS:
        found = by_place(drafted(code, shared))
        for clause in bundled_policy(code).clauses:
            ours = found.get((clause.clause, clause.rule))
            if ours and numbers(dict(ours.settings)) != numbers(clause.settings):
                wrong.append((code, clause.clause, clause.rule, ours.settings))
    assert wrong == []


def test_a_clause_that_is_not_ours_waits_for_the_school(shared: Path) -> None:
    for code in SCHOOLS:
        ours = {(clause.clause, clause.rule) for clause in bundled_policy(code).clauses}
        assert all(clause.waits for place, clause in by_place(drafted(code, shared)).items() if place not in ours)


def test_what_waits_in_our_files_waits_in_the_draft(shared: Path) -> None:
    for code in SCHOOLS:
        found = by_place(drafted(code, shared))
        for clause in bundled_policy(code).clauses:
            ours = found.get((clause.clause, clause.rule))
            assert not (clause.school_to_confirm and ours) or ours.waits, (code, clause.clause, clause.rule)


@pytest.mark.parametrize("code", SCHOOLS)
def test_levels_and_platforms_are_not_wider_than_ours(code: str, shared: Path) -> None:
    found = by_place(drafted(code, shared))
    for clause in stated(code):
        ours = found[(clause.clause, clause.rule)]
        assert not clause.only.levels or ours.levels == clause.only.levels, clause.clause
        assert set(clause.only.platforms) not in ({"group"}, {"website"}) or ours.platforms == clause.only.platforms


@pytest.mark.parametrize("code", SCHOOLS)
def test_every_sentence_stands_somewhere_and_word_for_word(code: str, shared: Path) -> None:
    draft = drafted(code, shared)
    text = re.sub(r"\s", "", (shared / "regulations" / f"{code}.txt").read_text("utf-8"))
    quoted = [clause.sentence for clause in draft.clauses] + [step.sentence for step in draft.ladder]
    assert all(sentence in text for sentence in quoted)
    parts = read_regulation((shared / "regulations" / f"{code}.txt").read_text("utf-8")).sentences
    left = {sentence.text for sentence in draft.open}
    assert all(s.text in left or any(s.text in sentence for sentence in quoted) for s in parts)
    for piece in re.findall(r"[^。；]+[。；]", text[text.index("第一条") :]):
        assert any(s.text.rstrip("。") in piece or piece.rstrip("。；") in s.text for s in parts), piece


@pytest.mark.parametrize("code", SCHOOLS)
def test_the_draft_is_a_policy(code: str, shared: Path) -> None:
    draft, ours = drafted(code, shared), bundled_policy(code)
    policy = load_policy(yaml.safe_dump(dict(draft.policy), allow_unicode=True), code)
    assert policy.auto == ""
    assert set(policy.names.abbreviation) & set(ours.names.abbreviation)
    assert policy.school == ours.school
    assert policy.regulation.title == ours.regulation.title
    assert policy.regulation.document == ours.regulation.document
    if ours.regulation.effective_to_confirm:
        assert (policy.regulation.effective, policy.regulation.effective_to_confirm) == (date(2030, 1, 1), True)
    else:
        assert policy.regulation.effective == ours.regulation.effective
    if policy.definition and ours.definition:
        websites = [("website" in d.only.platforms) for d in (policy.definition, ours.definition)]
        assert websites[0] == websites[1]
    assert (policy.definition is None) == (ours.definition is None)


def test_the_rungs_of_sias_are_read(shared: Path) -> None:
    steps = [(step.document, str(step.after)) for step in drafted("sias", shared).ladder]
    assert steps == [(step.document, str(step.after)) for step in bundled_policy("sias").ladders["silence"]]
    assert all(drafted(code, shared).ladder == () for code in SCHOOLS if code != "sias")
