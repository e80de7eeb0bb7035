"""`xunjian campaign` from its file to its end: sheets out and in, one reminder a day, the register in the end."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from monitors.settings import load_settings
from rules.campaign_moves import accept
from rules.campaigns import CampaignKind
from rules.model import ReviewResult
from storage.store import Store
from tests.support.cli import run
from tests.support.factories import at, filing
from tests.support.papers import pdf

FILE = """
code: NS2026
school: demo
name: 2026年度年审
kind: 半年自查
start: 2026-07-01
end: 2026-12-31
due: 2026-12-10
"""
Run = Callable[..., tuple[int, str, str]]
OTHER = "=HYPERLINK(1)"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    store = Store(load_settings(data=data).database)
    rows = [filing(emails=("tsg@x.edu.cn",), name=OTHER), filing(id="2", unit="后勤处", account_id="1000002")]
    store.filings.save(rows, by="测试", now=at("2026-11-01"))
    store.close()
    (tmp_path / "c.yaml").write_text(FILE, "utf-8")
    return data


@pytest.fixture
def xunjian(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*args: str, now: str = "2026-12-01T09:00") -> tuple[int, str, str]:
        return run(capsys, "--data", str(data), "--now", now, "campaign", *args)

    return call


def opened(xunjian: Run, data: Path) -> None:
    code, _, err = xunjian("new", str(data.parent / "c.yaml"), "--by", "王经办")
    assert (code, err) == (0, "")


def fill(path: Path, change: Callable[[Any], None]) -> None:
    book = load_workbook(path)
    book["账号核对"]["N4"] = "属实"
    for cell, value in (("B3", "是"), ("B4", "张三"), ("B5", "李馆长")):
        book["报送"][cell] = value
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(buffer.getvalue())


def test_the_contract_of_show(xunjian: Run, data: Path) -> None:
    opened(xunjian, data)
    _, out, _ = xunjian("show", "NS2026", "--format", "json", now="2026-12-12")
    shown = json.loads(out)
    assert (shown["code"], shown["name"], shown["kind"], shown["due"]) == ("NS2026", "2026年度年审", "self_check", "2026-12-10")  # fmt: skip
    assert sorted(shown["units"], key=lambda row: row["unit"]) == [
        {"unit": "后勤处", "accounts": 1, "state": "late"},
        {"unit": "图书馆", "accounts": 1, "state": "late"},
    ]


def test_a_wrong_file_is_told_place_by_place(xunjian: Run, data: Path) -> None:
    wrong = data.parent / "wrong.yaml"
    wrong.write_text(
        FILE.replace("半年自查", "大扫除").replace("2026-12-10", "下周") + "scope: {plattforms: [微博]}\n", "utf-8"
    )
    code, _, err = xunjian("new", str(wrong), "--by", "王")
    assert code == 2
    for told in ("kind：“大扫除”不认识", "due：日期请写成", "scope.plattforms：没有这一项"):
        assert told in err


def test_out_in_and_closed_into_the_register(xunjian: Run, data: Path) -> None:
    opened(xunjian, data)
    assert xunjian("sheets", "NS2026", "--out", str(data.parent / "out"))[0] == 0
    path = data.parent / "out" / "NS2026-图书馆.xlsx"
    accounts = load_workbook(path)["账号核对"]
    assert accounts["C4"].data_type == "s"
    assert "1个账号：1个未观察" in str(accounts["A2"].value)
    assert "全年没有看到该账号的内容，请单位提供更新情况" in str(accounts["M4"].value)
    fill(path, lambda book: None)
    code, out, err = xunjian("import", str(path))
    assert (code, err) == (0, "")
    assert "1 个账号" in out
    assert xunjian("close", "NS2026", "--by", "王")[0] == 2  # it has not been looked at yet
    paper = data.parent / "盖章.pdf"
    paper.write_bytes(pdf(pages=2))
    code, out, err = xunjian("sealed-copy", "NS2026", str(paper), "--unit", "图书馆", "--by", "王")
    assert (code, err) == (0, "")
    assert "2 页" in out
    assert (
        xunjian("sealed-copy", "NS2026", str(path), "--unit", "图书馆", "--by", "王")[0] == 2
    )  # a workbook is no paper
    store = Store(load_settings(data=data).database)
    try:
        store.campaigns.move("NS2026", "图书馆", lambda s: accept(s, CampaignKind.SELF_CHECK), at("2026-12-02"), "campaign.accept")  # fmt: skip
    finally:
        store.close()
    code, out, err = xunjian("close", "NS2026", "--by", "王", now="2026-12-20T10:00")
    assert (code, err) == (0, "")
    store = Store(load_settings(data=data).database)
    try:
        after = {each.id: each for each in store.filings.all("demo")}
        assert after["1"].self_checked_at == date(2026, 12, 1)
        assert after["2"].self_checked_at is None
        assert after["2"].review_result is not ReviewResult.MISSING
        assert "NS2026" in store.filings.changes("demo", "1")[-1].reason
    finally:
        store.close()


@pytest.mark.parametrize(
    ("cell", "value", "where"),
    [("N4", "大概", "核对结果"), ("O4", "=1+1", "更正：账号名称"), ("A4", None, "台账编号")],
)
def test_one_bad_place_and_nothing_is_taken(xunjian: Run, data: Path, cell: str, value: str | None, where: str) -> None:
    opened(xunjian, data)
    xunjian("sheets", "NS2026", "--out", str(data.parent / "out"))
    path = data.parent / "out" / "NS2026-图书馆.xlsx"

    def spoil(book: Any) -> None:
        book["账号核对"][cell] = value

    fill(path, spoil)
    code, out, _ = xunjian("import", str(path), "--format", "json")
    told = json.loads(out)
    assert (code, told["imported"]) == (1, False)
    assert [(each["row"], each["column"]) for each in told["bad"]] == [(4, where)]
    assert '"submitted"' not in xunjian("show", "NS2026", "--format", "json")[1]


def test_reminded_once_a_day_and_who_has_no_mailbox_is_named(xunjian: Run, data: Path) -> None:
    opened(xunjian, data)
    assert json.loads(xunjian("remind", "NS2026", "--format", "json")[1])["sent"] == []  # nobody is late yet
    first, second = (
        json.loads(xunjian("remind", "NS2026", "--format", "json", now=f"2026-12-12T{hour}")[1])
        for hour in ("09", "15")
    )
    assert (first["sent"], first["no_mailbox"]) == (["图书馆"], ["后勤处"])
    assert (second["sent"], second["today"]) == ([], ["图书馆"])
    assert len(list((data / "outbox").glob("campaign*"))) == 1
