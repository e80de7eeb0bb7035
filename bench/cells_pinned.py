"""`python -m bench.cells_pinned`: writes what `tests/storage/register/test_pinned_cells.py` holds: cells as people type them, and how
each kind of column reads them. Whoever changes a reading on purpose writes them anew and reads the difference."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

from storage.register.columns import BY_FIELD
from storage.register.values import LONGEST, LONGEST_NOTE, Cell, is_unknown, parse, platform_type

PINNED = Path(__file__).parent.parent / "tests" / "storage" / "register" / "pinned_cells.jsonl"
FIELDS = (
    "id", "platform", "name", "account_id", "url", "level", "verified", "followers", "purpose", "operators", "phones", "emails",
    "opened_at", "filed_at", "review_result", "status",
)  # fmt: skip
TYPED: tuple[Cell, ...] = (
    None, "", "-", "无", "N/A", "不详", "未知", "是", "否", "√", "×", "■是 □否", "□是 ☑否", "■是 ■否", True, False, 0, 1, 12.0, 12.5,
    "12000", "1.2万", "1.25w", "３,０００人", "500+", "约500", 10**15 - 1, 10**15, "1.38E+10", "13800138000", "138 0013 8000",
    "+86 138-0013-8000", "0411-84708888、84709999", "84708888 84709999", "a@b.edu.cn", "a@b.edu.cn；c@d.edu.cn", "a b@c", "张三",
    "张三、李四", "张三 李四", "张三/李四，王五", '"甲、乙"、丙', "张三、张三", "lib_xx", "lib_xx、lib_yy", "ｌｉｂ＿ｘｘ", "gh_0123456789ab",
    "'=1+1", "'-1", "' 甲", "微信", "微信公众号", "公众号（订阅号）", "订阅号", "■微信 □微博", "微博、抖音", "小红书(企业号)", "其他平台（某某）", "QQ", "贴吧",
    "Bilibili", "一级", "二级平台", "校级", "院级", "合格", "不合格", "在用", "停用", "已注销", "关停", "https://lib.example.edu.cn/", "lib.example.edu.cn",
    "www.example.edu.cn/a b", "网址：https://a.example/x", "mailto:a@b.c", "https://a@b.edu.cn/", "https://v.example/@a", "2024-03-05", "2024年3月", "2024年", "2024", 2024, 20240305,
    45356, "45356", 45356.75, 2024.1, 2024.12, "2024.1", "1984-12-31", "1985-01-01", "2100-12-31", "2101-01-01", "1984年", "1985年",
    "2100年", "2024年2月30日", "2024-02-29 10:20:30", "2024-03-05T10:20:30Z", "二〇二四年三月五日", "二零二四年十月二十日", "二〇二四年十二月三十一日",
    "2024年十月", date(2024, 3, 5), datetime.fromisoformat("2024-03-05T23:59"), "去年", "x" * LONGEST, "x" * (LONGEST + 1), "字" * LONGEST_NOTE,
    "字" * (LONGEST_NOTE + 1), " 甲　乙 \n", "甲\r\n乙", "\u200b甲\ufeff",
)  # fmt: skip


def reading(field: str, typed: Cell) -> str:
    """What a column of the field makes of the cell: the value, that nobody knows, or what is wrong with it."""
    column = BY_FIELD[field]
    if is_unknown(column, typed):
        return "nobody knows"
    try:
        return _short(repr(parse(column, typed)))
    except ValueError as error:
        return f"! {error}"


def _short(said: str) -> str:
    return said if len(said) <= 80 else f"{said[:40]}… {len(said)}"


def readings() -> list[dict[str, str]]:
    """One row a cell: how it is typed, and what each kind of column makes of it."""
    found = []
    for typed in TYPED:
        row = {"typed": _short(repr(typed))} | {field: reading(field, typed) for field in FIELDS}
        found.append(row | ({"type": platform_type(typed)} if isinstance(typed, str) and len(typed) < LONGEST else {}))
    return found


def main() -> None:
    """Write the file, one cell a line."""
    rows = readings()
    PINNED.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")
    print(f"{len(rows)} cells")


if __name__ == "__main__":
    main()
