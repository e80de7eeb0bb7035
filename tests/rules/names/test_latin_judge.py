"""What the Latin letters of a name amount to: the whole answer, word for word, for use, imitation, doubt and others' names."""

import pytest

from rules.names import Matcher, NameMatch
from rules.names.model import NameKind, NameVerdict

FLAGGED = [
    ("BIT社区", "bit", "BIT", NameKind.ABBREVIATION, 0.9, "名称使用了北京理工大学的英文缩写“BIT”（英文缩写）。"),
    ("C C N U 校友", "ccnu", "CCNU", NameKind.SYMBOL, 0.9, "名称以“C C N U”的写法（符号）使用或模仿了华中师范大学的英文缩写“CCNU”。"),
    ("8IT校友会", "bit", "BIT", NameKind.DIGIT, 0.9, "名称以“8IT”的写法（数字）使用或模仿了北京理工大学的英文缩写“BIT”。"),
    ("Beijing Institute of Technology Library", "bit", "Beijing Institute of Technology", NameKind.ENGLISH, 1.0,
     "名称使用了北京理工大学的英文名称“Beijing Institute of Technology”（英文名称）。"),
    ("Beijing Institut of Technology", "bit", "Beijing Institute of Technology", NameKind.ENGLISH, 0.85,
     "名称以改写、缩写或错拼的形式使用或模仿了北京理工大学的英文名称“Beijing Institute of Technology”（英文名称）。"),
    ("Northwastern Polytechnical University", "nwpu", "Northwestern Polytechnical University", NameKind.ENGLISH, 0.85,
     "名称以改写、缩写或错拼的形式使用或模仿了西北工业大学的英文名称“Northwestern Polytechnical University”（英文名称）。"),
    ("Sias Univ", "sias", "Sias University", NameKind.ENGLISH, 0.85,
     "名称以改写、缩写或错拼的形式使用或模仿了郑州西亚斯学院的英文名称“Sias University”（英文名称）。"),
    ("Bei Li Gong", "bit", "北理工", NameKind.PINYIN, 0.9, "名称以拼音“beiligong”拼写，使用或模仿了北京理工大学的名称“北理工”（拼音）。"),
    ("wuhan li gong da xue", "whut", "武汉理工", NameKind.PINYIN, 0.9,
     "名称以拼音“wuhanligong”拼写，使用或模仿了武汉理工大学的名称“武汉理工”（拼音）。"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "school", "term", "kind", "score", "why"), FLAGGED, ids=lambda value: str(value)[:20])
def test_what_is_flagged(
    matcher: Matcher, name: str, school: str, term: str, kind: NameKind, score: float, why: str
) -> None:
    assert matcher.screen(name) == NameMatch(name, NameVerdict.FLAG, True, school, term, kind, score, why)


def test_an_abbreviation_that_is_also_a_word_goes_to_a_person(matcher: Matcher) -> None:
    why = "名称可能使用了北京理工大学的英文缩写“BIT”，但这几个字母也是其他机构或词语的缩写，需人工判断。"
    expected = NameMatch("bit math", NameVerdict.REVIEW, False, "bit", "BIT", NameKind.ABBREVIATION, 0.5, why)
    assert matcher.screen("bit math") == expected


def test_another_schools_english_name_is_its_own(matcher: Matcher) -> None:
    name = "Beijing University of Technology"
    why = "名称是“北京工业大学”的英文名称，不认定为使用“Beijing Institute of Technology”。"
    assert matcher.screen(name) == NameMatch(name, why=why, other_entity="北京工业大学")


def test_a_name_in_pinyin_is_not_lost_behind_another(matcher: Matcher) -> None:
    assert matcher.screen("Nanjing Normal University").verdict is NameVerdict.CLEAR
    assert matcher.screen("Dalian University").verdict is NameVerdict.CLEAR
    assert matcher.screen("nan jing li gong da xue").verdict is NameVerdict.CLEAR
