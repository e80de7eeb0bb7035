"""Lists that a person supplies: an xlsx or csv of names and links, row by row, with what is wrong with a row. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.accounts.identity import identity
from rules.accounts.pasted_target import NAME_MOST, InvalidTarget, parse_target
from rules.model import Platform, SearchHit
from rules.platforms import platform_of
from storage.register.sheets import Formula, Sheet, open_table

HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(
        ("名称", "账号名称", "帐号名称", "账号名", "网站名称", "应用名称", "昵称", "疑似账号", "name"), "name"
    ),
    **dict.fromkeys(("链接", "网址", "地址", "账号链接", "主页", "主页链接", "url", "link"), "url"),
    **dict.fromkeys(("平台", "平台类型", "平台名称", "platform"), "platform"),
    **dict.fromkeys(("账号标识", "账号id", "标识", "微信号", "id", "uid", "account_id"), "account_id"),
    **dict.fromkeys(("认证主体", "主体", "账号主体", "verified_body"), "verified_body"),
}
COLUMNS = {"name": "名称", "url": "链接", "platform": "平台", "account_id": "账号标识", "verified_body": "认证主体"}
PLATFORMS: Mapping[str, Platform] = {
    **{platform.value: platform for platform in Platform},
    **{platform.label: platform for platform in Platform},
    "微信": Platform.WECHAT, "公众号": Platform.WECHAT, "新浪微博": Platform.WEIBO, "B站": Platform.BILIBILI,
    "b站": Platform.BILIBILI, "头条": Platform.TOUTIAO, "头条号": Platform.TOUTIAO, "抖音号": Platform.DOUYIN,
    "QQ群": Platform.GROUP, "QQ 群": Platform.GROUP, "微信群": Platform.GROUP, "贴吧群": Platform.GROUP, "群": Platform.GROUP,
    "APP": Platform.APP, "app": Platform.APP, "贴吧": Platform.TIEBA, "官网": Platform.WEBSITE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListRow:
    """One usable row. Without a name there is only a link, which has to be looked at."""

    place: str
    found: SearchHit


@dataclass(frozen=True, slots=True)
class ListRowError:
    """One row that cannot be used: where, which column, why."""

    place: str
    column: str
    reason: str


class _Unusable(Exception):
    """A cell cannot be used: (column, reason). Raised and caught here."""


def read_list(data: bytes, filename: str) -> tuple[list[ListRow], list[ListRowError]]:
    """The rows of a list and its bad rows. A heading row is used where there is one, else cells tell what they are.

    Raises NotATable where the file is no table.
    """
    entries: list[ListRow] = []
    troubles: list[ListRowError] = []
    for sheet in open_table(data, filename):
        for place, cells in _rows(sheet):
            try:
                entries.append(ListRow(place, _found(cells)))
            except _Unusable as error:
                troubles.append(ListRowError(place, *error.args))
    return entries, troubles


def _rows(sheet: Sheet) -> Iterator[tuple[str, dict[str, str]]]:
    columns: dict[int, str] | None = None
    for number, cells in sheet.rows:
        texts = {at: _text(cell) for at, cell in enumerate(cells) if _text(cell)}
        known = {
            at: HEADINGS[plain] for at, text in texts.items() if (plain := "".join(text.split()).casefold()) in HEADINGS
        }
        if columns is None and known:
            columns = known
        elif texts:
            row = {columns[at]: text for at, text in texts.items() if at in columns} if columns else _guess(texts)
            for at, text in texts.items():  # a name in Excel often carries its link behind it
                if (link := sheet.links.get((number, at))) and (columns or {}).get(at, "name") == "name" and text:
                    row.setdefault("url", link)
            yield (f"{sheet.title} 第 {number} 行".strip(), row)


def _text(cell: object) -> str:
    text = "" if cell is None else str(cell).strip()
    return f"={text.lstrip('=')}" if isinstance(cell, Formula) else text


def _guess(texts: Mapping[int, str]) -> dict[str, str]:
    """Cells without headings: a platform's name, a link, else a name."""
    row: dict[str, str] = {}
    for text in texts.values():
        if text in PLATFORMS:
            row.setdefault("platform", text)
        elif "://" in text or text.lower().startswith("www."):
            row.setdefault("url", text)
        elif not text.isdigit():  # a running number
            row.setdefault("name", text)
    return row


def _found(row: Mapping[str, str]) -> SearchHit:
    for column, text in row.items():
        if text.startswith("="):
            raise _Unusable(COLUMNS[column], "单元格是公式，请改为文字。")
    name, url = row.get("name", ""), row.get("url", "")
    if not name and not url:
        raise _Unusable("", "这一行没有名称，也没有链接。")
    if len(name) > NAME_MOST:
        raise _Unusable("名称", f"名称超过 {NAME_MOST} 个字。")
    try:
        url = parse_target(url).url if url else ""
        if not url and row.get("url"):
            raise _Unusable("链接", f"不是网址：{row['url'][:60]}")
    except (InvalidTarget, ValueError) as error:
        raise _Unusable("链接", str(error)) from error
    platform = _platform(row.get("platform", ""), url)
    stable = identity(platform, row.get("account_id", ""), url)
    return SearchHit(
        platform=platform, name=name, account_id=stable, url=url, verified_body=row.get("verified_body", "")
    )


def _platform(text: str, url: str) -> Platform:
    if text and text not in PLATFORMS:
        raise _Unusable("平台", f"不认识的平台“{text[:20]}”，可填：{'、'.join(p.label for p in Platform)}。")
    return PLATFORMS[text] if text else platform_of(url) if url else Platform.OTHER
