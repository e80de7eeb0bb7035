"""Tables as five schools write them are understood; every slip is answered with a row, a column and what to write."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from rules.model import AccountLevel, Filing, FilingStatus, Platform, ReviewResult
from storage.register import RegisterError, examine, ignored_columns, read_register
from tests.support.register import HEADER, one, problems, saved, table, xlsx

BIT = ["序号", "开设平台", "账号类型", "账号名称", "账号 ID 号", "账号主要用途", "开设时间", "账号开设单位", "单位负责人", "职务",
       "办公电话", "手机", "邮箱", "运维负责人", "职务", "办公电话", "手机", "邮箱"]  # fmt: skip


def test_a_table_after_the_form_of_bit() -> None:
    rows: list[list[Any]] = [
        ["北京理工大学校园新媒体公共账号备案汇总表（2020）"],
        [],
        BIT,
        [1, "微信公众号", "订阅号", "北理工图书馆", "lib_bit", "服务师生", "2016年3月", "图书馆", "张三", "馆长", "010-68910001",
         13800000001, "a@bit.edu.cn", "李四", "主任", "010-68910002", "13800000002", "b@bit.edu.cn"],
        [2, "新浪微博", None, "北理工", 1663414103, None, 20110305, "宣传部", "王五", "部长"],
        [],
        ["注：此表一式两份，账号开设单位、党委宣传部各存一份"],
        ["填表人：张三", None, None, "审核人：李四", None, None, "日期：2020.9.1"],
    ]  # fmt: skip
    first, second = read_register(xlsx(*rows, merge=["A1:R1", "A7:R7"]), "bit.xlsx", "bit")
    assert first == Filing(
        id=first.id, school="bit", platform=Platform.WECHAT, name="北理工图书馆", unit="图书馆", account_id="lib_bit",
        account_type="订阅号", purpose="服务师生", opened_at=date(2016, 3, 31), first_owner="张三", first_owner_post="馆长",
        direct_owner="李四", direct_owner_post="主任", emails=("a@bit.edu.cn", "b@bit.edu.cn"),
        phones=("010-68910001", "13800000001", "010-68910002", "13800000002"), position=1, known_to_month=("opened_at",),
        unknown=first.unknown, extra=(("序号", "1"),),
    )  # fmt: skip
    assert {"reviewed_at", "status", "body_type"} <= set(first.unknown)
    assert not {"first_owner", "direct_owner", "unit", "emails", "account_id"} & set(first.unknown)
    assert (second.platform, second.account_id, second.opened_at) == (Platform.WEIBO, "1663414103", date(2011, 3, 5))
    assert first.id.startswith("wechat-")


def test_a_table_after_the_form_of_sias() -> None:
    rows: list[list[Any]] = [
        ["创建单位", "媒体平台", "账号名称", "是否认证", "内容范围", "创建时间", "账号类型", "负责人", "联络手机", "管理员1", "管理员2", "管理员3"],
        ["商学院", "微信", "西亚斯商学院", "√", "院务", datetime(2020, 9, 7), "服务号", "赵一", "13900000000", "钱二", "孙三", "钱二"],
        [None, "微博", "西亚斯商学院", "×", "院务", 44081, None, "赵一", None, "钱二、孙三", None, None],
    ]  # fmt: skip
    first, second = read_register(xlsx(*rows, merge=["A2:A3"]), "sias.xlsx", "sias")
    assert (first.verified, first.operators, first.first_owner) == (True, ("钱二", "孙三"), "赵一")
    assert (second.unit, second.verified, second.opened_at) == ("商学院", False, date(2020, 9, 7))


def test_a_table_after_the_form_of_nwpu() -> None:
    rows: list[list[Any]] = [
        ["账号名称", "主管单位", "账号性质", "微博网址/微信号", "开通时间", "当前粉丝数", "服务器", "功能定位", "责任人", "业务负责人",
         "技术负责人", "管理措施", "备注"],
        ["西工大信息", "信息化处", "□微博 ■微信", "nwpu_its", "二〇二〇年十二月二十一日", "1.2万", "校内机房", "服务", "周一", "吴二",
         "郑三", "略", "无"],
        ["西工大微博", "信息化处", "■微博 □微信", "https://weibo.com/u/1234567890", "2019.5", "3,000", "", "服务", "周一", "吴二",
         "郑三", "略", ""],
    ]  # fmt: skip
    first, second = read_register(xlsx(*rows), "nwpu.xlsx", "nwpu-its")
    assert (first.account_id, first.url, first.followers) == ("nwpu_its", "", 12000)
    assert (first.first_owner, first.direct_owner, first.operators) == ("周一", "吴二", ("郑三",))
    assert first.opened_at == date(2020, 12, 21)
    assert (second.platform, second.url) == (Platform.WEIBO, "https://weibo.com/u/1234567890")
    assert (second.followers, second.opened_at) == (3000, date(2019, 5, 31))


def test_two_heading_rows() -> None:
    rows: list[list[Any]] = [
        ["某校新媒体台账", None, None, None, None, None, None],
        ["名称", "平台", "网址", "第一责任人", None, None, "直接责任人", None],
        [None, None, None, "姓名", "职务", "电话", "姓名", "职务"],
        ["新闻网", "官网", "news.x.edu.cn", "甲", "部长", "8001", "乙", "科长"],
    ]
    (read,) = read_register(xlsx(*rows, merge=["A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:F2", "G2:H2"]), "a.xlsx", "x")
    assert (read.first_owner, read.first_owner_post, read.phones) == ("甲", "部长", ("8001",))
    assert (read.direct_owner, read.direct_owner_post, read.url) == ("乙", "科长", "http://news.x.edu.cn")


def test_a_sheet_per_platform_without_a_platform_column() -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in {
        "微信公众号": [["公众号名称", "微信号"], ["图书馆", "lib_x"]],
        "微博": [["微博名称", "微博网址"], ["图书馆", "https://weibo.com/u/1663414103"]],
        "说明": [["请认真填写"]],
    }.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    hidden = book.create_sheet("抖音")
    hidden.append(["名称", "抖音号"])
    hidden.append(["旧账号", "old"])
    hidden.sheet_state = "hidden"
    assert [f.platform for f in read_register(saved(book), "a.xlsx", "x")] == [Platform.WECHAT, Platform.WEIBO]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2024年3月5日", date(2024, 3, 5)), ("2024.3.5", date(2024, 3, 5)), ("2024/3/5", date(2024, 3, 5)),
        ("2024-03-05 10:20:30", date(2024, 3, 5)), ("20240305", date(2024, 3, 5)), (20240305, date(2024, 3, 5)),
        (45356, date(2024, 3, 5)), ("45356", date(2024, 3, 5)), (datetime(2024, 3, 5, 8), date(2024, 3, 5)),
        ("二〇二四年三月五日", date(2024, 3, 5)), ("二○二四年十月十日", date(2024, 10, 10)), ("二零二四年十二月三十一日", date(2024, 12, 31)),
        ("二〇二四年二十月", None), ("２０２４年３月５日", date(2024, 3, 5)), ("2024 年 3 月 5 日", date(2024, 3, 5)),
        ("2024年2月", date(2024, 2, 29)), ("2024.10", date(2024, 10, 31)), (2024.12, date(2024, 12, 31)), ("202403", date(2024, 3, 31)),
        ("2024年2月30日", None), ("2023-02-29", None), ("2024.13.1", None), ("24.3.5", None), ("2024年", date(2024, 12, 31)), (2024, date(2024, 12, 31)), ("约2024年", None),
        (2024.1, None), ("去年", None), ("3月5日", None), ("1900-01-01", None), ("9999-01-01", None), ("0000-00-00", None),
    ],
)  # fmt: skip
def test_dates_as_people_type_them(typed: object, expected: date | None) -> None:
    if expected:
        assert one(开通时间=typed).opened_at == expected
    else:
        with pytest.raises(RegisterError, match=r"第 2 行「开通时间」.*请"):
            one(开通时间=typed)


def test_a_month_is_read_in_the_unit_s_favour() -> None:
    """Opened late and filed early: a missing day never makes a unit late."""
    read = one(开通时间="2024年2月", 备案时间="2024年2月", 自查时间="2024年2月", 变更时间="2024年2月")
    assert (read.opened_at, read.filed_at) == (date(2024, 2, 29), date(2024, 2, 1))
    assert (read.self_checked_at, read.changed_at) == (date(2024, 2, 29), date(2024, 2, 1))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("是", True), ("√", True), ("已认证", True), ("Y", True), (1, True), (True, True), ("■是 □否", True), ("有", True),
     ("否", False), ("×", False), ("未认证", False), ("x", False), (0, False), (False, False), ("□是 ☑否", False), ("无", False),
     ("", None), ("-", None), (None, None)],
)  # fmt: skip
def test_yes_and_no(typed: object, expected: bool | None) -> None:
    assert one(是否认证=typed, 账号ID="a_b_c_d").verified is expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("微信", Platform.WECHAT), ("订阅号", Platform.WECHAT), ("服务号", Platform.WECHAT), ("新浪微博", Platform.WEIBO),
     ("B站", Platform.BILIBILI), ("b站", Platform.BILIBILI), ("抖音号", Platform.DOUYIN), ("头条号", Platform.TOUTIAO),
     ("APP", Platform.APP), ("wechat", Platform.WECHAT), ("贴吧", Platform.TIEBA), ("视频号", Platform.CHANNELS),
     ("微信视频号", Platform.CHANNELS), ("微信（视频号）", Platform.CHANNELS), ("小程序", Platform.MINIPROGRAM),
     ("微信小程序", Platform.MINIPROGRAM), ("其他（小程序）", Platform.MINIPROGRAM), ("微信（公众号）", Platform.WECHAT)],
)  # fmt: skip
def test_platforms_by_any_name(typed: str, expected: Platform) -> None:
    read = one(平台=typed)
    assert read.platform is expected
    assert read.account_type == (typed if typed in ("订阅号", "服务号") else "")


@pytest.mark.parametrize(
    ("typed", "expected", "kind"),
    [(" 微信公众号（订阅号）", Platform.WECHAT, "订阅号"), ("公众号(服务号)", Platform.WECHAT, "服务号"), ("微信服务号", Platform.WECHAT, "服务号"),
     ("QQ群", Platform.GROUP, "QQ群"), ("微信群", Platform.GROUP, "微信群"), ("喜马拉雅", Platform.OTHER, "喜马拉雅"),
     ("其他平台（荔枝FM）", Platform.OTHER, "荔枝FM"), ("抖音（企业号）", Platform.DOUYIN, "企业号"), ("专题网站", Platform.WEBSITE, "专题网站"),
     ("□微博 ■微信（服务号）", Platform.WECHAT, "服务号")],
)  # fmt: skip
def test_what_a_platform_says_beyond_the_platform_is_the_type(typed: str, expected: Platform, kind: str) -> None:
    read = one(平台=typed, 网址="https://a.x.edu.cn/" if expected is Platform.WEBSITE else "")
    assert (read.platform, read.account_type) == (expected, kind)


def test_a_type_that_says_another_is_listed() -> None:
    data = xlsx(["账号名称", "平台", "账号类型"], ["图书馆", "微信公众号（服务号）", "订阅号"])
    reading = examine(data, "a.xlsx", "x")
    assert reading.filings[0].account_type == "订阅号"
    assert [(d.row, d.value) for d in reading.dropped] == [(2, "服务号")]


def test_a_column_that_is_missing_is_named_before_its_cells() -> None:
    told = problems(xlsx(["账号名称", "归类", "微信号"], ["图书馆", "微信公众号", "lib_xx"]))
    assert [(row, column) for row, column, _ in told] == [(2, "平台")]
    assert told[0][2].startswith("没有认出“平台”一列，请先指明是哪一列")
    told = problems(xlsx(["账号名称", "平台", "地址链接2在哪"], ["图书馆", "网站", "lib.x.edu.cn"]))
    assert told[0][2].startswith("没有认出“网址”一列")
    assert problems(xlsx(["账号名称", "平台", "网址"], ["图书馆", "网站", ""]))[0][2].startswith("网站必须填写网址")


@pytest.mark.parametrize(
    "sums",
    [
        ["合计", None, "共80个账号"],
        [None, "合 计", "80"],
        ["小计", "图书馆", "3个"],
        [None, None, "共 3 个账号", "", 12000],
    ],
)
def test_a_line_of_sums_is_no_account(sums: list[Any]) -> None:
    data = xlsx(
        ["序号", "主办单位", "账号名称", "微信号", "粉丝数"],
        [1, "图书馆", "图书馆", "lib_xx", 1],
        [],
        sums,
        title="微信公众号",
    )
    reading = examine(data, "a.xlsx", "x")
    assert (len(reading.filings), reading.problems) == (1, ())
    assert [(d.row, d.message) for d in reading.dropped] == [(4, "不是账号，看作表外的说明，没有导入")]


def test_other_words() -> None:
    read = one(
        级别="二级平台", 状态="正常", 年审情况="未通过", 网址="请见 https://lib.x.edu.cn/a 首页", 管理员="张三 李四"
    )
    assert (read.level, read.status, read.review_result) == (AccountLevel.TWO, FilingStatus.ACTIVE, ReviewResult.FAILED)
    assert (read.url, read.operators) == ("https://lib.x.edu.cn/a", ("张三", "李四"))
    assert one(第一责任人="无", 电话="暂无", 备注="无").note == "无"
    assert one(微信号="bit_０００ｘ").account_id == "bit_000x"
    assert one(微信号="北理工").account_id == "北理工"
    assert one(第一责任人="无").first_owner == ""


def test_every_bad_row_is_listed_at_once() -> None:
    rows: list[list[Any]] = [
        ["账号名称", "平台", "网址", "开通时间", "是否认证", "邮箱", "粉丝数", "级别"],
        ["甲", "微信", "", "2024-02-30", "也许", "a.b.c", "很多", "四级"],
        ["", "微信", "", "", "", "", "", ""],
        ["丙", "人人网", "", "", "", "", "", ""],
        ["丁", "", "", "", "", "", "", ""],
        ["戊", "网站", "没有", "", "", "", "", ""],
        ["己", "微信、微博", "", "", "", "", "", ""],
        ["庚", "网站", "not a url", "", "", "", "", ""],
    ]
    found = problems(xlsx(*rows))
    assert [(row, column) for row, column, _ in found] == [
        (2, "开通时间"), (2, "是否认证"), (2, "邮箱"), (2, "粉丝数"), (2, "级别"), (3, "账号名称"), (4, "平台"), (5, "平台"),
        (6, "网址"), (7, "平台"), (8, "网址"),
    ]  # fmt: skip
    assert all("请" in message or "必须" in message for _, _, message in found)
    assert "拆成多行" in next(message for row, _, message in found if row == 7)


def test_duplicates_are_named_with_both_rows() -> None:
    rows: list[list[Any]] = [
        HEADER,
        ["图书馆", "微博", "1663414103"],
        ["图书馆官微", "微博", "https://weibo.com/u/1663414103"],
    ]
    assert "第 2 行" in problems(xlsx(["账号名称", "平台", "账号"], *rows[1:]))[0][2]
    numbered = xlsx(["备案号", *HEADER], ["A1", "甲", "微信", "aaaaaa"], ["A1", "乙", "微信", "bbbbbb"])
    assert problems(numbered)[0][:2] == (3, "备案号")


def test_formulas_are_refused_never_computed() -> None:
    found = problems(xlsx(HEADER, ["图书馆", "微信", "=1+1"], ["=A1", "微博", "1234567"]))
    assert [(row, column) for row, column, _ in found] == [(2, "账号ID"), (3, "账号名称")]
    assert "选择性粘贴" in found[0][2]
    assert "选择性粘贴" in problems(table(HEADER, ["图书馆", "微信", '="00123"']), "a.csv")[0][2]


def test_one_account_over_several_rows() -> None:
    rows: list[list[Any]] = [["单位", *HEADER, "管理员", "手机"], ["图书馆", "图书馆", "微信", "lib_xx", "甲", "138"], [None, None, None, None, "乙", "139"],
            [None, "馆务", "微信", "lib_yy", "丙", None]]  # fmt: skip
    read = read_register(xlsx(*rows, merge=["A2:A4", "B2:B3", "C2:C3", "D2:D3"]), "a.xlsx", "x")
    assert [(f.name, f.unit, f.operators, f.phones) for f in read] == [
        ("图书馆", "图书馆", ("甲", "乙"), ("138", "139")), ("馆务", "图书馆", ("丙",), ()),
    ]  # fmt: skip


def test_a_comma_table_with_chinese_commas() -> None:
    text = "账号名称,平台,用途\n图书馆,微信," + "你好，" * 50 + "\n"
    assert read_register(text.encode(), "a.csv", "x")[0].name == "图书馆"


def test_numbers_excel_spoiled() -> None:
    assert "15 位" in problems(xlsx(HEADER, ["图书馆", "百家号", 1536767890123456789]))[0][2]
    assert "科学计数法" in problems(table(HEADER, ["图书馆", "微博", "1.66341E+09"]), "a.csv")[0][2]


def test_a_link_behind_words() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["名称", "平台", "网址"])
    sheet.append(["图书馆", "网站", "点击访问"])
    sheet["C2"].hyperlink = "https://lib.x.edu.cn/"
    assert read_register(saved(book), "a.xlsx", "x")[0].url == "https://lib.x.edu.cn/"


def test_unknown_columns() -> None:
    data = xlsx([*HEADER, "微信运营经费", "单位意见"], ["图书馆", "微信", "lib_xx", "0", "同意"])
    assert read_register(data, "a.xlsx", "x")
    assert ignored_columns(data, "a.xlsx") == ("微信运营经费", "单位意见")
    assert read_register(data, "a.xlsx", "x")[0].extra == (("微信运营经费", "0"), ("单位意见", "同意"))
    assert not problems(xlsx([*HEADER, "更新时间", "管理单位"], ["图书馆", "微信", "lib_xx", "昨天", "甲"]))
    assert "第一责任人" in problems(xlsx([*HEADER, "第一责人"], ["图书馆", "微信", "lib_xx", "张三"]))[0][2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("comma", [",", "\t", ";"])
def test_csv_in_any_encoding(encoding: str, comma: str) -> None:
    text = comma.join(["账号名称", "平台", "备注"]) + "\r\n" + comma.join(["㐀图书馆", "微信", '"两\n行"']) + "\r\n"
    (read,) = read_register(text.encode(encoding), "台账.csv", "x")
    assert (read.name, read.note) == ("㐀图书馆", "两\n行")


def test_the_same_file_twice_is_the_same() -> None:
    data = xlsx(HEADER, ["图书馆", "微信", "lib_xx"], ["图书馆", "微博", None])
    assert read_register(data, "a.xlsx", "x") == read_register(data, "a.xlsx", "x")
    moved = xlsx(["平台", "账号名称", "微信号"], ["微博", "图书馆", None], ["公众号", "图书馆", "lib_xx"])
    assert {f.id for f in read_register(data, "a.xlsx", "x")} == {f.id for f in read_register(moved, "a.xlsx", "x")}
    assert {f.id for f in read_register(data, "a.xlsx", "x")}.isdisjoint(
        f.id for f in read_register(data, "a.xlsx", "y")
    )


def test_several_accounts_of_one_cell_become_a_row_each_and_it_is_said() -> None:
    """Names are shared out where there are as many; one name serves all; the number stays with the first."""
    rows: list[list[Any]] = [
        ["备案号", "账号名称", "平台", "账号ID", "网址", "单位"],
        ["A-1", "图书馆、图书馆服务", "微信", "lib_xx、lib_yy", "", "图书馆"],
        ["", "学报", "网站", "", "http://xb.x.edu.cn/ http://xbn.x.edu.cn/", "学报编辑部"],
    ]
    reading = examine(xlsx(*rows), "a.xlsx", "x")
    assert not reading.problems
    assert [(f.name, f.account_id or f.url, f.unit) for f in reading.filings] == [
        ("图书馆", "lib_xx", "图书馆"), ("图书馆服务", "lib_yy", "图书馆"),
        ("学报", "http://xb.x.edu.cn/", "学报编辑部"), ("学报", "http://xbn.x.edu.cn/", "学报编辑部"),
    ]  # fmt: skip
    assert [f.id for f in reading.filings].count("A-1") == 1
    assert len({f.id for f in reading.filings}) == 4
    assert [(doubt.row, "按每个账号一行读入" in doubt.message) for doubt in reading.doubts] == [(2, True), (3, True)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["图书馆、馆务、校史馆", "微信", "lib_xx、lib_yy", ""], "一个账号ID"),
        (["图书馆", "微信", "lib_xx", "https://a.x.edu.cn/ https://b.x.edu.cn/"], "一个网址"),
        (["图书馆", "微博", "", "https://weibo.com/u/1234567 https://m.weibo.cn/u/1234567"], "同一个账号"),
    ],
)
def test_what_cannot_be_split_for_certain_is_refused(row: list[str], said: str) -> None:
    found = problems(xlsx([*HEADER, "网址"], row))
    assert found[0][0] == 2
    assert said in found[0][2]
