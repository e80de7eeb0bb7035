"""The protected names of a school, as a policy file or a `--protected` file writes them."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MAX_NAMES = 200
MAX_LENGTH = 120
MAX_SCHOOLS = 5000
CODE = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"


def _written(text: str) -> str:
    clean = unicodedata.normalize("NFC", text).strip()
    if not clean:
        raise ValueError("名称不能为空")
    if len(clean) > MAX_LENGTH:
        raise ValueError(f"名称不得超过 {MAX_LENGTH} 个字符")
    if any(unicodedata.category(ch) in {"Cc", "Cs", "Cn", "Co"} for ch in clean):
        raise ValueError(f"名称含有控制字符或无效字符：{clean!r}")
    if not any(ch.isalnum() for ch in clean):
        raise ValueError(f"名称不含任何文字：{clean}")
    return clean


def _two_or_more(text: str) -> str:
    if len(text) < 2:
        raise ValueError(f"受保护名称至少两个字，“{text}”太短，会误伤无关名称")
    return text


Text = Annotated[str, AfterValidator(_written)]
Name = Annotated[str, AfterValidator(_written), AfterValidator(_two_or_more)]
Names = Annotated[tuple[Name, ...], Field(default=(), max_length=MAX_NAMES)]
Hints = Annotated[tuple[Text, ...], Field(default=(), max_length=MAX_NAMES)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProtectedNames(_Strict):
    """Every name a school protects; only `full` must be given.

    `contested` short names are shared with others and need a second sign: a word of `hints` (campus, street, nickname),
    the city, or another of the school's names. `pinyin` is for spellings that differ from the plain reading.
    """

    full: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]
    historic: Names
    short: Names
    contested: Names
    nickname: Names
    units: Names
    english: Names
    abbreviation: Names
    pinyin: Names
    hints: Hints


class ProtectedSchool(_Strict):
    """A school: the code used everywhere, its name, its protected names."""

    code: Annotated[str, Field(pattern=CODE)]
    name: Name
    names: ProtectedNames


class ProtectedFile(_Strict):
    """The content of a `--protected` file."""

    schools: Annotated[tuple[ProtectedSchool, ...], Field(min_length=1, max_length=MAX_SCHOOLS)]

    @model_validator(mode="after")
    def _codes_differ(self) -> "ProtectedFile":
        codes = [school.code for school in self.schools]
        twice = sorted({code for code in codes if codes.count(code) > 1}) if len(set(codes)) < len(codes) else []
        if twice:
            raise ValueError(f"学校代码重复：{'、'.join(twice)}")
        return self
