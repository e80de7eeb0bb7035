"""What an import makes of the register: what is shown is what is done, and nothing is lost, emptied or removed unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from rules.model import Filing, FilingStatus, Platform
from storage.register import Preview, RegisterError, examine, preview, read_register, write_register
from tests.support.register import HEADER, filing, one, problems, saved, table, xlsx

HEAD = ["账号名称", "平台", "账号ID", "主办单位", "年审时间"]
ROWS = [
    ["图书馆", "微信公众号", "lib_xx", "图书馆", "2025-12-10"],
    ["团委", "微博", "1663414103", "校团委", ""],
    ["招生", "抖音", "zhaosheng", "招生办", "2025年"],
]


def register(head: Sequence[Any] = HEAD, rows: Sequence[Sequence[Any]] = ROWS) -> tuple[Filing, ...]:
    return preview((), examine(xlsx(head, *rows), "a.xlsx", "x")).after


def planned(before: Sequence[Filing], head: Sequence[Any], *rows: Sequence[Any], replace: bool = False) -> Preview:
    return preview(before, examine(xlsx(head, *rows), "a.xlsx", "x"), retire_missing=replace)


def test_a_column_the_file_does_not_have_is_unknown() -> None:
    read = one(主办单位="图书馆")
    assert not read.knows("reviewed_at")
    assert not read.knows("direct_owner")
    assert read.knows("unit")
    assert read.knows("name")
    assert one(年审时间="").knows("reviewed_at"), "an empty cell is known to be empty"


@pytest.mark.parametrize("word", ["不详", "未知", "待查"])
def test_a_cell_may_say_that_nobody_knows(word: str) -> None:
    read = one(年审时间=word, 直接责任人=word, 级别=word, 是否认证=word)
    assert (read.reviewed_at, read.direct_owner, read.level, read.verified) == (None, "", None, None)
    assert not any(read.knows(name) for name in ("reviewed_at", "direct_owner", "level", "verified"))


def test_a_file_without_a_column_leaves_the_register_as_it_is() -> None:
    before = register()
    plan = planned(before, HEAD[:4], *(row[:4] for row in ROWS))
    assert not plan.changes
    assert plan.after == before
    assert plan.unchanged == 3


def test_an_emptied_field_is_named() -> None:
    plan = planned(register(), HEAD, [*ROWS[0][:3], "", "2025-12-10"], ROWS[1], [*ROWS[2][:4], "不详"])
    assert [(change.title, str(each)) for change, each in plan.emptied] == [
        ("图书馆", "主办单位 图书馆 → （空）"),
        ("招生", "年审时间 2025年 → 不详"),
    ]


def test_missing_accounts_stay_unless_the_file_is_the_whole_register() -> None:
    before = register()
    some = planned(before, HEAD, ROWS[1])
    assert ([f.name for f in some.missing], some.changes, some.after) == (["图书馆", "招生"], (), before)
    whole = planned(before, HEAD, ROWS[1], replace=True)
    assert [str(change) for change in whole.removed] == ["移除 微信公众号「图书馆」", "移除 抖音「招生」"]
    assert [f.name for f in whole.after] == ["团委"]


def test_the_office_s_order_is_kept() -> None:
    before = register()
    assert [f.name for f in before] == ["图书馆", "团委", "招生"]
    turned = planned(before, HEAD, *reversed(ROWS))
    assert [f.name for f in turned.after] == ["招生", "团委", "图书馆"]
    assert not turned.changes
    part = planned(before, HEAD, ["新", "知乎", "new-org", "", ""], ROWS[2])
    assert [f.name for f in part.after] == ["图书馆", "团委", "招生", "新"]


def test_no_number_is_invented() -> None:
    before = register()
    assert {f.number for f in before} == {""}
    numbered = planned(before, ["备案号", *HEAD], ["A-1", *ROWS[0]], ["", *ROWS[1]], ["A-3", *ROWS[2]])
    assert [f.number for f in numbered.after] == ["A-1", "", "A-3"]
    assert len({f.id for f in numbered.after}) == 3
    assert [str(change) for change in numbered.changes] == [
        "变更 微信公众号「图书馆」：备案号 （空） → A-1",
        "变更 抖音「招生」：备案号 （空） → A-3",
    ]
    assert planned(numbered.after, HEAD, *ROWS).after == numbered.after, "a file without numbers takes none away"


def test_an_id_that_was_made_stays_with_its_account() -> None:
    before = register(HEADER, [["甲", "微博", "1111111111"]])
    moved = planned(before, HEADER, ["甲", "微博", "2222222222"]).after
    both = planned(moved, HEADER, ["甲", "微博", "2222222222"], ["乙", "微博", "1111111111"])
    assert [(c.kind.label, c.title) for c in both.changes] == [("新增", "乙")]
    assert len({f.id for f in both.after}) == 2
    assert {f.number for f in both.after} == {""}


def test_who_is_meant_is_not_guessed() -> None:
    before = register(HEADER, [["甲", "微博", "1111111111"], ["甲", "微博", "2222222222"]])
    plan = planned(before, HEADER, ["甲", "微博", "3333333333"])
    assert [c.kind.label for c in plan.changes] == ["新增"]
    assert len(plan.missing) == 2


def test_a_mixed_register_comes_back_as_it_was(tmp_path: Any) -> None:
    """Two files with different columns: what one does not know stays unknown through an export."""
    first = register()
    both = planned(
        first, ["账号名称", "平台", "账号ID", "主体类型", "微信号备注"], ["视频", "视频号", "sph123", "个人", "小李"]
    ).after
    for name in ("a.xlsx", "a.csv"):
        write_register(both, tmp_path / name)
        again = preview(both, examine(tmp_path / name, school="x"), retire_missing=True)
        assert not again.changes
        assert again.after == both
        assert read_register(tmp_path / name, school="x") == tuple(
            f if f.number else _renumbered(f, read_register(tmp_path / name, school="x")) for f in both
        )
    assert both[-1].extra == (("微信号备注", "小李"),)
    assert (both[-1].platform, both[-1].body_type) == (Platform.CHANNELS, "个人")
    assert not both[0].knows("body_type")
    assert not both[-1].knows("reviewed_at")


def _renumbered(wanted: Filing, read: Sequence[Filing]) -> Filing:
    """The same account as read, whose made id need not be the same."""
    from dataclasses import replace

    same = next(f for f in read if f.name == wanted.name)
    return replace(wanted, id=same.id)


@pytest.mark.parametrize(
    ("field", "typed", "day"),
    [("开通时间", "2015年", date(2015, 12, 31)), ("备案时间", "2015", date(2015, 1, 1)), ("年审时间", "2025年度", date(2025, 12, 31))],
)  # fmt: skip
def test_a_year_alone_is_taken_and_said_to_be_one(field: str, typed: str, day: date) -> None:
    read = one(**{field: typed})
    (name,) = read.known_to_year
    assert getattr(read, name) == day
    assert not read.known_to_month
    assert one(**{field: "2015-03"}).known_to_month == (name,)
    assert not one(**{field: "2015-03-05"}).known_to_month


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("１３８００１３８０05", ("13800138005",)), ("138 0013 8005", ("13800138005",)), ("138－0013－8005", ("13800138005",)),
     ("13800138005 13900139006", ("13800138005", "13900139006")), ("０１０－６８９１２３４５", ("010-68912345",)),
     ("0411 84708320", ("0411 84708320",)), ("+86 138 0013 8005", ("+8613800138005",)), ("138 0013 8005、8001", ("13800138005", "8001"))],
)  # fmt: skip
def test_phones_have_one_spelling(typed: str, kept: tuple[str, ...]) -> None:
    assert one(联系电话=typed).phones == kept


@pytest.mark.parametrize(
    "typed",
    ["xcb.bit.edu.cn、xcb2.bit.edu.cn", "xcb.bit.edu.cn xcb2.bit.edu.cn", "https://a.x.edu.cn/，https://b.x.edu.cn/", "a.x.edu.cn,b.x.edu.cn",
     "https://a.x.edu.cn;https://b.x.edu.cn", "a.x.edu.cn\nb.x.edu.cn", "a.x.edu.cn/ b.x.edu.cn/", "a.x.edu.cn和b.x.edu.cn",
     "http://a.x.edu.cnhttp://b.x.edu.cn", "主站：a.x.edu.cn；备用：b.x.edu.cn"],
)  # fmt: skip
def test_two_addresses_in_a_cell_are_two_rows(typed: str) -> None:
    reading = examine(xlsx(["账号名称", "平台", "网址"], ["宣传部", "网站", typed]), "a.xlsx", "x")
    assert not reading.problems
    assert len({filing.url for filing in reading.filings}) == 2
    assert "一格里写了 2 个账号" in reading.doubts[0].message, "never silently"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("官网：www.x.edu.cn", "http://www.x.edu.cn"), ("https://x.edu.cn/?a=1,2", "https://x.edu.cn/?a=1,2"), ("x.edu.cn（备用）", "http://x.edu.cn"),
     ("https://x.edu.cn/ http://www.x.edu.cn", "https://x.edu.cn/"), ("https://a.cn/?to=https://b.cn", "https://a.cn/?to=https://b.cn")],
)  # fmt: skip
def test_one_address_stays_one(typed: str, kept: str) -> None:
    assert one(平台="网站", 网址=typed).url == kept


@pytest.mark.parametrize(
    ("platform", "url"),
    [("微信公众号", "https://weibo.com/u/1663414103"), ("微博", "https://mp.weixin.qq.com/s/abc"), ("网站", "https://weibo.com/u/1663414103"),
     ("抖音", "https://space.bilibili.com/123"), ("微信公众号", "10.0.0.5"), ("小红书", "http://192.168.1.1/")],
)  # fmt: skip
def test_the_address_of_another_platform_is_a_slip(platform: str, url: str) -> None:
    found = problems(xlsx(["账号名称", "平台", "网址", "开通时间"], ["宣传部", platform, url, "去年"]))
    assert [column for _, column, _ in found] == ["开通时间", "网址"], "all that is wrong with a row is said at once"


@pytest.mark.parametrize(
    ("platform", "url"),
    [("微信公众号", "https://mp.weixin.qq.com/s/abc"), ("视频号", "https://mp.weixin.qq.com/x"), ("网站", "https://news.x.edu.cn/"), ("APP", "https://a.app.qq.com/o"),
     ("其他平台", "https://weibo.com/u/1"), ("头条号", "https://www.toutiao.com/c/user/123456/"), ("网站", "http://10.0.0.5/")],
)  # fmt: skip
def test_an_address_that_fits_is_taken(platform: str, url: str) -> None:
    assert not problems(xlsx(["账号名称", "平台", "网址"], ["宣传部", platform, url]))


def test_everything_that_is_not_taken_over_is_listed() -> None:
    data = xlsx(
        ["序号", "账号名称", "平台", "备注", "备注说明", "身份证号", "登录密码", None],
        ["=ROW()-1", "图书馆", "微信", "甲", "乙", "410102199001011234", "123456", "无表头"],
        [2], ["注：由宣传部保管"],
    )  # fmt: skip
    reading = examine(data, "a.xlsx", "x")
    assert not reading.problems
    said = [(d.row, d.column, d.value) for d in reading.dropped]
    assert (2, "备注说明", "乙") in said
    assert (2, "序号", "=ROW()-1") in said
    assert (4, "", "注：由宣传部保管") in said
    assert {column for _, column, _ in said} >= {"身份证号", "登录密码"}
    assert any("第 8 列" in d.message or d.value == "无表头" for d in reading.dropped)
    assert "123456" not in str(reading.filings) + str(reading.dropped)
    assert "410102199001011234" not in str(reading.filings) + str(reading.dropped)


def test_sheets_that_are_not_read_are_listed() -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    sheet.append(["图书馆", "微信", "lib_xx"])
    book.create_sheet("说明").append(["请认真填写"])
    hidden = book.create_sheet("旧账号")
    hidden.append(HEADER)
    hidden.sheet_state = "hidden"
    reading = examine(saved(book), "a.xlsx", "x")
    assert {d.value for d in reading.dropped} == {"说明", "旧账号"}
    assert len(reading.filings) == 1


def test_bad_rows_are_part_of_the_preview() -> None:
    reading = examine(xlsx(HEADER, ["甲", "微信", "lib_xx"], ["乙", "人人网", ""]), "a.xlsx", "x")
    assert ([f.name for f in reading.filings], [p.row for p in reading.problems]) == (["甲"], [3])
    with pytest.raises(RegisterError):
        read_register(table(HEADER, ["乙", "人人网", ""]), "a.csv", "x")


def test_a_status_that_the_file_does_not_have_is_not_changed() -> None:
    before = [filing(status=FilingStatus.CANCELLED, account_id="lib_xx")]
    plan = planned(before, HEADER, ["图书馆", "微信公众号", "lib_xx"])
    assert plan.after[0].status is FilingStatus.CANCELLED


def test_a_register_from_before_learns_what_it_never_knew() -> None:
    before = [filing(position=0, account_id="lib_xx", unit="图书馆")]
    (after,) = planned(before, HEAD[:4], ROWS[0][:4]).after
    assert not after.knows("reviewed_at")
    assert after.knows("unit")
    again = planned([after], [*HEAD[:4], "直接责任人"], [*ROWS[0][:4], ""]).after[0]
    assert again.knows("direct_owner"), "an empty cell under a heading is a statement"
    assert planned([again], HEAD[:4], ROWS[0][:4]).after[0].knows("direct_owner")
