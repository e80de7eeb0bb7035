"""Letters in the console: read and signed one by one or together, printed with a cover sheet, delivered, held back."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.notices.notice import Notice
from alerts.sanitize import clean
from monitors.app_context import AppContext
from monitors.console.labels import answer_label
from monitors.jobs.check import check
from monitors.jobs.deferrals import defer
from monitors.jobs.digest import make_digest
from monitors.jobs.letters import letter_of
from rules.cases.case import EventKind
from rules.model import CaseState
from rules.people import grants_of
from storage.notices import NoticeState
from storage.serialization import load
from tests.conftest import NOW
from tests.support.console import DEMO, PEOPLE, Browser

FIRST = "DEMO-2026-0002"
"""A case whose 整改通知书 lies before the signer, about an account that is as silent as it says."""


@pytest.fixture(autouse=True)
def _crawler_is_trusted(context: AppContext) -> None:
    """The breaker of the case's platform is closed again."""
    context.store.platform_state.set("weibo", breaker_opened_at=None)


def draft_of(context: AppContext) -> str:
    (row,) = [r for r in context.store.outbox.all(case=FIRST) if r.state is NoticeState.DRAFT]
    return row.id


def seen_on(page: str, notice: str) -> str:
    """What the list's form carries of one draft."""
    found = re.search(rf'name="seen:{re.escape(notice)}" value="([^"]*)"', page)
    assert found
    return html.unescape(found[1])


def test_drafts_are_looked_at_and_signed_together(staff: Browser, context: AppContext) -> None:
    notice = draft_of(context)
    page = staff.get("/notices/sign").text
    assert "已超过2个月" in page, "the reason stands beside it"
    assert "待签发" in staff.get(f"/notices/{notice}.body").text, "across the draft"
    answer = staff.submit("/notices/sign", ids=notice, **{f"seen:{notice}": seen_on(page, notice)})
    assert answer.headers["location"] == "/notices/sign?done=signed", answer.text
    row = context.store.outbox.one(notice)
    assert row
    assert row.state is NoticeState.DUE
    assert "〔2026〕" in row.number
    assert replace(row, number="").signed_at == NOW, "a signed reminder bears no number, and was signed all the same"
    assert replace(row, number="", document='{"issued_at": "2026-11-21T10:00:00+08:00"}').signed_at is None
    assert "王老师" in staff.get(f"/notices/{notice}.body").text, "the paper names who signed it"
    assert staff.submit("/notices/sign", ids=notice).status_code == 409, "signed once"


def test_a_draft_is_put_off_and_taken_up_again(staff: Browser, context: AppContext) -> None:
    notice, case = draft_of(context), context.store.cases.get(FIRST)
    page = staff.get("/notices/sign").text
    assert staff.submit("/notices/sign/defer", ids=notice, reason=" ").status_code == 409, "a reason is asked for"
    assert staff.submit("/notices/sign/defer", ids=notice, reason="待会议", until="2020-01-01").status_code == 409
    assert staff.submit("/notices/sign/defer", ids=notice, reason="待会议").status_code == 303
    assert notice not in staff.get("/notices/sign").text, "it is chosen with no others"
    listed = staff.get("/notices/sign?deferred=1").text
    assert "王老师暂缓（未定期限）：待会议" in listed
    assert "暂缓签发 1" in listed
    assert "1 份" in staff.get("/").text.partition("<dt>暂缓签发</dt>")[2][:80]
    assert "暂缓签发，恢复之前不发出" in staff.get(f"/cases/{FIRST}").text
    answer = staff.submit("/notices/sign", ids=notice, **{f"seen:{notice}": seen_on(page, notice)})
    assert answer.status_code == 409, "not by a page that was open before"
    assert context.store.cases.get(FIRST) == case, "no step of the ladder moved"
    assert "1 份暂缓签发" in str(make_digest(context, "demo", NOW.date(), NOW))
    assert staff.submit("/notices/sign/resume", ids=notice).status_code == 303
    assert staff.submit("/notices/sign/resume", ids=notice).status_code == 409, "taken up once"
    history = [event.kind for event in context.store.cases.events(FIRST)]
    assert history[-2:] == [EventKind.DEFERRED, EventKind.RESUMED]
    assert draft_of(context) == notice


