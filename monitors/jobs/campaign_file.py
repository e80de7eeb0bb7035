"""A campaign as a person writes it down (YAML or a form): checked by pydantic, told in Chinese what is wrong."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError, model_validator

from monitors.errors import InvalidInput
from monitors.validation import sentence
from rules.campaigns import Campaign, CampaignKind, CampaignScope
from rules.model import AccountLevel, LabeledEnum, Platform

LARGEST = 256 * 1024


def _labelled(kind: type[LabeledEnum]) -> BeforeValidator:
    """Takes the Chinese word as well as the code."""

    def read(value: Any) -> Any:
        given = str(value).strip() if isinstance(value, str | int) else value
        found = next((each for each in kind if given in (each.value, each.label)), None)
        if found is None:
            raise ValueError(f"“{given}”不认识，可以写：{'、'.join(each.label for each in kind)}")
        return found

    return BeforeValidator(read)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,39}$")]


class ScopeFile(BaseModel):
    """``scope``: what is left out excludes nothing."""

    model_config = ConfigDict(extra="forbid")
    units: tuple[Text, ...] = ()
    platforms: tuple[Annotated[Platform, _labelled(Platform)], ...] = ()
    levels: tuple[Annotated[AccountLevel, _labelled(AccountLevel)], ...] = ()


class CampaignFile(BaseModel):
    """A campaign's file; see docs/campaigns.md."""

    model_config = ConfigDict(extra="forbid")
    code: Code
    school: Code
    name: Text
    kind: Annotated[CampaignKind, _labelled(CampaignKind)]
    basis: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    start: date
    end: date
    due: date
    scope: ScopeFile = ScopeFile()

    @model_validator(mode="after")
    def _in_order(self) -> CampaignFile:
        if self.end < self.start:
            raise ValueError("end（期间止）不能早于 start（期间起）")
        if self.due < self.start:
            raise ValueError("due（截止日期）不能早于 start（期间起）")
        return self

    def campaign(self, basis: str, by: str, now: datetime) -> Campaign:
        """The campaign that it describes; ``basis`` stands where the file names none."""
        scope = CampaignScope(units=self.scope.units, platforms=self.scope.platforms, levels=self.scope.levels)
        return Campaign(
            code=self.code, school=self.school, name=self.name, kind=self.kind, basis=self.basis or basis, scope=scope,
            start=self.start, end=self.end, due=self.due, opened_at=now, opened_by=by,
        )  # fmt: skip


def read_campaign_file(path: Path) -> CampaignFile:
    """A YAML file. Raises InvalidInput with every place that is wrong."""
    try:
        if path.stat().st_size > LARGEST:
            raise InvalidInput(f"{path} 太大，不像一份专项工作文件。")
        found = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidInput(f"不能读取 {path}：没有这个文件，或者没有读取权限。") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"{path} 不是 YAML 文件，请对照 docs/campaigns.md 里的例子检查缩进和冒号。") from error
    return checked(found, str(path))


def checked(given: Any, where: str) -> CampaignFile:
    """What was typed, checked. Raises InvalidInput."""
    if not isinstance(given, dict):
        raise InvalidInput(f"{where} 的内容不是“名: 值”的写法，请对照 docs/campaigns.md 里的例子。")
    try:
        return CampaignFile.model_validate(given)
    except ValidationError as error:
        told = [f"{'.'.join(map(str, each['loc'])) or '整体'}：{_told(each)}" for each in error.errors()]
        raise InvalidInput(f"{where} 有 {len(told)} 处不对：\n" + "\n".join(told)) from error


OWN = {
    "string_pattern_mismatch": "只能用字母、数字和短横线，不超过 40 个",
    "string_too_short": "不能为空",
    "string_too_long": "太长",
    "date_from_datetime_parsing": "日期请写成 2026-12-20 这样的格式",
    "date_parsing": "日期请写成 2026-12-20 这样的格式",
    "date_type": "日期请写成 2026-12-20 这样的格式",
}


def _told(error: Any) -> str:
    return OWN.get(error["type"]) or sentence(error)
