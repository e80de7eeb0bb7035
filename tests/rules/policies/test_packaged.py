"""The policies we ship: they load, cover every row of the clause map, and quote their regulations word for word."""

import re
from pathlib import Path

import pytest

from rules.catalogue import RULES
from rules.policies.loader import bundled_policies, bundled_policy, load_policy
from rules.policies.markdown import policy_page
from rules.policies.schema import Policy
from tests.support.policies import SCHOOLS

ROW = re.compile(r"^\| (第[^|]+|附件\d?|第五、七、十六条) \| (.+?) \| (.+?) \|", re.M)


def rows(shared: Path) -> list[tuple[str, str, str, str]]:
    """(school, clause, asks, kind) of every table row of clauses.md."""
    found = []
    for part in (shared / "clauses.md").read_text("utf-8").split("\n## ")[1:]:
        code = part.split(":", 1)[0]
        if code in SCHOOLS:
            found += [(code, clause.strip(), asks, kind) for clause, asks, kind in ROW.findall(part)]
    return found


def clauses_of(text: str) -> set[str]:
    """第五、七、十六条 stands for three articles."""
    articles = re.fullmatch(r"第(.+、.+)条", text)
    return {f"第{number}条" for number in articles[1].split("、")} if articles else {text}


@pytest.mark.parametrize("code", bundled_policies())
def test_loads(code: str) -> None:
    policy = bundled_policy(code)
    assert policy.code == code
    assert policy.version == load_policy(bundled_policies()[code], code).version


def test_every_row_of_the_clause_map_is_in_the_policy(shared: Path) -> None:
    missing: list[tuple[str, ...]] = []
    seen = 0
    for code, clause, asks, kind in rows(shared):
        policy = bundled_policy(code)
        wanted = clauses_of(clause)
        seen += 1
        for rule in re.findall(r"`(\w+)`", kind):
            if rule in RULES and not any(c.rule == rule and c.clause in wanted for c in policy.clauses):
                missing.append((code, clause, rule))
        for word, there in (
            ("ladder", {step.clause for ladder in policy.ladders.values() for step in ladder}),
            ("route", {route.clause for route in policy.routes}),
            ("human", {check.clause for check in policy.human}),
            ("regist", {form.clause for form in policy.register_fields}),
            ("platform list", {form.clause for form in policy.register_fields}),
        ):
            if re.search(rf"^(\*\*)?{word}|\+ \*\*{word}", kind) and not wanted & there:
                missing.append((code, clause, word, asks))
    assert not missing
    assert seen >= 45


@pytest.mark.parametrize("code", SCHOOLS)
def test_rules_for_all_five(code: str) -> None:
    assert {"closed_but_live", "vanished"} <= {clause.rule for clause in bundled_policy(code).clauses}


@pytest.mark.parametrize("code", SCHOOLS)
def test_every_quoted_sentence_is_in_the_regulation(code: str, shared: Path) -> None:
    text = re.sub(r"\s", "", (shared / "regulations" / f"{code}.txt").read_text("utf-8"))
    policy = bundled_policy(code)
    steps = [step for ladder in policy.ladders.values() for step in ladder]
    quoted = [
        (q.clause, q.sentence)
        for group in (policy.clauses, policy.routes, policy.human, policy.register_fields, steps)
        for q in group
    ]
    wrong = [(clause, sentence) for clause, sentence in quoted if re.sub(r"\s", "", sentence) not in text]
    assert not wrong
    for known in (policy.regulation.title, policy.regulation.document):
        assert re.sub(r"\s", "", known) in text


def test_parameters_of_the_clause_map() -> None:
    """The numbers of clauses.md, typed here a second time by hand."""
    expected = {
        ("sias", "第四条(一)", "late_filing"): {"workdays": 5},
        ("sias", "第六条(四)", "inactivity"): {"limit": "2个月"},
        ("dut", "第八条", "duplicate_account"): {"limit": 1},
        ("dut", "第十条", "late_filing"): {"workdays": 15, "counted_from": "effective"},
        ("dut", "第十一条", "unfiled_change"): {"workdays": 3},
        ("dut", "第十二条", "inactivity"): {"limit": "2个月"},
        ("dut", "第十二条", "low_volume"): {"minimum": 20},
        ("bit", "第九条", "unfiled_change"): {"workdays": 3},
        ("bit", "第十四条", "annual_review"): {"first_month": 12, "last_month": 12, "grace": "1个月"},
        ("bit", "第十六条", "inactivity"): {"limit": "3个月"},
        ("nwpu-its", "第五条", "unfiled_change"): {"workdays": 5, "fields": ["owner"]},
        ("nwpu-its", "第六条", "annual_review"): {"first_month": 11, "last_month": 11, "grace": "1个月"},
        ("wut", "第十三条", "late_filing"): {"workdays": -3},
        ("wut", "第十三条", "unfiled_change"): {"workdays": 5},
        ("wut", "第十五条", "expired_project"): {"months": 3},
        ("wut", "第二十一条", "self_check"): {"months": 6, "grace": "1个月"},
    }
    for (code, clause, rule), settings in expected.items():
        (found,) = [c for c in bundled_policy(code).clauses if (c.clause, c.rule) == (clause, rule)]
        assert found.settings == settings, (code, clause, rule)


def test_a_number_the_regulation_does_not_give_is_to_be_confirmed() -> None:
    for code, rule in (("bit", "inactivity"), ("dut", "low_volume"), ("dut", "late_filing")):
        assert all(clause.school_to_confirm for clause in bundled_policy(code).clauses if clause.rule == rule)
    assert all(clause.school_to_confirm for clause in bundled_policy("gov-2019").clauses)
    for step in bundled_policy("dut").ladders["penalty"][1:]:
        assert step.school_to_confirm


@pytest.mark.parametrize("code", bundled_policies())
def test_page_names_every_clause(code: str) -> None:
    policy: Policy = bundled_policy(code)
    page = policy_page(policy)
    for clause in policy.clauses:
        assert clause.sentence in page
        assert RULES[clause.rule].title in page
    assert "待学校确认" in page or not any(clause.school_to_confirm for clause in policy.clauses)
