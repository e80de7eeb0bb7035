"""Disguises by other scripts, signs, doubled characters, slips and glued words, and the words that only look like them."""

import random
import time

import pytest

from bench.names_disguises import SCRIPTS, doubled, misspelt, scripts, signs
from rules.names import Matcher, NameKind, NameVerdict
from rules.names.fold import FOLD
from rules.names.matcher import MAX_LENGTH
from rules.names.tables import letters
from rules.names.tables import signs as built
from tests.support.names import protected, school

FLAGGED = [
    ("𝔹𝕀𝕋校园墙", "bit"),
    ("🅱🅸🆃校园墙", "bit"),
    ("🇧🇮🇹校园墙", "bit"),
    ("ʙɪᴛ校园墙", "bit"),
    ("ᴮᴵᵀ校园墙", "bit"),
    ("ꓠꓪꓑꓴ树洞", "nwpu"),
    ("ᎠᏞUᎢ考研", "dlut"),
    ("ⲚJU校园墙", "nju"),
    ("|)UT校园墙", "dlut"),
    ("|)|_|T树洞", "dlut"),
    ("N\\/\\/PU树洞", "nwpu"),
    ("W#(_)T考研", "whut"),
    ("NVVPU校园墙", "nwpu"),
    ("南京大大学", "nju"),
    ("南南京大学考研", "nju"),
    ("南京大学堂表白墙", "nju"),
    ("华中师范大大学学生会", "ccnu"),
    ("北理理工表白墙", "bit"),
    ("Nanjin Univeristy", "nju"),
    ("Nanjjing Unversity", "nju"),
    ("Dalian University of Techonology", "dlut"),
    ("Dallian University of Technology", "dlut"),
    ("Beijeng Institute of Technology", "bit"),
    ("njubox", "nju"),
    ("NJUsec", "nju"),
    ("BITsec", "bit"),
    ("DUTwiki", "dlut"),
    ("loveccnu", "ccnu"),
    ("南jingdaxue表白墙", "nju"),
    ("NANJING大学学生会", "nju"),
]
REVIEWED = [
    "bitsec",
    "dutbox",
    "西工大张超市",
    "西工大李记烧烤",
    "北理工王姐快餐",
    "BIT101-dev",
    "南京新大学校园墙",
    "南京大学堂墙",
    "西工大街",
    "北京理工大学城",
    "Ninjing University",
]
CLEARED = [
    "南京大学城", "南京大学城小学", "南京大学习", "南大街", "南大厦", "南大剧院", "南京大学生活动中心", "siasun新松", "dutch",
    "nwpusher", "Nanning University", "Nanyang University", "Hanyang University", "University of Dublin", "5G社", "4S店",
    "3D打印社", "2026级新生群", "801校园墙", "A×B校园墙",
]  # fmt: skip


@pytest.mark.parametrize(("name", "code"), FLAGGED, ids=[case[0] for case in FLAGGED])
def test_disguises_are_flagged(matcher: Matcher, name: str, code: str) -> None:
    match = matcher.screen(name)
    assert (match.verdict, match.school) == (NameVerdict.FLAG, code), match.why


@pytest.mark.parametrize("name", REVIEWED)
def test_what_may_be_another_word_goes_to_a_person(matcher: Matcher, name: str) -> None:
    match = matcher.screen(name)
    assert match.verdict is NameVerdict.REVIEW, match.why
    assert "人工判断" in match.why


@pytest.mark.parametrize("name", CLEARED)
def test_everyday_words_are_left_alone(matcher: Matcher, name: str) -> None:
    assert matcher.screen(name).verdict is NameVerdict.CLEAR, matcher.screen(name).why


@pytest.mark.parametrize("short", ["DUT", "NWPU", "CCNU", "NJU", "WHUT"])
def test_an_abbreviation_in_any_script_is_found(matcher: Matcher, short: str) -> None:
    made = [*scripts(short, random.Random(1)), *signs(short, random.Random(2))]
    assert len(made) > len(SCRIPTS)
    missed = [name for name in made if not matcher.screen(name + "表白墙").flagged]
    assert missed == []


def test_the_kind_says_what_was_built(matcher: Matcher) -> None:
    assert matcher.screen("|)UT校园墙").kind is NameKind.SYMBOL
    assert matcher.screen("8IT校园墙").kind is NameKind.DIGIT


def test_a_doubled_character_anywhere_is_found_or_asked_about() -> None:
    matcher = Matcher(protected())
    for one in protected():
        for made in doubled(one.names.full[0], random.Random(3)):
            match = matcher.screen(made + "表白墙")
            assert match.verdict is not NameVerdict.CLEAR, (made, match.why)


def test_english_slips_name_the_right_school_or_none() -> None:
    schools = [*protected(), school("zju", "浙江大学", english=["Zhejiang University"])]
    matcher, pick = Matcher(schools), random.Random(4)
    for one in schools:
        for written in one.names.english:
            for made in misspelt(written, pick):
                assert matcher.screen(made).school in (one.code, None), made
    for made in ("Zhejang University", "Jejiang University", "Zhejiang Univercity", "Zhejiang Unyversity"):
        assert matcher.screen(made).school == "zju"


def test_unicode_is_the_base_of_the_letters() -> None:
    assert len(letters()) > 800
    assert all(len(target) == 1 for target in letters().values())
    assert (FOLD["ꓮ"], FOLD["Ꭰ"], FOLD["Ⲛ"], FOLD["エ"], FOLD["×"], FOLD["土"]) == ("a", "d", "n", "工", " ", "土")
    assert set(built()) == set("abcdefghijklmnopqrstuvwxyz")


REPEATED = (
    "ＢＩＴ",
    "bit",
    "B I T ",
    "bit-",
    "北理工",
    "beiligong",
    "|)UT校",
    "Nanjing Univeristy ",
    "nju校园",
    "南京大大学",
)


@pytest.mark.parametrize("term", REPEATED)
def test_a_repeated_term_costs_no_more_than_its_length(matcher: Matcher, term: str) -> None:
    def spent(times: int) -> float:
        start = time.process_time()
        matcher.screen(term * times)
        return time.process_time() - start

    spent(3)
    assert min(spent(40) for _ in range(3)) < 1
    assert min(spent(5_000) for _ in range(2)) < 1  # cubic work took minutes


def test_an_overlong_line_says_that_its_beginning_was_judged(matcher: Matcher) -> None:
    match = matcher.screen("鱼" * (MAX_LENGTH + 1) + "北理工表白墙")
    assert (match.verdict, match.school) == (NameVerdict.CLEAR, None)
    assert f"只比对了前 {MAX_LENGTH} 个字符" in match.why
    assert matcher.screen("北理工表白墙" + "鱼" * MAX_LENGTH).flagged
    assert matcher.screen("北" + "\u200b" * MAX_LENGTH + "理工表白墙").flagged


def test_a_doubled_letter_makes_no_other_school_of_it() -> None:
    both = [
        school("sust", "陕西科技大学", abbreviation=["SUST"]),
        school("sustech", "南方科技大学", abbreviation=["SUSTech"]),
    ]
    matcher = Matcher(both)
    assert matcher.screen("SUST表白墙").school == "sust"
    assert matcher.screen("SUSTech表白墙").school == "sustech"
    assert matcher.screen("SUSTTech").school != "sust"


def test_xian_in_letters_is_two_characters() -> None:
    matcher = Matcher([school("xauat", "西安建筑科技大学")])
    assert matcher.screen("xian建筑科技大学新生群").flagged
    assert matcher.screen("XIAN建筑科技大学图书馆").flagged
    assert not matcher.screen("xianfeng建筑社").flagged
