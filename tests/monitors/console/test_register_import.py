"""An office's own table through the console: headings chosen and remembered, bad rows corrected, all or nothing."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI

from monitors.app_context import AppContext
from storage.register import examine
from tests.conftest import NOW
from tests.support.console import DEMO, Browser, client_of

HEADINGS = ("序号", "号主", "归哪个单位", "媒体平台", "微信号/ID", "是否已认证", "建立时间", "值班室")
ROWS: tuple[tuple[Any, ...], ...] = (
    (1, "示范大学档案馆", "档案馆", "微信公众号", "sfda_2020", "是", "2020年3月", "101"),
    (2, "示范大学校医院", "校医院", "微博", "88800002", "蓝V", "2021-05-01", "102"),
    (3, "示范大学幼儿园", "后勤", "抖音", "sfyey", "否", "2024年13月", "103"),
    (4, "示范大学视频", "党委宣传部", "视频号", "", "是", "2023", "104"),
)


def workbook(rows: tuple[tuple[Any, ...], ...] = ROWS, headings: tuple[str, ...] = HEADINGS) -> bytes:
    """A table under a merged title."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "总表"
    sheet.append(["示范大学新媒体一览表"])
    sheet.merge_cells("A1:H1")
    for row in (headings, *rows):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(browser: Browser, data: bytes, school: str = DEMO, name: str = "台账.xlsx") -> str:
    """Upload a file; the address of its page."""
    answer = browser.post(
        "/register/import",
        data={"csrf": browser.csrf(), "school": school},
        files={"file": (name, data)},
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def choices(page: str) -> dict[str, str]:
    """By heading what it is taken for."""
    pairs = re.findall(r'name="heading" value="([^"]+)".*?<select name="field"[^>]*>(.*?)</select>', page, re.S)
    return {h: re.search(r'value="([^"]*)" selected', options)[1] for h, options in pairs}  # type: ignore[index]


def choose(browser: Browser, address: str, **changed: str) -> str:
    """Choose columns; the page afterwards."""
    said = choices(browser.get(address).text) | changed
    data = {"csrf": browser.csrf(), "heading": list(said), "field": list(said.values())}
    return browser.post(f"{address}/columns", data=data).text


def correct(browser: Browser, address: str, texts: Mapping[str, str], skip: tuple[str, ...] = ()) -> str:
    """Fill in the rows by what stands in the cell now; the page afterwards."""
    page = browser.get(address).text
    cells = re.findall(
        r'name="sheet" value="([^"]*)"><input type="hidden" name="row" value="(\d+)"><input type="hidden" '
        r'name="column" value="([^"]*)"><input name="text" value="([^"]*)"',
        page,
    )
    data = {"csrf": browser.csrf(), "skip": list(skip)}
    for at, name in enumerate(("sheet", "row", "column")):
        data[name] = [html.unescape(cell[at]) for cell in cells]
    data["text"] = [texts.get(html.unescape(cell[3]), html.unescape(cell[3])) for cell in cells]
    return browser.post(f"{address}/rows", data=data).text


def carry_out(browser: Browser, address: str, **more: str) -> Any:
    shown = re.search(r'name="shown" value="(\w+)"', browser.get(address).text)
    assert shown
    return browser.submit(f"{address}/carry-out", shown=shown[1], **more)


def test_a_table_of_the_office_s_own(staff: Browser, context: AppContext) -> None:
    """Upload, choose, correct, look, carry out; nothing is kept before the last step."""
    before = context.store.filings.all()
    address = upload(staff, workbook())
    page = staff.get(address).text
    assert "没有认出表头" in page
    page = choose(staff, address, 号主="name", 归哪个单位="unit")
    taken = choices(page)
    assert taken["媒体平台"] == "platform"
    assert taken["微信号/ID"] == "account_id"
    assert taken["是否已认证"] == "verified"
    assert taken["建立时间"] == "opened_at"
    assert taken["值班室"] == ""
    assert "改正（2 行）" in page
    assert "没有这一天" in page
    page = correct(staff, address, {"蓝V": "是", "2024年13月": "2024-12"})
    assert "导入后的变化" in page
    assert "微信视频号 1" in page
    assert context.store.filings.all() == before
    answer = carry_out(staff, address, reason="年度核对")
    assert answer.headers["location"] == "/accounts?school=demo&done=imported"
    new = {f.name: f for f in context.store.filings.all(DEMO) if f not in before}
    assert set(new) == {row[1] for row in ROWS}
    assert new["示范大学校医院"].verified is True
    assert (new["示范大学幼儿园"].unit, new["示范大学幼儿园"].known_to_month) == ("后勤", ("opened_at",))
    assert dict(new["示范大学档案馆"].extra)["值班室"] == "101"
    assert context.store.filings.changes(DEMO, new["示范大学视频"].id)[0].reason == "年度核对"
    assert staff.get(address).status_code == 404


def test_the_school_s_headings_are_remembered(staff: Browser, context: AppContext) -> None:
    """The next file of the same school is understood at once; another school's is not."""
    choose(staff, upload(staff, workbook()), 号主="name", 归哪个单位="unit", 值班室="-")
    again = staff.get(upload(staff, workbook(ROWS[:1]))).text
    assert choices(again)["号主"] == "name"
    assert choices(again)["值班室"] == "-"
    assert "整列没有导入" in again
    assert "没有认出表头" in staff.get(upload(staff, workbook(), "sias")).text
    address = upload(staff, workbook(ROWS[:1]))
    assert choices(choose(staff, address, 值班室=""))["值班室"] == ""
    assert context.store.register_uploads.headings(DEMO) == {"号主": "name", "归哪个单位": "unit"}


def test_one_heading_of_several_sheets_is_chosen_once(staff: Browser) -> None:
    """The later sheets say 同上面的; what was chosen above holds for them, and days are shown without an hour."""
    book = openpyxl.Workbook()
    for title, name, account in (("微信公众号", "示范大学幼儿园", "ertong1"), ("微博", "示范大学校医院", "1234567")):
        sheet = book.create_sheet(title)
        sheet.append(["账号名称", "账号ID", "启用日", "开通时间"])
        sheet.append([name, account, "2020-1-2", datetime(2021, 3, 4)])
    out = io.BytesIO()
    book.save(out)
    address = upload(staff, out.getvalue())
    page = staff.get(address).text
    assert page.count('aria-label="“启用日”当作"') == 1
    assert page.count("同上面的“启用日”") == 1
    assert "2021-03-04" in page
    assert "2021-03-04 " not in page, "an hour that the workbook adds"
    assert choices(choose(staff, address, 启用日="filed_at"))["启用日"] == "filed_at"


def test_a_row_may_be_left_out(staff: Browser, context: AppContext) -> None:
    address = upload(staff, workbook())
    choose(staff, address, 号主="name", 归哪个单位="unit")
    page = correct(staff, address, {}, skip=("总表#4", "总表#5"))
    assert "按您的选择没有导入这一行" in page
    carry_out(staff, address)
    names = {f.name for f in context.store.filings.all(DEMO)}
    assert "示范大学档案馆" in names
    assert "示范大学校医院" not in names


def test_the_marked_file_comes_back(staff: Browser, context: AppContext) -> None:
    """Bad cells are coloured and explained, the office's words stay, and the file can be corrected and uploaded again."""
    address = upload(staff, workbook((*ROWS, (5, "=1+1", "", "微博", "", "是", "2020", "=2+2"))))
    choose(staff, address, 号主="name", 归哪个单位="unit")
    book = openpyxl.load_workbook(io.BytesIO(staff.get(f"{address}/marked").content))
    assert book.sheetnames == ["需要改正的地方", "总表"]
    listed = list(book.worksheets[0].iter_rows(values_only=True))
    assert ("总表", 4, "是否已认证", "蓝V", "请填写 是 或 否") in listed
    cell = book["总表"]["F4"]
    assert (cell.value, cell.fill.fgColor.rgb, bool(cell.comment)) == ("蓝V", "00F8CBAD", True)
    assert not any(c.data_type == "f" for row in book["总表"].iter_rows() for c in row)
    book["总表"]["F4"], book["总表"]["G5"] = "是", "2024-12"
    book["总表"].delete_rows(7)
    out = io.BytesIO()
    book.save(out)
    page = staff.get(upload(staff, out.getvalue())).text
    assert "导入后的变化" in page


def test_emptying_and_removing_want_a_word(staff: Browser, context: AppContext) -> None:
    """What would be lost is counted, shown, and not done without saying so."""
    sias = context.store.filings.all("sias")
    headings = ("备案号", "平台", "账号名称", "账号ID", "网址", "直接责任人")
    rows = tuple((f.id, f.platform.label, f.name, f.account_id, f.url, "") for f in sias[:2])
    address = upload(staff, workbook(rows, headings), "sias")
    page = staff.get(address).text
    assert "确认清空：有 2 处" in page
    assert f"文件里没有的 {len(sias) - 2} 个账号" in page
    refused = carry_out(staff, address, reason="换届后重新核对")
    assert (refused.status_code, "会被清空" in refused.text) == (409, True)
    assert 'value="换届后重新核对"' in refused.text, "what was typed stays"
    assert context.store.filings.all("sias") == sias
    shown = re.search(r'name="shown" value="(\w+)"', staff.get(f"{address}?replace=true").text)
    assert shown
    kept = {"shown": shown[1], "allow_empty": "true"}
    assert staff.submit(f"{address}/carry-out", **kept).status_code == 409, "the preview without removals was not seen"
    assert staff.submit(f"{address}/carry-out", **kept, replace="true").status_code == 303
    assert [f.direct_owner for f in context.store.filings.all("sias")] == ["", ""]


def test_what_moved_meanwhile_is_shown_again(staff: Browser, context: AppContext) -> None:
    """A preview is of a moment: what changed since is looked at before anything is carried out."""
    address = upload(staff, workbook(ROWS[:1], ("序号", "账号名称", "主办单位", *HEADINGS[3:])))
    shown = re.search(r'name="shown" value="(\w+)"', staff.get(address).text)
    assert shown
    gone = context.store.filings.all(DEMO)[9]
    context.store.filings.remove(DEMO, [gone.id], by="别人", now=NOW)
    page = staff.submit(f"{address}/carry-out", shown=shown[1])
    assert (page.status_code, "有变动，没有导入" in page.text) == (409, True)
    assert carry_out(staff, address).status_code == 303


@pytest.mark.parametrize("data", [b"", b"\x89PNG....", b"PK\x03\x04broken", "只有一行".encode()])
def test_what_is_no_register(staff: Browser, data: bytes) -> None:
    """Refused with what to do, never a broken page."""
    answer = staff.post(
        "/register/import", data={"csrf": staff.csrf(), "school": DEMO}, files={"file": ("图.png", data)}
    )
    assert answer.status_code in (200, 422)
    assert re.search("“图.png”是空文件|请上传|请在 Excel|没有找到表头", answer.text)
    if answer.url.path != "/register/import":
        assert staff.get(f"{answer.url.path}/marked").status_code in (200, 422)
        assert staff.get(f"{answer.url.path}/changes").status_code == 422


def test_an_upload_is_its_owner_s(app: FastAPI, staff: Browser, context: AppContext) -> None:
    """Nobody else sees it; it can be given up; it does not stay for ever."""
    address = upload(staff, workbook())
    with client_of(app) as other:
        other.sign_in("editor")
        assert other.get(address).status_code == 404
        assert other.submit(f"{address}/cancel").status_code == 404
    number = address.rpartition("/")[2]
    later = NOW + timedelta(days=4)
    assert context.store.register_uploads.get(number, "wang", later) is None
    assert context.store.register_uploads.expire(NOW) == 0
    assert context.store.register_uploads.expire(later) == 1
    address = upload(staff, workbook())
    assert staff.submit(f"{address}/cancel").status_code == 303
    assert staff.get(address).status_code == 404


def test_the_template_goes_in_again(staff: Browser) -> None:
    page = staff.get(upload(staff, staff.get("/register/template").content)).text
    assert "表里没有任何账号" in page
    exported = staff.get("/register/export?school=sias").content
    assert not examine(exported, "x.xlsx", "sias").problems
    assert "文件与台账一致" in staff.get(upload(staff, exported, "sias")).text