def test_what_was_put_off_to_a_day_lies_before_the_signer_after_it(context: AppContext) -> None:
    notice = draft_of(context)
    defer(context, notice, by="王老师", reason="待会议", until=NOW.date())
    check(context, "demo", NOW)
    assert letter_of(context, notice).error == f"王老师暂缓至{NOW.year}年{NOW.month}月{NOW.day}日：待会议"
    check(context, "demo", NOW + timedelta(days=1))
    (kind,) = {e.kind for e in context.store.cases.events(FIRST) if e.reason == "暂缓期满"}
    assert kind is EventKind.RESUMED
    assert letter_of(context, notice).state in (NoticeState.DRAFT, NoticeState.STOPPED)


def test_a_row_of_the_list_is_the_look(staff: Browser, context: AppContext) -> None:
    """What the signature answers for stands in the row: addressee, unit, account, clause with its words, reason, evidence."""
    paper = load(Notice, letter_of(context, draft_of(context)).document)
    page = html.unescape(staff.get("/notices/sign").text)
    for part in (paper.addressee, paper.unit, paper.account, paper.clause, paper.sentence[:20], paper.reason[:20]):
        assert clean(part, 80) in page, part
    assert f'href="/evidence/{paper.evidence[0].id}"' in page


def test_the_draft_stands_beside_its_facts(staff: Browser, context: AppContext) -> None:
    paper = load(Notice, letter_of(context, draft_of(context)).document)
    page = staff.get(f"/notices/{paper.id}.html").text
    beside = html.unescape(page.partition("事实、条款与存证")[2])
    for part in (
        paper.account,
        paper.reason[:20],
        paper.sentence[:20],
        "采集",
        f'href="/evidence/{paper.evidence[0].id}"',
    ):
        assert clean(part, 120) in beside, part
    assert 'class="paper"' in page


def test_what_changed_since_it_was_open_is_said(staff: Browser, context: AppContext) -> None:
    notice = draft_of(context)
    stale = (
        seen_on(staff.get("/notices/sign").text, notice)
        .replace("图书馆", "别的单位", 1)
        .replace("招生就业处", "别的单位", 1)
    )
    stale = stale.replace("校团委", "别的单位", 1)
    answer = staff.submit("/notices/sign", ids=notice, **{f"seen:{notice}": stale})
    assert answer.status_code == 409
    assert "情况有变化" in answer.text
    row = context.store.outbox.one(notice)
    assert row
    assert (row.state, row.number) == (NoticeState.DRAFT, "")


def test_printed_and_handed_over(staff: Browser, context: AppContext) -> None:
    notice = draft_of(context)
    page = staff.get("/notices/sign").text
    staff.submit("/notices/sign", ids=notice, **{f"seen:{notice}": seen_on(page, notice)})
    assert staff.get("/notices/hand-over/print").status_code == 404
    context.store.outbox.claim(NOW, 1, only=notice)
    context.store.outbox.mark_to_print(notice, NOW)
    assert "待打印" in staff.get("/notices/hand-over").text
    printed = staff.get("/notices/hand-over/print?form=html").text
    assert "文书送达签收单" in printed
    assert "break-after:page" in printed
    assert staff.submit("/notices/hand-over/printed", ids=notice).status_code == 303
    fields = {"ids": notice, "receiver": "办公室李老师", "way": "in_person"}
    assert staff.submit("/notices/hand-over", day="2027-01-01", **fields).status_code == 409
    assert staff.submit("/notices/hand-over", day="", **fields).status_code == 422
    assert staff.submit("/notices/hand-over", day=f"{NOW:%Y-%m-%d}", **fields).status_code == 303
    page = staff.get(f"/notices/{notice}.html").text
    assert "办公室李老师" in page
    assert "由<bdi>王老师</bdi>登记" in page


def test_what_cannot_be_registered_is_named_and_nothing_chosen_is_said(staff: Browser, context: AppContext) -> None:
    assert "请至少选择一份文书" in staff.submit("/notices/sign").text
    fields = {"receiver": "办公室李老师", "way": "in_person", "day": f"{NOW:%Y-%m-%d}"}
    assert "请至少选择一份文书" in staff.submit("/notices/hand-over", **fields).text
    notice = draft_of(context)
    row = context.store.outbox.one(notice)
    assert row
    answer = staff.submit("/notices/hand-over", ids=notice, **fields)
    assert answer.status_code == 409
    assert f"{row.unit}的整改通知书：" in answer.text


