"""Named cases: what is flagged and of which kind, what goes to a person, what is left alone and why."""

import pytest

from rules.names import Matcher, NameKind, NameVerdict

FLAGGED = [
    ("北京理工大学", "bit", "北京理工大学", "exact"),
    ("北京理工大学招生办", "bit", "北京理工大学", "exact"),
    ("2026级武汉理工大学新生群", "whut", "武汉理工大学", "exact"),
    ("北理工表白墙", "bit", "北理工", "short"),
    ("大工er", "dlut", "大工", "short"),
    ("i大工", "dlut", "大工", "short"),
    ("爱在武汉理工", "whut", "武汉理工", "short"),
    ("北京工业学院校史", "bit", "北京工业学院", "historic"),
    ("京工学堂表白墙", "bit", "京工学堂", "nickname"),
    ("大連理工大學校友會", "dlut", "大连理工大学", "traditional"),
    ("華中師範大學", "ccnu", "华中师范大学", "traditional"),
    ("北·理·工", "bit", "北理工", "symbol"),
    ("大★连★理★工", "dlut", "大连理工", "symbol"),
    ("北🏫理🏫工招生办", "bit", "北理工", "symbol"),
    ("武丨汉丨理丨工丨大丨学", "whut", "武汉理工大学", "symbol"),
    ("西\u200b工\u200b大树洞", "nwpu", "西工大", "symbol"),
    ("⻄⼯⼤考研资料", "nwpu", "西工大", "shape"),
    ("北里工", "bit", "北理工", "homophone"),
    ("喃京大学学生会", "nju", "南京大学", "homophone"),
    ("北京埋工大学", "bit", "北京理工大学", "shape"),
    ("大连理エ表白墙", "dlut", "大连理工", "shape"),
    ("酉北工业大学", "nwpu", "西北工业大学", "shape"),
    ("西北工亚大学", "nwpu", "西北工业大学", "shape"),
    ("西嫤大表白墙", "nwpu", "西工大", "shape"),
    ("西亜斯表白墙", "sias", "西亚斯", "traditional"),
    ("beiligong", "bit", "北理工", "pinyin"),
    ("bei-jing-li-gong-da-xue-wall", "bit", "北京理工大学", "pinyin"),
    ("běi lǐ gōng", "bit", "北理工", "pinyin"),
    ("xi工da表白墙", "nwpu", "西工大", "pinyin"),
    ("北京理大学", "bit", "北京理工大学", "edited"),
    ("华中新师范大学", "ccnu", "华中师范大学", "edited"),
    ("南京大表白墙", "nju", "南京大学", "edited"),
    ("南京大学生会", "nju", "南京大学", "exact"),
    ("京理工大学", "bit", "北京理工大学", "edited"),
    ("大连理大表白墙", "dlut", "大连理工大学", "edited"),
    ("北京工理大学", "bit", "北京理工大学", "reordered"),
    ("师范华中大学", "ccnu", "华中师范大学", "reordered"),
    ("NWPU研究生会", "nwpu", "NWPU", "abbreviation"),
    ("nwpuacm2012", "nwpu", "NWPU", "abbreviation"),
    ("CCNUHelloWorld", "ccnu", "CCNU", "abbreviation"),
    ("BIT代拿快递", "bit", "BIT", "abbreviation"),
    ("爱在WUT", "whut", "WUT", "abbreviation"),
    ("ВІТ学生会", "bit", "BIT", "letter"),
    ("ᎠᑌΤ跳蚤市场", "dlut", "DUT", "letter"),
    ("ⒷⒾⓉ图书馆", "bit", "BIT", None),
    ("N.W.P.U校园墙", "nwpu", "NWPU", "symbol"),
    ("B1T校园墙", "bit", "BIT", "digit"),
    ("\\/\\/UT考研", "whut", "WUT", "symbol"),
    ("Beijing Inst. of Tech", "bit", "Beijing Institute of Technology", "english"),
    ("Dailan University of Technology", "dlut", "Dalian University of Technology", "english"),
    ("NanjingUniversity", "nju", "Nanjing University", "english"),
    ("Dalian Unviersity of Technology", "dlut", "Dalian University of Technology", "english"),
    ("NanjingUniversityLibrary", "nju", "Nanjing University", "english"),
    ("Ｎａｎｊｉｎｇ　Ｕｎｉｖｅｒｓｉｔｙ", "nju", "Nanjing University", "english"),
    ("大连大工表白墙", "dlut", "大工", "short"),
    ("NJU南大树洞", "nju", None, None),
    ("南大鼓楼表白墙", "nju", "南大", "short"),
    ("南大苏州校区新生群", "nju", "南大", "short"),
    ("武汉华师校园墙", "ccnu", "华师", "short"),
]

