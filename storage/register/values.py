"""What people type into a cell, as the value it means; a ValueError carries what to write instead, in Chinese."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from rules.model import AccountLevel, Filing, LabeledEnum, Platform
from rules.platforms import ALIASES
from storage.register.addresses import address
from storage.register.columns import ENUMS, TRACKED, RegisterColumn
from storage.register.dates import day
from storage.register.phones import tidy
from storage.register.vocabulary import LEVELS, NO, PLATFORM_FAMILIES, PLATFORM_TYPES, STATES, YES

Cell = str | int | float | bool | date | datetime | None
LONGEST, LONGEST_NOTE = 300, 5000
NOTHING = {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "没有", "N/A", "n/a", "NA", "null", "None", "空"}
"""What stands for an empty cell, except in names, purposes and notes."""

UNKNOWN = {"不详", "未知", "不清楚", "不明", "不掌握", "待查", "待核实"}
"""What says that the office does not know: neither a value nor an empty cell."""
NOT_KNOWN = "不详"
"""How an export writes it."""

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
            return address(found)
        case "platform" | "level" | "status":
            return _member(column, found)
        case _:
            return _plain(column, found)


def is_unknown(column: RegisterColumn, value: Cell) -> bool:
    """True where a cell says that nobody knows."""
    return column.field in TRACKED and isinstance(value, str) and text(value) in UNKNOWN


def _plain(column: RegisterColumn, found: str) -> str:
    if column.kind == "id" and (half := unicodedata.normalize("NFKC", found)).isascii():
        found = half  # ｂｉｔ＿１９４０: typed with a Chinese input method
    if column.kind == "id" and re.fullmatch(r"\d(?:\.\d+)?[Ee]\+\d+", found):
        raise ValueError("号码被 Excel 写成了科学计数法，请把单元格设为“文本”格式后重新填写完整号码")
    if column.kind == "id" and re.fullmatch(r"[A-Za-z0-9_-]{4,}(?:\s*[、，；,;\n]\s*[A-Za-z0-9_-]{4,})+", found):
        raise ValueError("一个单元格只能有一个账号ID，请拆成多行，每行一个账号")
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
    if column.kind == "contacts":
        items = tuple(dict.fromkeys(part for item in items for part in tidy(item) if part))
    if column.field == "emails" and not all(re.fullmatch(r"[^@\s]+@[^@\s]+", item) for item in items):
        raise ValueError("不是邮箱地址，请写成 name@example.edu.cn，多个用顿号隔开")
    if any(re.fullmatch(r"\d(?:\.\d+)?[Ee]\+\d+", item) for item in items):
        raise ValueError("号码被 Excel 写成了科学计数法，请把单元格设为“文本”格式后重新填写")
    return tuple(item for item in items if item not in NOTHING)


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
    raise ValueError(hint + ("；不在其中的写 其他平台（名称）" if kind is Platform and not several else ""))


def platform(found: str) -> Platform | None:
    """The platform a word means; ``■微信 □微博`` means the ticked one. None where there is none, or more than one."""
    word, bracket = _platform_parts(found)
    base = ALIASES.get(word.upper())
    inner = ALIASES.get(bracket.upper())
    return inner if base and inner and inner in PLATFORM_FAMILIES.get(base, ()) else base


def platform_type(found: str) -> str:
    """What a platform's cell says beyond the platform: 公众号（订阅号） and 订阅号 alone are of the type 订阅号."""
    word, bracket = _platform_parts(found)
    for part in (bracket, word):
        if part.upper() in PLATFORM_TYPES:
            return PLATFORM_TYPES[part.upper()]
    return "" if bracket.upper() in ALIASES else bracket


def _platform_parts(found: str) -> tuple[str, str]:
    """The word and what stands behind it in brackets."""
    ticked = re.findall(r"[■☑√✓✔]\s*([^\s□■☑√✓✔、，]+)", found)
    whole = unicodedata.normalize("NFKC", ticked[0] if len(ticked) == 1 else found).strip()
    match = re.fullmatch(r"([^\s(:\[]+)[\s:]*(?:[(\[]([^()\[\]]*)[)\]]?.*)?", whole, re.S)
    if match:
        return match[1], (match[2] or "").strip()
    return re.sub(r"[\s(].*$|:$", "", whole), ""


def wording(column: RegisterColumn, filing: Filing) -> str | int | date | None:
    """How a field is written in the register: the inverse of `parse`."""
    if not filing.knows(column.field):
        return NOT_KNOWN
    if column.field == "id":
        return filing.number
    value = getattr(filing, column.field)
    if column.field in filing.known_to_year:
        return f"{value.year}年"
    if column.field in filing.known_to_month:
        return f"{value:%Y-%m}"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, LabeledEnum):
        return value.label
    if isinstance(value, tuple):
        return join(value)
    return value if isinstance(value, str | int | date) else None