def test_paper_in_a_folder_or_from_a_printer_has_reached_nobody() -> None:
    said = [answer_label("sent", target) for target in ("file0:", "print:", "smtp0:office@school.example")]
    assert said == ["已存档", "已打印", "已送达"]


def test_a_signed_paper_is_held_back(staff: Browser, context: AppContext) -> None:
    notice = draft_of(context)
    page = staff.get("/notices/sign").text
    staff.submit("/notices/sign", ids=notice, **{f"seen:{notice}": seen_on(page, notice)})
    assert staff.submit(f"/notices/{notice}/stop", reason="再核实").status_code == 303
    assert "停发" in staff.get(f"/notices/{notice}.html").text
    assert draft_of(context) == f"{notice}-2", "it may be signed again, under another number"


def test_letters_are_found_by_unit_and_word(staff: Browser, context: AppContext) -> None:
    unit = next(row.unit for row in context.store.outbox.all(case=FIRST))
    assert draft_of(context) in staff.get(f"/notices?unit={unit}&state=draft").text
    assert draft_of(context) not in staff.get("/notices?q=没有这个词").text


def test_the_office_adds_a_paragraph_of_its_own(staff: Browser, context: AppContext) -> None:
    notice = draft_of(context)
    before = seen_on(staff.get("/notices/sign").text, notice)
    assert staff.submit(f"/notices/{notice}/edit", note="请于周五前先行电话告知。").status_code == 303
    page = staff.get("/notices/sign").text
    assert staff.submit("/notices/sign", ids=notice, **{f"seen:{notice}": before}).status_code == 409, "read it again"
    staff.submit("/notices/sign", ids=notice, **{f"seen:{notice}": seen_on(page, notice)})
    assert "请于周五前先行电话告知。" in staff.get(f"/notices/{notice}.body").text
    assert staff.submit(f"/notices/{notice}/edit", note="改口").status_code == 409


def test_addressee_and_contact_are_written_over_and_what_was_read_leaves(staff: Browser, context: AppContext) -> None:
    notice = draft_of(context)
    before = seen_on(staff.get("/notices/sign").text, notice)
    drafted = load(Notice, letter_of(context, notice).document)
    words = {
        "addressee": "某部门办公室",
        "mailboxes": "office@other.example、second@other.example",
        "phone": "0100-12345678",
    }
    assert staff.submit(f"/notices/{notice}/edit", **words).status_code == 303
    page = staff.get(f"/notices/{notice}.html").text
    assert "修改记录" in page
    assert "变为“某部门办公室”" in page, "who changed what is kept"
    assert staff.submit("/notices/sign", ids=notice, **{f"seen:{notice}": before}).status_code == 409, "read it again"
    staff.submit("/notices/sign", ids=notice, **{f"seen:{notice}": seen_on(staff.get("/notices/sign").text, notice)})
    row = context.store.outbox.one(notice)
    assert row
    paper = load(Notice, row.document)
    assert (row.state, paper.addressee) == (NoticeState.DUE, "某部门办公室")
    assert paper.addressee_mailboxes == ("office@other.example", "second@other.example")
    assert not set(drafted.addressee_mailboxes) & set(paper.recipients), "who was drafted as addressee does not get it"
    assert "0100-12345678" in staff.get(f"/notices/{notice}.body").text
    assert staff.submit(f"/notices/{notice}/edit", addressee="改口").status_code == 409


def test_a_mailbox_that_is_none_is_refused(staff: Browser, context: AppContext) -> None:
    answer = staff.submit(f"/notices/{draft_of(context)}/edit", mailboxes="办公室")
    assert answer.status_code == 409
    assert "不是邮箱地址" in answer.text


