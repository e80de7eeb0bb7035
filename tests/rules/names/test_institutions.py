"""Another real university is never an impostor, in no disguise, whoever is protected."""

from collections.abc import Callable

import pytest

from rules.names import Matcher, ProtectedSchool
from rules.names.tables import Institution, institutions
from rules.names.terms import folded
from tests.support.names import protected, school

DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": lambda name: name,
    "campus": lambda name: name + "表白墙",
    "students": lambda name: name + "学生会",
    "dotted": lambda name: "·".join(name),
    "hidden": lambda name: "\u200b".join(name) + "校园墙",
}
SECOND = [  # schools whose names lie close to many others
    school("ustc", "中国科学技术大学", short=["中科大"]), school("uestc", "电子科技大学", short=["电子科大"]),
    school("hhu", "河海大学"), school("swu", "西南大学", contested=["西大"]), school("nwu", "西北大学"),
    school("sxnu", "陕西师范大学", short=["陕师大"]), school("shnu", "山西师范大学"), school("zsu", "中山大学"),
    school("scut", "华南理工大学", short=["华南理工"]), school("njust", "南京理工大学", contested=["南理工"]),
    school("csu", "中南大学", abbreviation=["CSU"]), school("shou", "上海海洋大学", abbreviation=["SHOU"]),
]  # fmt: skip


def own(item: Institution, protected_school: ProtectedSchool) -> bool:
    """The school itself, under any of its names, or a campus of it."""
    mine = {folded(n) for n in (protected_school.name, *protected_school.names.full, *protected_school.names.historic)}
    name = folded(item.name)
    return name in mine or (item.kind == "campus" and any(name.startswith(full) for full in mine))


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("schools", [protected(), SECOND], ids=["tests", "neighbours"])
def test_no_institution_is_flagged_for_another(schools: list[ProtectedSchool], disguise: str) -> None:
    matcher, by_code = Matcher(schools), {s.code: s for s in schools}
    wrong = []
    for item in institutions():
        match = matcher.screen(DISGUISES[disguise](item.name))
        if match.flagged and not own(item, by_code[str(match.school)]):
            wrong.append((item.name, match.why))
    assert wrong == []


def test_short_names_of_others_are_not_flagged() -> None:
    schools = protected()
    matcher, by_code = Matcher(schools), {s.code: s for s in schools}
    wrong = []
    for item in institutions():
        for short in item.short:
            match = matcher.screen(short + "表白墙")
            if match.flagged and not own(item, by_code[str(match.school)]):
                wrong.append((item.name, short, match.why))
    assert wrong == []


def test_the_table_is_whole() -> None:
    assert len(institutions()) > 3_700
    assert sum(1 for item in institutions() if item.short) > 300
    assert len({item.name for item in institutions()}) == len(institutions())
