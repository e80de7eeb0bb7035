"""The goals, measured on the shared names; the same figures as `python -m bench.names` prints."""

from collections import Counter
from pathlib import Path

import pytest

from bench.names_attacks import Attacks, disguised_others, everyday, imitations
from bench.names_peers import ours, partial
from bench.names_scores import by_category, counts, rates
from bench.names_sets import drawn_schools, labelled, labelled_schools, table
from rules.names import Matcher, ProtectedNames, ProtectedSchool
from rules.names.tables import institutions
from tests.support.names import protected

ENGLISH = {
    "plain": lambda name: name,
    "glued": lambda name: name.replace(" ", ""),
    "hyphens": lambda name: name.lower().replace(" ", "-"),
    "cut": lambda name: name.replace("University", "Univ.").replace("Technology", "Tech"),
    "slip": lambda name: name.replace("University", "Unviersity"),
}


def test_labelled_names(shared: Path) -> None:
    rows, predict = labelled(shared), ours(labelled_schools(shared))
    answers = [predict(row.name) for row in rows]
    right, wrong, missed = counts(rows, answers, 0.5)
    assert right / (right + wrong) >= 0.99
    assert right / (right + missed) >= 0.98
    caught, total = Counter[str](), Counter[str]()
    for row, (score, _) in zip(rows, answers, strict=True):
        if row.school:
            total[row.category] += 1
            caught[row.category] += score > 0
    low = {c: f"{caught[c]}/{n}" for c, n in total.items() if caught[c] < 0.95 * n and n - caught[c] > 2}
    assert low == {}


def test_no_real_account_is_accused(shared: Path) -> None:
    matcher = Matcher(labelled_schools(shared))
    accounts = table(shared / "names/real_accounts.tsv")
    wrong = [a["name"] for a in accounts if a["gold"] == "none" and matcher.screen(a["name"]).flagged]
    missed = [a["name"] for a in accounts if a["gold"] == "use" and not matcher.screen(a["name"]).flagged]
    assert len(wrong) <= len(accounts) / 10_000, wrong
    assert len(missed) <= 2, missed


def test_schools_nobody_tuned_for(shared: Path) -> None:
    drawn, attacks = drawn_schools(23, 40), Attacks(23)
    uses = [row for school in drawn for row in imitations(school, attacks)]
    predict = ours(drawn)
    answers = [predict(row.name) for row in uses]
    assert sum(score > 0 for score, _ in answers) / len(uses) >= 0.96
    low = {key[0]: n for key, n in by_category(uses, answers).items() if n[0] < 0.8 * n[1] and n[1] > 5}
    assert low == {}
    others = [*[*disguised_others(drawn, attacks)][::6], *everyday(drawn, attacks)]
    assert [row.name for row in others if predict(row.name)[0]] == []


@pytest.mark.parametrize("disguise", ENGLISH)
def test_no_english_name_is_flagged_for_another(disguise: str) -> None:
    schools = protected()
    matcher, names = Matcher(schools), {school.code: school.name for school in schools}
    found = [(item, matcher.screen(ENGLISH[disguise](english))) for item in institutions() for english in item.english]
    wrong = [(i.name, m.why) for i, m in found if m.flagged and not i.name.startswith(names[str(m.school)])]
    assert len(found) > 400
    assert wrong == []


def test_a_lookalike_of_a_school_outside_the_table() -> None:
    schools = [
        ProtectedSchool(code="demo", name="示范大学", names=ProtectedNames.model_validate({"full": ("示范大学",)}))
    ]
    matcher = Matcher(schools)
    assert matcher.screen("亍范大学").flagged
    assert not matcher.screen("师范大学").flagged


def test_speed_beside_partial_ratio_and_with_a_hundred_more_schools(shared: Path) -> None:
    schools = labelled_schools(shared)
    names = [row["name"] for row in table(shared / "names/general.tsv")][::4]
    many = Matcher([*schools, *drawn_schools(1, 100, {s.name for s in schools})])
    few, more, other = rates(names, Matcher(schools).screen, many.screen, partial(schools))
    assert few > 3 * other
    assert few < 3 * more  # bench.names shows the ratio over all names; this only catches a loop over schools