CLEARED = [
    ("Nanjing Univ. of Posts", None),
    ("Beijing Univ. of Technology", "北京工业大学"),
    ("河北理工大学", None),
    ("华北理工", "华北理工大学"),
    ("华北理工大学学生会", "华北理工大学"),
    ("華·北·理·工·大·學", "华北理工大学"),
    ("华北里工大学表白墙", "华北理工大学"),
    ("湖北李工学院", None),
    ("大连工业大学", None),
    ("东南大学", "东南大学"),
    ("云​南​大​学", "云南大学"),
    ("上海华师大校园墙", "华东师范大学"),
    ("正统南大在南昌", "南昌大学"),
    ("ECNU华师树洞", "华东师范大学"),
    ("南京大学生就业", "大学生"),
    ("浙大工会", "浙江大学"),
    ("大工匠装饰", "工匠"),
    ("大工业", "工业"),
    ("伟大工匠", None),
    ("广大工会", "广大"),
    ("陕西工大校园墙", "陕西"),
    ("武汉理想国", None),
    ("打工人", None),
    ("物理竞赛", None),
    ("伊格莱西亚斯", None),
    ("habit", None),
    ("bitcoin", None),
    ("比特币之家", None),
    ("Dutch", None),
    ("DutyFree免税店", None),
    ("orbit-ui", None),
    ("GDUT校园墙", None),
    ("Nanjing University of Science and Technology", None),
    ("Wuhan Institute of Technology", None),
    ("hebeiligong", None),
    ("huabei ligong daxue", None),
    ("dagongren", None),
    ("鱼小姐说股", None),
]


@pytest.mark.parametrize(("name", "code", "term", "kind"), FLAGGED, ids=[case[0] for case in FLAGGED])
def test_use_and_imitation_are_flagged(
    matcher: Matcher, name: str, code: str, term: str | None, kind: str | None
) -> None:
    match = matcher.screen(name)
    assert match.flagged, match.why
    assert (match.verdict, match.school) == (NameVerdict.FLAG, code)
    assert term is None or match.term == term
    assert kind is None or match.kind == NameKind(kind)
    assert match.why.endswith("。")
    assert str(match.term) in match.why
    assert 0.5 < match.score <= 1


@pytest.mark.parametrize(("name", "other"), CLEARED, ids=[case[0] for case in CLEARED])
def test_others_are_left_alone(matcher: Matcher, name: str, other: str | None) -> None:
    match = matcher.screen(name)
    assert match.verdict is NameVerdict.CLEAR, match.why
    assert other is None or match.other_entity == other


@pytest.mark.parametrize("name", ["南大青年", "华师研究生", "DUT Library", "北京理工", "北工业大学", "苗京理工大学"])
def test_the_ambiguous_goes_to_a_person(matcher: Matcher, name: str) -> None:
    match = matcher.screen(name)
    assert match.verdict is NameVerdict.REVIEW
    assert not match.flagged
    assert "人工判断" in match.why


def test_a_contested_short_name_names_the_candidates(matcher: Matcher) -> None:
    assert "南昌大学" in matcher.screen("南大青年").why


def test_why_names_the_changed_characters(matcher: Matcher) -> None:
    why = matcher.screen("北里工").why
    assert "以“里”代“理”（同音）" in why
    assert "北京理工大学" in why


def test_fields_follow_the_contract(matcher: Matcher) -> None:
    fields = ["name", "verdict", "flagged", "school", "term", "kind", "score", "why", "other_entity"]
    assert list(matcher.screen("北理工").as_dict()) == fields
    assert list(matcher.screen("鱼").as_dict()) == fields
    assert matcher.screen("鱼").as_dict()["verdict"] == "clear"
