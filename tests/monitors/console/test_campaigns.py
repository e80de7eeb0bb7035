"""The campaign in the browser: opened in a form, filled in by the unit, decided by two, published without a person's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from monitors.app_context import AppContext
from rules.campaigns import SheetState
from rules.model import FilingStatus, ReviewResult
from storage.evidence import EvidenceArchive
from tests.support.console import Browser, client_of
from tests.support.papers import jpeg, pdf

FORM = {
    "code": "NS2026", "school": "demo", "name": "2026年度年审", "kind": "annual_review", "units": "图书馆",
    "start": "2026-01-01", "end": "2026-12-31", "due": "2026-12-10",
}  # fmt: skip


@pytest.fixture
def browsers(app: FastAPI) -> Iterator[dict[str, Browser]]:
    """One browser each for the editor, the signer and the unit, and one that is not signed in."""
    found = {name: client_of(app) for name in ("editor", "signer", "unit", "stranger")}
    for name, browser in found.items():
        if name != "stranger":
            browser.sign_in(name)
    yield found
    for browser in found.values():
        browser.close()


def filled(context: AppContext, **more: str) -> dict[str, Any]:
    ids = context.store.campaigns.sheet("NS2026", "图书馆").filings
    answers = {f"kind-{place}": "confirmed" for place, _ in enumerate(ids)}
    return {"unit": "图书馆", "filing": list(ids), "none": "yes", "by": "张三", "head": "李馆长", "act": "submit"} | answers | more  # fmt: skip


def test_from_the_form_to_the_public_list(browsers: dict[str, Browser], context: AppContext) -> None:
    editor, signer, unit, stranger = browsers.values()
    assert editor.submit("/campaigns/new", **FORM).headers["location"].startswith("/campaigns/NS2026")
    assert stranger.get("/public/demo").status_code == 404
    page = unit.get("/campaigns/NS2026")
    for told in ("核对结果", "掌握情况", "最长未更新", "页面显示的名称", "请说明"):
        assert told in page.text
    kept = unit.submit("/campaigns/NS2026/sheet", **filled(context, head=""))
    assert kept.status_code == 422
    assert "负责人" in kept.text
    assert len(context.store.campaigns.sheet("NS2026", "图书馆").answers) > 0  # nothing typed is lost
    many = {f"phones-{place}": "" for place in range(3000)}  # a unit of 400 accounts sends so many fields
    assert unit.submit("/campaigns/NS2026/sheet", **filled(context, **many)).status_code == 303
    first, *others = context.store.campaigns.sheet("NS2026", "图书馆").filings
    for filing in others:
        editor.submit("/campaigns/NS2026/decide", unit="图书馆", filing=filing, kind="passed")
    editor.submit("/campaigns/NS2026/decide", unit="图书馆", filing=first, kind="suspend", reason="长期停更")
    own = editor.submit("/campaigns/NS2026/decide", unit="图书馆", filing=first, kind="confirm")
    assert "另一个人" in own.text
    assert signer.submit("/campaigns/NS2026/decide", unit="图书馆", filing=first, kind="confirm").status_code == 303
    assert "有一样就可以" in editor.submit("/campaigns/NS2026/settle", unit="图书馆", act="accept").text
    assert hand_in(editor, pdf()).status_code == 303
    assert editor.submit("/campaigns/NS2026/settle", unit="图书馆", act="accept").status_code == 303
    assert editor.submit("/campaigns/NS2026/close").status_code == 303
    suspended = context.store.filings.one("demo", first)
    assert suspended is not None
    assert (suspended.status, suspended.review_result) == (FilingStatus.PAUSED, ReviewResult.FAILED)
    assert editor.submit("/campaigns/NS2026/publish").status_code == 303
    shown = stranger.get("/public/demo")
    assert shown.status_code == 200
    assert "暂停使用" in shown.text
    owners = {f.direct_owner for f in context.store.filings.all("demo") if f.direct_owner}
    assert not [owner for owner in owners if owner in shown.text]
    assert "名单里没有" in stranger.get("/public/demo?q=没有这个账号").text
    assert "返回名单" in stranger.get("/public/demo", params={"account": first}).text


def test_a_unit_neither_sees_nor_fills_in_what_is_another_units(
    browsers: dict[str, Browser], context: AppContext
) -> None:
    editor, _, unit, _ = browsers.values()
    editor.submit("/campaigns/new", **(FORM | {"units": ""}))
    assert editor.submit("/campaigns/new", **FORM).status_code == 422
    others = [s.unit for s in context.store.campaigns.sheets("NS2026") if s.unit != "图书馆"]
    assert others
    assert unit.get("/campaigns/NS2026/sheet", params={"unit": others[0]}).status_code == 404
    assert unit.submit("/campaigns/NS2026/sheet", **filled(context, unit=others[0])).status_code == 404
    assert context.store.campaigns.sheet("NS2026", others[0]).state is SheetState.OPEN
    assert others[0] not in unit.get("/campaigns").text


def test_a_sheet_comes_back_with_what_to_mend(browsers: dict[str, Browser], context: AppContext) -> None:
    editor, _, unit, _ = browsers.values()
    editor.submit("/campaigns/new", **FORM)
    unit.submit("/campaigns/NS2026/sheet", **filled(context))
    assert (
        editor.submit("/campaigns/NS2026/settle", unit="图书馆", act="return", reason="缺停更说明").status_code == 303
    )
    assert "缺停更说明" in unit.get("/campaigns/NS2026/sheet").text
    assert "待填报的专项工作" in unit.get("/unit").text
    book = unit.get("/campaigns/NS2026/sheet.xlsx", params={"unit": "图书馆"})
    assert book.content.startswith(b"PK")


def test_the_sealed_paper_is_kept_and_shown_beside_the_sheet(browsers: dict[str, Browser], context: AppContext) -> None:
    editor, _, unit, stranger = browsers.values()
    editor.submit("/campaigns/new", **FORM)
    unit.submit("/campaigns/NS2026/sheet", **filled(context))
    refused = hand_in(unit, b"not a paper")
    assert refused.status_code == 422
    assert "不是 PDF" in refused.text
    assert hand_in(unit, jpeg()).status_code == 303
    assert hand_in(editor, pdf(pages=2)).status_code == 303
    assert "已经上传过" in hand_in(unit, jpeg()).text
    photograph, paper = context.store.campaigns.sheet("NS2026", "图书馆").copies
    assert EvidenceArchive(context.evidence).get(photograph.evidence).body == jpeg()
    page = editor.get("/campaigns/NS2026/sheet", params={"unit": "图书馆"}).text
    assert "签字盖章的扫描件" in page
    assert "PDF，2 页" in page
    assert photograph.sha256 in page
    shown = editor.get(f"/campaigns/NS2026/sealed/{paper.evidence}", params={"unit": "图书馆"})
    assert (shown.content, shown.headers["content-type"]) == (pdf(pages=2), "application/pdf")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["content-disposition"].startswith("attachment")
    wrong = editor.get(f"/campaigns/NS2026/sealed/{photograph.evidence}x", params={"unit": "图书馆"})
    assert wrong.status_code == 404
    assert stranger.get(f"/campaigns/NS2026/sealed/{paper.evidence}", follow_redirects=False).status_code == 303


def test_the_head_confirms_by_signing_in(browsers: dict[str, Browser], context: AppContext) -> None:
    editor, _, unit, _ = browsers.values()
    editor.submit("/campaigns/new", **FORM)
    unit.submit("/campaigns/NS2026/sheet", **filled(context))
    assert "只写姓名不算确认" in unit.get("/campaigns/NS2026/sheet").text
    assert "由负责人本人登录" in unit.submit("/campaigns/NS2026/confirm", unit="图书馆").text
    editor.submit("/campaigns/NS2026/settle", unit="图书馆", act="return", reason="负责人写错")
    assert unit.submit("/campaigns/NS2026/sheet", **filled(context, head="图书馆馆员")).status_code == 303
    confirmed = context.store.campaigns.sheet("NS2026", "图书馆").confirmed  # who hands in as its head has confirmed
    assert confirmed is not None
    assert confirmed.by == "图书馆馆员"
    assert "登录确认" in editor.get("/campaigns/NS2026/sheet", params={"unit": "图书馆"}).text


def hand_in(browser: Browser, paper: bytes) -> Any:
    """Upload a scan."""
    form = {"csrf": browser.csrf(), "unit": "图书馆"}
    path = "/campaigns/NS2026/sealed"
    return browser.post(path, data=form, files={"file": ("盖章.pdf", paper)}, follow_redirects=False)


def test_two_windows_over_one_sheet(browsers: dict[str, Browser], context: AppContext) -> None:
    editor, _, unit, _ = browsers.values()
    editor.submit("/campaigns/new", **FORM)
    opened = stamp_on(unit)
    saved = unit.submit("/campaigns/NS2026/sheet", **filled(context, act="autosave", stamp=opened))
    assert saved.status_code == 200
    assert saved.json()["stamp"] == stamp_on(unit)
    late = filled(context, act="save", stamp=opened, by="王五") | {"kind-0": "closes", "reason-0": "另一窗口写的理由"}
    told = unit.submit("/campaigns/NS2026/sheet", **late)
    assert told.status_code == 409
    for kept in ("另一个窗口", "已保存的不同之处：属实", "另一窗口写的理由", "王五"):
        assert kept in told.text
    assert context.store.campaigns.sheet("NS2026", "图书馆").by == "张三"
    assert unit.submit("/campaigns/NS2026/sheet", **(late | {"act": "autosave"})).status_code == 409
    again = late | {"stamp": stamp_on(unit)}
    assert unit.submit("/campaigns/NS2026/sheet", **again).status_code == 303
    assert context.store.campaigns.sheet("NS2026", "图书馆").by == "王五"


def test_half_a_row_is_neither_kept_nor_lost(browsers: dict[str, Browser], context: AppContext) -> None:
    editor, _, unit, _ = browsers.values()
    editor.submit("/campaigns/new", **FORM)
    added = {"added-platform": ["", "weibo"], "added-name": ["没有平台", "读书会"], "added-address": ["x.cn", ""], "added-note": ["", ""]}  # fmt: skip
    typed = filled(context, none="", **{"name-0": "新馆名"}) | added
    del typed["kind-0"]
    told = unit.submit("/campaigns/NS2026/sheet", **typed)
    assert told.status_code == 422
    assert "没有平台" in told.text
    sheet = context.store.campaigns.sheet("NS2026", "图书馆")
    assert [each.name for each in sheet.added] == ["读书会"]
    assert sheet.answers[0].corrections == {"name": "新馆名"}  # a correction without a choice is one
    assert unit.submit("/campaigns/NS2026/sheet", **(typed | {"act": "autosave"})).json()["left"] == 1


def stamp_on(browser: Browser) -> str:
    """The sign of the sheet's state, as the page carries it."""
    found = re.search(r'name="stamp" value="([0-9a-f]+)"', browser.get("/campaigns/NS2026/sheet").text)
    assert found
    return found[1]
