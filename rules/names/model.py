"""What the matcher answers: a verdict, the kind of use, and the sentence that says why."""

import json
from dataclasses import asdict, dataclass
from json.encoder import encode_basestring

from rules.model import LabeledEnum


class NameVerdict(LabeledEnum):
    """What staff should do with the name."""

    FLAG = "flag", "涉嫌使用"
    REVIEW = "review", "需人工判断"
    CLEAR = "clear", "未见使用"


class NameKind(LabeledEnum):
    """How the name uses or imitates the protected one; the legal kinds of 冒用 and 仿冒."""

    EXACT = "exact", "完整使用"
    SHORT = "short", "简称"
    HISTORIC = "historic", "曾用名"
    NICKNAME = "nickname", "俗称"
    ENGLISH = "english", "英文名称"
    ABBREVIATION = "abbreviation", "英文缩写"
    TRADITIONAL = "traditional", "繁体"
    SYMBOL = "symbol", "符号"
    LETTER = "letter", "字母"
    DIGIT = "digit", "数字"
    PINYIN = "pinyin", "拼音"
    HOMOPHONE = "homophone", "同音"
    SHAPE = "shape", "形近"
    EDITED = "edited", "增删字"
    REORDERED = "reordered", "换序"


@dataclass(frozen=True)
class NameMatch:
    """One answer. `score` is 0–1 likeness to `term`; `why` is one sentence in Chinese that can be quoted."""

    name: str
    verdict: NameVerdict = NameVerdict.CLEAR
    flagged: bool = False
    school: str | None = None
    term: str | None = None
    kind: NameKind | None = None
    score: float = 0.0
    why: str = "未发现使用或模仿受保护名称。"
    other_entity: str | None = None

    def as_dict(self) -> dict[str, object]:
        """The fields in the order of the command contract; enums are strings already."""
        return asdict(self)

    def as_json(self) -> str:
        """`as_dict` on one line. Of nearly every name nothing but the name is its own."""
        if len(self.__dict__) == 1:
            return f'{{"name": {encode_basestring(self.name)}{_CLEAR}'
        return json.dumps(self.as_dict(), ensure_ascii=False)


_CLEAR = json.dumps(NameMatch("").as_dict(), ensure_ascii=False).removeprefix('{"name": ""')


def clear(name: str) -> NameMatch:
    """The answer for nearly every name, built without the frozen dataclass's slow __init__: all else is the default."""
    match = object.__new__(NameMatch)
    match.__dict__["name"] = name
    return match
