"""What people type into a cell, as the value it means; a ValueError carries what to write instead, in Chinese."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from urllib.parse import urlsplit

from rules.model import AccountLevel, Filing, LabeledEnum, Platform
from storage.register.columns import ENUMS, RegisterColumn
from storage.register.dates import day
from storage.register.vocabulary import LEVELS, NO, PLATFORM_WORDS, STATES, YES

Cell = str | int | float | bool | date | datetime | None
LONGEST, LONGEST_NOTE = 300, 5000
NOTHING = {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "没有", "N/A", "n/a", "NA", "null", "None", "空", "未知"}
"""What stands for an empty cell, except in names, purposes and notes."""

_SPACE = " \t\r\n\u3000\xa0\u200b\ufeff"
_HELD = re.compile(r"'+[=+\-@\s\u3000\xa0\u200b\ufeff]")
_TRUE_INT = 10**15


def text(value: Cell) -> str:
    """A cell as text: trimmed, numbers without ``.0``, dates as ISO. What an export guarded comes back as it was."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        if abs(value) >= _TRUE_INT:
            raise ValueError("数字超过 15 位，Excel 已丢失末位，请把单元格设为“文本”格式后重新填写完整号码")
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    found = (value or "").replace("\r\n", "\n").strip(" \n\r\t\u3000\xa0\u200b\ufeff")
    return found[1:] if _HELD.match(found) else found


def parse(column: RegisterColumn, value: Cell) -> object:
    """The value of one cell of one column; None, "" or () where it is empty. Raises ValueError with a Chinese hint."""
    found = text(value)
    if len(found) > (LONGEST_NOTE if column.kind == "long" else LONGEST):
        raise ValueError(
            f"内容过长（{len(found)} 字），请精简到 {LONGEST_NOTE if column.kind == 'long' else LONGEST} 字以内"
        )
    if column.kind == "bool":
        return _boolean(found)
    if column.kind == "long" or column.field == "name":
        return found
    if found in NOTHING:
        return () if column.kind in ("names", "contacts") else "" if column.kind in ("text", "id", "url") else None
    match column.kind:
        case "date":
            return day(value if isinstance(value, int | float | date) else found, month_end=column.month_end)
        case "count":
            return _count(found)
        case "names" | "contacts":
            return _items(column, found)
        case "url":
            return _address(found)
        case "platform" | "level" | "status":
            return _member(column, found)
        case _:
            return _plain(column, found)


def _plain(column: RegisterColumn, found: str) -> str:
    if column.kind == "id" and re.fullmatch(r"\d(?:\.\d+)?[Ee]\+\d+", found):
        raise ValueError("号码被 Excel 写成了科学计数法，请把单元格设为“文本”格式后重新填写完整号码")
    return found


def _boolean(found: str) -> bool | None:
    word = unicodedata.normalize("NFKC", found).upper()
    checked = re.findall(r"[■☑√✓✔]\s*([是否])", found)
    if len(checked) == 1:
        return bool(checked[0] == "是")
    if word in YES:
        return True
    if word in NO:
        return False
    if found in NOTHING:
        return None
    raise ValueError("请填写 是 或 否")


def _count(found: str) -> int:
    word = unicodedata.normalize("NFKC", found).replace(",", "").removesuffix("人").removesuffix("+")
    match = re.fullmatch(r"(\d{1,12}(?:\.\d+)?)\s*(万|[wW])?", word)
    if not match:
        raise ValueError("请填写整数，如 12000 或 1.2万")
    return round(float(match[1]) * 10_000) if match[2] else round(float(match[1]))


def split(found: str) -> tuple[str, ...]:
    """Items parted by 、，,；;／ or a line break; an item that holds one of these stands in double quotes."""
    items = re.findall(r'"((?:[^"]|"")*)"(?=\s*(?:[、，,；;/／|\n]|$))|([^、，,；;/／|\n]+)', found)
    parts = [quoted.replace('""', '"') or plain.strip(_SPACE) for quoted, plain in items]
    if len(parts) == 1 and re.fullmatch(r"[\u4e00-\u9fff·]{2,6}(?:[ \u3000]+[\u4e00-\u9fff·]{2,6})+", parts[0]):
        parts = parts[0].split()  # 张三 李四
    return tuple(dict.fromkeys(part for part in parts if part))


def join(items: tuple[str, ...]) -> str:
    """The inverse of `split`."""
    joined = "、".join(items)
    if split(joined) == items:
        return joined
    return "、".join('"' + item.replace('"', '""') + '"' for item in items)


def _items(column: RegisterColumn, found: str) -> tuple[str, ...]:
    items = split(found)
    if column.field == "emails":
        for item in items:
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", item):
                raise ValueError(f"“{item}”不是邮箱地址，请写成 name@example.edu.cn，多个用顿号隔开")
    if any(re.fullmatch(r"\d(?:\.\d+)?[Ee]\+\d+", item) for item in items):
        raise ValueError("号码被 Excel 写成了科学计数法，请把单元格设为“文本”格式后重新填写")
    return tuple(item for item in items if item not in NOTHING)


def is_address(found: str) -> bool:
    """True for what goes into an address bar, with or without ``https://``."""
    return bool(re.match(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]|$)|https?://", found.strip(), re.I))


def _address(found: str) -> str:
    match = re.search(r"https?://[^\s，。；、）)]+", found)  # share texts carry words around the link
    address = found if found.startswith(("http://", "https://")) else match[0] if match else f"http://{found}"
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    if any(c.isspace() for c in address) or not re.fullmatch(r"[^.]+(\.[^.]+)+\.?|localhost|.*:.*", host):
        raise ValueError("不是有效的网址，请写成 https://www.example.edu.cn/；没有请留空")
    return address


def _member(column: RegisterColumn, found: str) -> LabeledEnum:
    kind = ENUMS[column.field]
    for member in kind:
        if found in (member.label, member.value):
            return member
    member_ = (
        platform(found)
        if kind is Platform
        else LEVELS.get(found.replace("级", "").replace("平台", ""))
        if (kind is AccountLevel)
        else STATES.get(found)
    )
    if isinstance(member_, kind):
        return member_
    several = kind is Platform and len([part for part in split(found) if platform(part)]) > 1
    hint = "一行只能填写一个平台，请拆成多行" if several else f"请填写：{'、'.join(m.label for m in kind)}"
    raise ValueError(hint)


def platform(found: str) -> Platform | None:
    """The platform a word means; ``■微信 □微博`` means the ticked one. None where there is none, or more than one."""
    ticked = re.findall(r"[■☑√✓✔]\s*([^\s□■☑√✓✔、，]+)", found)
    word = ticked[0] if len(ticked) == 1 else found
    word = re.sub(r"[\s（(].*$|[：:]$", "", unicodedata.normalize("NFKC", word).strip()).upper()
    return PLATFORM_WORDS.get(word)


def wording(column: RegisterColumn, filing: Filing) -> str | int | date | None:
    """How a field is written in the register: the inverse of `parse`."""
    value = getattr(filing, column.field)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, LabeledEnum):
        return value.label
    if isinstance(value, tuple):
        return join(value)
    return value if isinstance(value, str | int | date) else None
