"""The file of protected names: what it must hold, and that mistakes are named in Chinese."""

import pytest
from pydantic import ValidationError

from rules.names import Matcher, ProtectedFile, ProtectedNames, ProtectedSchool

GOOD = {"code": "bit", "name": "北京理工大学", "names": {"full": ["北京理工大学"]}}


def test_only_full_is_needed() -> None:
    file = ProtectedFile.model_validate({"schools": [GOOD]})
    assert file.schools[0].names.short == ()
    assert Matcher(file.schools).screen("北京理工大学").flagged


def test_every_list_is_read() -> None:
    keys = ["historic", "short", "contested", "nickname", "units", "english", "abbreviation", "pinyin", "hints"]
    names = {"full": ["北京理工大学"], **{key: ["abcde北理"] for key in keys}}
    assert ProtectedNames.model_validate(names).hints == ("abcde北理",)


BAD = [
    ({"schools": []}, ""),
    ({"schools": [GOOD, GOOD]}, "学校代码重复：bit"),
    ({"schools": [{**GOOD, "extra": 1}]}, ""),
    ({"schools": [{**GOOD, "code": "北理工 "}]}, ""),
    ({"schools": [{**GOOD, "names": {}}]}, ""),
    ({"schools": [{**GOOD, "names": {"full": []}}]}, ""),
    ({"schools": [{**GOOD, "names": {"full": ["北京理工大学"], "hist": []}}]}, ""),
    ({"schools": [{**GOOD, "names": {"full": ["  "]}}]}, "名称不能为空"),
    ({"schools": [{**GOOD, "names": {"full": ["北"]}}]}, "至少两个字"),
    ({"schools": [{**GOOD, "names": {"full": ["北\x00理"]}}]}, "控制字符"),
    ({"schools": [{**GOOD, "names": {"full": ["··"]}}]}, "不含任何文字"),
    ({"schools": [{**GOOD, "names": {"full": ["北" * 121]}}]}, "不得超过 120"),
    ({"schools": [{**GOOD, "names": {"full": ["北理"], "short": ["北理"] * 201}}]}, ""),
]


@pytest.mark.parametrize(("content", "message"), BAD)
def test_mistakes_are_refused(content: object, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        ProtectedFile.model_validate(content)
    assert message in str(error.value)


def test_no_schools_and_odd_names_are_no_trouble() -> None:
    assert not Matcher([]).screen("北京理工大学表白墙WUT").flagged
    odd = {"full": ("大学",), "short": ("abc",), "english": ("X Y",), "abbreviation": ("北理",), "pinyin": ("a1",)}
    names = ProtectedNames.model_validate(odd)
    Matcher([ProtectedSchool(code="x", name="大学", names=names)]).screen("北京大学abc")
