"""Which field a heading of somebody's own table stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rules.platforms import ALIASES
from storage.register.columns import COLUMNS

ID_OR_URL, OWNER, OWNER_POST, TITLE = "id_or_url", "owner", "owner_post", "title"
"""Headings whose meaning depends on the value or on their neighbours."""

_SPECIAL = {
    "微博网址/微信号": ID_OR_URL, "微信号/微博网址": ID_OR_URL, "网址/微信号": ID_OR_URL, "账号/网址": ID_OR_URL,
    "账号": ID_OR_URL, "账号ID/网址": ID_OR_URL, "账号或网址": ID_OR_URL, "负责人": OWNER, "职务": OWNER_POST,
    "平台名称": TITLE,
}  # fmt: skip
_NAME_HEADING = re.compile(r"^(.{1,6}?)(?:账号)?(?:名称|昵称|账号名)$")
_DECORATION = re.compile(r"[\s*＊※:：\u200b\ufeff]|[（(【\[].*?[)）】\]]|^\d+[.、]")
_EITHER = re.compile(r"[/／、|]|或者?")
_NUMBERED = re.compile(r"[\d一二三四五六①-⑨]+$")
IGNORED = {"序号", "编号", "单位意见", "部门意见", "签字", "盖章", "管理措施", "责任体系", "学校", "审核人", "填表人"}


def normal(heading: object) -> str:
    """A heading without spaces, stars, brackets and colons, so that ``*账号 名称（全称）：`` is ``账号名称``."""
    text = _DECORATION.sub("", str(heading if heading is not None else "")).replace("帐号", "账号")
    return re.sub(r"(?<=.{2})姓名$", "", text).upper()


_FIELDS: dict[str, str] = {normal(word): field for word, field in _SPECIAL.items()}
for _column in COLUMNS:
    for _word in (_column.heading, *_column.also.split()):
        assert normal(_word) not in _FIELDS, _word
        _FIELDS[normal(_word)] = _column.field
HEADINGS: frozenset[str] = frozenset(_FIELDS)


def field_of(heading: object) -> str | None:
    """The field a heading stands for, or one of the special meanings, or None."""
    text = normal(heading)
    if text in IGNORED:
        return None
    for word in (text, _NUMBERED.sub("", text)):
        if word in _FIELDS:
            return _FIELDS[word]
    for word, field in (("电话", "phones"), ("手机", "phones"), ("手机号", "phones"), ("邮箱", "emails")):
        if text.endswith(word) and len(text) <= 12:  # 第一责任人电话, 管理员1手机
            return field
    if len(parts := _EITHER.split(text)) > 1 and len(found := {field_of(part) for part in parts}) <= 2:
        if len(found) == 1:
            return found.pop()  # 网址/主页
        if found == {"account_id", "url"}:
            return ID_OR_URL  # 抖音号或主页链接
    if (match := _NAME_HEADING.match(text)) and match.group(1) in {normal(p) for p in ALIASES}:
        return "name"  # 公众号名称, 网站名称, 微博昵称
    return None


KEEP, LEAVE_OUT = "", "-"
"""What a person may choose of a heading instead of a field: a column of the office's own, or one that is not taken over."""


def heading_text(heading: object) -> str:
    """A heading on one line, as a person chooses what it means."""
    return " ".join(str(heading if heading is not None else "").split())


def assign(headings: Sequence[object], chosen: Mapping[str, str] = {}) -> list[str | None]:
    """The field of every column of a header row; the special meanings are settled by what stands beside them. What a
    person chose of a heading (`heading_text`) stands above all guesses.

    负责人 is the 第一责任人 unless the form names one already; 职务 belongs to the owner before it; 平台名称 is the
    account's name where another column says which platform.
    """
    found = [chosen[text] if (text := heading_text(heading)) in chosen else field_of(heading) for heading in headings]
    found = [None if field in (KEEP, LEAVE_OUT) else field for field in found]
    owner = "direct_owner" if "first_owner" in found else "first_owner"
    title = "name" if "platform" in found and "name" not in found else "platform"
    previous = owner
    for index, field in enumerate(found):
        if field == ID_OR_URL and normal(headings[index]) == "账号" and "name" not in found:
            found[index] = "name"
        elif field == OWNER:
            found[index] = field = owner
        elif field == TITLE:
            found[index] = title if title not in found else None
        elif field == OWNER_POST:
            found[index] = f"{previous}_post"
        if field in ("first_owner", "direct_owner"):
            previous = str(field)
    return found