def test_a_unit_sees_no_draft(context: AppContext, staff: Browser) -> None:
    """What nobody has signed is nobody's but the office's."""
    row = context.store.outbox.one(draft_of(context))
    assert row
    context.store.users.change(replace(PEOPLE["unit"], grants=grants_of(["unit"], unit=row.unit)), now=NOW)
    with Browser(staff.app, base_url=str(staff.base_url)) as unit:
        unit.sign_in("unit")
        assert unit.get(f"/cases/{FIRST}").status_code == 200
        assert "待签发" not in unit.get(f"/cases/{FIRST}").text.partition('id="h-notices"')[2]
        for kind in ("html", "body", "docx"):
            assert unit.get(f"/notices/{row.id}.{kind}").status_code == 404


def test_a_batch_is_taken_back(staff: Browser, context: AppContext) -> None:
    assert "整批撤回" in staff.get("/cases/batches").text
    assert staff.submit("/cases/batches", numbers=FIRST, reason="导入有误").status_code == 303
    found = context.store.cases.get(FIRST)
    assert found
    assert found.state is CaseState.WITHDRAWN
    assert staff.submit("/cases/batches", numbers=FIRST, reason="导入有误").status_code == 409
    assert staff.submit("/cases/batches", numbers="NO-1", reason="x").status_code == 404
    assert "请至少选择一件问题" in staff.submit("/cases/batches", reason="x").text


def test_one_that_refuses_holds_back_no_other(staff: Browser, context: AppContext) -> None:
    given = {"action": "close", "reason": "已复核"}
    assert staff.submit("/cases/several", numbers="DEMO-2026-0005", **given).status_code == 303
    answer = staff.submit("/cases/several", numbers=["DEMO-2026-0001", "DEMO-2026-0005"], **given)
    assert answer.status_code == 409
    assert "办好 1 件；1 件没有办——DEMO-2026-0005：" in answer.text


@pytest.mark.parametrize(("action", "until", "status"), [("close", "", 303), ("fly", "", 409), ("exempt", "soon", 409)])
def test_several_with_one_reason(staff: Browser, context: AppContext, action: str, until: str, status: int) -> None:
    given = {"numbers": "DEMO-2026-0005", "action": action, "reason": "已复核", "until": until}
    assert staff.submit("/cases/several", **given).status_code == status


def test_the_survey_is_closed_with_a_day(staff: Browser, context: AppContext) -> None:
    context.store.surveys.open(DEMO, "导入台账", NOW)
    assert "导入台账" in staff.get("/survey").text
    nothing = staff.submit("/survey/dismiss", reason="已经报备")
    assert (nothing.status_code, "请先勾选" in nothing.text) == (422, True)
    assert staff.submit("/survey/close", school=DEMO, drafts_from="").status_code == 422
    assert staff.submit("/survey/close", school=DEMO, drafts_from="2026-01-01").status_code == 409
    assert staff.submit("/survey/close", school=DEMO, drafts_from="2026-12-01").status_code == 303
    survey = context.store.surveys.newest(DEMO)
    assert survey
    assert survey.closed_by == "王老师"
    refused = staff.submit("/survey/dismiss", numbers=["DEMO-2026-0003", FIRST], reason="已报备")
    assert refused.status_code == 409
    assert "办好 1 件；1 件没有办——DEMO-2026-0003：" in refused.text
    found = context.store.cases.get(FIRST)
    assert found
    assert found.state is CaseState.DISMISSED, "one that refuses holds back no other"


def test_a_draft_correction_stands_beside_what_the_paper_said(staff: Browser, context: AppContext) -> None:
    number = "DEMO-2026-0004"
    (left,) = [row for row in context.store.outbox.all(case=number) if row.state is NoticeState.DELIVERED]
    assert staff.submit(f"/cases/{number}/withdraw", reason="读错了日期").status_code == 303
    (row,) = [row for row in context.store.outbox.all(case=number) if row.state is NoticeState.DRAFT]
    page = staff.get(f"/notices/{row.id}.html").text
    assert f'href="/notices/{left.id}.html"' in page
    assert f"问题：<bdi>{load(Notice, left.document).reason}</bdi>" in page
    assert "更正通知" in staff.get("/notices").text
    assert f"此前文书：<bdi>{left.number}</bdi>" in staff.get("/notices/sign").text


def test_the_states_to_choose_from_stand_once(staff: Browser) -> None:
    assert staff.get("/cases").text.count(">全部未结</option>") == 1
    assert staff.get("/cases?state=").status_code == 200
