"""What a rule says of itself: its group, what a paper calls it, its settings in Chinese."""

from datetime import datetime
from typing import Any, Literal, get_args, get_origin

import pytest

from rules.catalogue import RULES, RuleGroup, SchoolContext, by_weight
from rules.catalogue.registry import rule
from rules.model import Account, RuleResult


@pytest.mark.parametrize("code", RULES)
def test_a_rule_says_what_people_need(code: str) -> None:
    each = RULES[code]
    words = (each.title, each.problem, each.demand, *each.setting_names.values())
    assert all(word and not word.isascii() for word in words)
    assert "何时可能出错" in each.help
    assert set(each.setting_names) == set(each.settings.model_fields)


def words_of(annotation: Any) -> set[str]:
    """Every word that a setting of this type may be."""
    if get_origin(annotation) is Literal:
        return {word for word in get_args(annotation) if isinstance(word, str)}
    return {word for inner in get_args(annotation) for word in words_of(inner)}


@pytest.mark.parametrize("code", RULES)
def test_each_word_of_a_setting_has_a_name(code: str) -> None:
    words = {word for field in RULES[code].settings.model_fields.values() for word in words_of(field.annotation)}
    assert set(RULES[code].value_names) == words


def test_a_setting_without_a_name_is_refused() -> None:
    def nameless(account: Account, school: SchoolContext, now: datetime, *, limit: int = 1) -> RuleResult | None:
        return None

    with pytest.raises(TypeError, match="limit"):
        rule("无名", group=RuleGroup.CONTENT, problem="某", demand="某")(nameless)
    with pytest.raises(TypeError, match="limit"):
        rule("无名", group=RuleGroup.CONTENT, problem="某", demand="某", settings={"limits": "期限"})(nameless)
    assert "nameless" not in RULES


def test_what_a_leader_reads_first() -> None:
    """Unapproved use of the name, then what was closed and goes on, then silence; the register's own matters last."""
    ordered = by_weight()
    assert sorted(ordered) == sorted(RULES)
    urgent = [code for code in ordered if RULES[code].group.is_urgent]
    assert urgent == ordered[: len(urgent)]
    assert urgent == [
        "unregistered_name", "unfiled_account", "closed_but_live", "inactivity", "low_volume", "vanished",
    ]  # fmt: skip
