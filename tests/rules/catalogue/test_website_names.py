"""The title of a home page is no name: hundreds of real ones accuse nobody, and another unit's is at most a question."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from rules.catalogue.unit_words import names_another_unit
from rules.model import AccountState, Filing, Platform, RuleResult, Verdict
from tests.support.factories import account, ask, context, dated_evidence, filing, seen_with

SCHOOL = "泉州海洋职业学院"
UNIT = "教务处"
FILED = SCHOOL + UNIT
TITLES = [
    "教务处-泉州海洋职业学院", "泉州海洋职业学院-教务处", "首页 - 教务处", "教务处网站", "教务处官网", "::教务处::", "Welcome",
    "欢迎访问教务处", "新建网页 1", "登录", "沉痛悼念张三教授", "泉州海洋职业学院", "教务部", "Academic Affairs Office", "无标题文档",
    "泉州海院教务处|首页", "教务处·泉州海洋职业学院", "【教务处】", "网站首页", "关于举办2026年春季学期开学典礼的通知", "Home", "",
]  # fmt: skip
OTHERS = [
    ("教务处", "图书馆-示范大学"),
    ("图书馆", "示范大学国际交流处网站"),
    ("数学学院", "物理学院"),
    ("团委", "首页-后勤服务中心"),
]
TEMPLATES = (
    "{unit}-{school}", "{school}-{unit}", "{school}{unit}", "首页 - {unit}", "{unit}网站", "{unit}官网", "::{unit}::",
    "欢迎访问{school}{unit}网站！", "{unit} | {school}", "{school}·{unit}首页", "{unit}_登录", "{unit}中文版",
)  # fmt: skip
WHOLE = re.compile(r"^([\u4e00-\u9fff]{2,10}大学)([\u4e00-\u9fff]{2,12}(?:处|学院|部|馆|中心|院|系|办公室))$")


def titled(title: str, since: str = "2026-11-01", seen: str = "2026-11-20", **changes: Any) -> AccountState:
    return seen_with(
        "2026-11-20", name=title or None, name_since=dated_evidence(since).at, name_seen=dated_evidence(seen), **changes
    )


def site(name: str = FILED, unit: str = UNIT) -> Filing:
    return filing(platform=Platform.WEBSITE, name=name, unit=unit, account_id="jwc.example.edu.cn")


def answer(title: str, school: str = SCHOOL, declared: Filing | None = None, since: str = "2026-11-01") -> RuleResult:
    who = account(titled(title, since), declared or site())
    given = ask("unfiled_change", who, "2026-11-21", context(name=school), workdays=0)
    assert given is not None
    return given


@pytest.mark.parametrize("title", TITLES)
def test_no_form_of_the_own_name_is_even_a_question(title: str) -> None:
    assert answer(title).verdict is Verdict.COMPLIANT


@pytest.mark.parametrize(("unit", "title"), OTHERS)
def test_another_unit_for_several_days_is_a_question_and_never_a_breach(unit: str, title: str) -> None:
    declared = site(f"示范大学{unit}", unit)
    asked = answer(title, "示范大学", declared)
    assert asked.verdict is Verdict.UNDETERMINED
    assert title in asked.reason
    assert "网址" in asked.reason
    assert answer(title, "示范大学", declared, since="2026-11-19").verdict is Verdict.COMPLIANT


def test_where_the_profile_states_a_name_another_one_is_a_breach() -> None:
    given = ask("unfiled_change", account(titled("示范大学后勤处")), "2026-11-21", workdays=0)
    assert given is not None
    assert given.verdict is Verdict.VIOLATED


def test_the_form_of_a_website_s_name_is_that_of_the_register() -> None:
    declared = site("示范大学图书馆", "图书馆")
    given = ask("name_format", account(titled("Welcome"), declared), "2026-11-21")
    assert given is not None
    assert given.verdict is Verdict.COMPLIANT


def units(shared: Path) -> list[tuple[str, str]]:
    with (shared / "names" / "real_accounts.tsv").open(encoding="utf-8") as lines:
        names = {row["name"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
    found = [match.groups() for name in sorted(names) if (match := WHOLE.match(name))]
    return [(school, unit) for school, unit in found]


def test_titles_of_hundreds_of_real_units_accuse_nobody(shared: Path) -> None:
    real = units(shared)
    assert len(real) * len(TEMPLATES) >= 1_000
    accused = [
        (school, unit, title)
        for school, unit in real
        for form in TEMPLATES
        if names_another_unit(school + unit, unit, title := form.format(school=school, unit=unit), school)
    ]
    assert accused == []


def test_the_titles_of_real_pages_fit_their_own_sites(shared: Path) -> None:
    accused = []
    checked = 0
    with (shared / "samples" / "INDEX.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["platform"] == "website" and row["name"]:
                text = (shared / "samples" / row["file"]).read_bytes().decode("utf-8", "ignore")
                title = re.search(r"<title[^>]*>([^<]*)", text)
                checked += 1
                if title and names_another_unit(row["name"], "", title[1], ""):
                    accused.append((row["name"], title[1]))
    assert checked >= 10
    assert accused == []
