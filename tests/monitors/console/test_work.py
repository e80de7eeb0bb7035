"""What staff do: sign, answer an appeal, exempt, withdraw, decide on suspects, switch a platform, start a sweep."""

from __future__ import annotations

import asyncio
from typing import Any

from monitors.app_context import AppContext
from rules.candidate_decisions import decide_candidate
from rules.candidates import CandidateState
from rules.model import CaseState
from storage.filings import key_of
from tests.conftest import NOW
from tests.support.console import DEMO, Browser, OrderBook

SIGN, NEW, SENT, APPEALED, RESOLVED = (f"DEMO-2026-000{n}" for n in range(1, 6))


def submit(staff: Browser, number: str, action: str, **fields: str) -> Any:
    """One form of a case."""
    return staff.submit(f"/cases/{number}/{action}", **fields)


def test_a_signature(staff: Browser, context: AppContext) -> None:
    """Proposed by one, signed by whoever is signed in, under the account's name and post; the page says so."""
    with Browser(staff.app, base_url=str(staff.base_url)) as editor:
        editor.sign_in("editor")
        assert "请经办提请签发" in editor.get(f"/cases/{SIGN}").text
        assert submit(editor, SIGN, "approve").status_code == 403
        assert submit(editor, SIGN, "propose").status_code == 303
    unread = submit(staff, SIGN, "approve")
    assert (unread.status_code, "请先打开文书" in unread.text) == (409, True), "nobody signs what was not open"
    assert "公开通报待签发，请党委宣传部负责人阅后签发" in staff.get(f"/cases/{SIGN}").text
    answer = submit(staff, SIGN, "approve", by="钱校长")
    assert answer.status_code == 303, answer.text
    case = context.store.cases.get(SIGN)
    assert case
    signed = [record for record in case.steps if record.approved_by == "王老师"]
    assert len(signed) == 1
    assert (signed[0].approver_user, signed[0].approver_post) == ("wang", "党委宣传部部长")
    assert signed[0].issued_at == NOW
    page = staff.get(answer.headers["location"])
    assert "已签发并编号" in page.text
    assert "王老师" in page.text
    assert "钱校长" not in page.text, "a typed name signs nothing"


def lies(context: AppContext, notice: str) -> None:
    """The letter was written into the outbox folder; its addressee has no mailbox."""
    context.store.outbox.claim(NOW, 1, only=notice)
    context.store.outbox.mark_to_print(notice, NOW)


def test_what_the_case_does_not_allow_is_said(staff: Browser, context: AppContext) -> None:
    """A Chinese sentence on the case's own page, and nothing changed."""
    before = context.store.cases.get(SENT)
    answer = submit(staff, SENT, "dismiss", reason="看过了")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert "只有待研判" in answer.text
    assert context.store.cases.get(SENT) == before


def test_an_appeal_from_its_register_to_its_decision(staff: Browser, context: AppContext) -> None:
    """Written down, the clock stands; decided, the unit is told."""
    assert submit(staff, SENT, "appeal", by="外国语学院", reason="已于本月更新").status_code == 303
    case = context.store.cases.get(SENT)
    assert case
    assert case.pending_appeal
    assert "申诉" in staff.get(f"/cases/{SENT}").text
    assert submit(staff, SENT, "decide", reason="属实").status_code == 422
    assert submit(staff, SENT, "decide", upheld="yes", reason="经核实属实").status_code == 303
    decided = context.store.cases.get(SENT)
    assert decided
    assert decided.appeals[-1].upheld
    assert decided.appeals[-1].decided_by == "王老师"


def test_delivery_exemption_and_endings(staff: Browser, context: AppContext) -> None:
    """Each form reaches its move."""
    assert submit(staff, SENT, "deliver", receiver="图书馆办公室").status_code == 409, "it was not sent yet"
    lies(context, f"{SENT}/rectification")
    assert submit(staff, SENT, "deliver", receiver=" ").status_code == 409
    assert submit(staff, SENT, "deliver", receiver="图书馆", day="2027-01-01").status_code == 409
    assert submit(staff, SENT, "deliver", receiver="图书馆", day="soon").status_code == 422
    assert submit(staff, SENT, "deliver", receiver="图书馆办公室", way="oa").status_code == 303
    sent = context.store.cases.get(SENT)
    assert sent
    assert sent.issued_steps[-1].delivered_at == NOW
    row = context.store.outbox.one(f"{SENT}/rectification")
    assert row
    assert row.receipt
    assert (row.state, row.receipt.receiver, row.receipt.way, row.receipt.by) == (
        "delivered",
        "图书馆办公室",
        "oa",
        "王老师",
    )
    assert submit(staff, SENT, "undo").status_code == 303
    again = context.store.outbox.one(f"{SENT}/rectification")
    assert again
    assert (again.state, again.receipt) == ("to_print", None)
    assert submit(staff, NEW, "exempt", by="赵书记", reason="寒假", until="soon").status_code == 422
    assert submit(staff, NEW, "exempt", by="赵书记", reason="寒假", until="2027-02-28").status_code == 303
    new = context.store.cases.get(NEW)
    assert new
    assert new.exemption
    assert new.exemption.approver == "王老师"
    assert submit(staff, RESOLVED, "close", reason=" ").status_code == 422
    assert submit(staff, RESOLVED, "close", reason="已复核").status_code == 303
    closed = context.store.cases.get(RESOLVED)
    assert closed
    assert closed.state is CaseState.CLOSED
    page = staff.get(f"/cases/{RESOLVED}").text
    assert "处理结果" in page
    assert "已销号：<bdi>已复核" in page
    assert "没有发出，本件已办结" in page
    assert "现在等什么" not in page
    assert "仍未整改时" not in page, "what ended has no next step"
    assert submit(staff, APPEALED, "withdraw", reason="采集有误").status_code == 303
    withdrawn = context.store.cases.get(APPEALED)
    assert withdrawn
    assert withdrawn.state is CaseState.WITHDRAWN
    assert submit(staff, NEW, "explode", reason="x").status_code == 404


def test_second_of_two_is_told(staff: Browser, context: AppContext) -> None:
    """Somebody else decided while this page was open."""
    found = context.store.candidates.all(state=CandidateState.WAITING)[0]
    fields = {"school": found.school, "key": found.key}
    assert staff.submit("/suspects/decide", **fields, verdict="excluded").status_code == 422
    first = decide_candidate(found, CandidateState.EXCLUDED, by="李老师", reason="同名的另一所学校", now=NOW)
    assert context.store.candidates.save(first, known=found)
    answer = staff.submit("/suspects/decide", **fields, verdict="confirmed")
    assert answer.status_code == 409
    assert "李老师" in answer.text
    kept = context.store.candidates.one(found.school, found.key)
    assert kept
    assert kept.state is CandidateState.EXCLUDED


def test_a_suspect_is_decided(staff: Browser, context: AppContext) -> None:
    """Under the name of who is signed in."""
    found = context.store.candidates.all(state=CandidateState.WAITING)[0]
    answer = staff.submit("/suspects/decide", school=found.school, key=found.key, verdict="confirmed", reason="")
    assert answer.status_code == 422
    fields = {
        "school": found.school,
        "key": found.key,
        "verdict": "confirmed",
        "kind": "misuse",
        "reason": "已电话核实",
    }
    answer = staff.submit("/suspects/decide", **fields)
    assert answer.headers["location"].startswith("/suspects?one=")
    page = staff.get(answer.headers["location"]).text
    assert "属实（擅用校名）" in page
    assert "王老师" in page
    kept = context.store.candidates.one(found.school, found.key)
    assert kept
    assert kept.decided_by == "王老师"
    assert found.name[:6] in staff.get("/suspects?state=confirmed").text
    assert staff.submit("/suspects/decide", school=DEMO, key="none").status_code == 404


def test_switches_keep_who_and_why(staff: Browser, context: AppContext) -> None:
    """No reason, no switch."""
    path = "/operations/platforms/weibo"
    assert staff.submit(path, action="thaw", why="").status_code == 422
    assert staff.submit(path, action="explode", why="x").status_code == 422
    assert staff.submit(path, action="thaw", why="已人工核对 6 个账号").status_code == 303
    assert context.store.platform_state.get("weibo").breaker_opened_at is None
    page = staff.get("/operations").text
    assert "微博：解除督办冻结" in page
    assert "已人工核对 6 个账号" in page


def test_a_sweep_now(staff: Browser, context: AppContext) -> None:
    """It starts in the background and the page comes back at once."""
    context.job_queue = asked = OrderBook()
    assert staff.submit("/operations/sweep", platform="nowhere").status_code == 422
    assert staff.submit("/operations/sweep", platform="weibo").headers["location"] == "/operations?done=started"
    asyncio.run(asyncio.sleep(0.05))
    assert [(order.task.name, order.arguments["platforms"]) for order in asked.orders] == [("sweep.now", ["weibo"])]


def test_self_proof(staff: Browser, context: AppContext) -> None:
    """The pasted link is looked at, not believed; nonsense is refused."""
    context.job_queue = asked = OrderBook()
    path = f"/accounts/{key_of(context.store.filings.all(DEMO)[0])}"
    assert staff.submit(f"{path}/proof", url="javascript:alert(1)").status_code == 422
    assert staff.submit(f"{path}/proof", url="https://mp.weixin.qq.com/s/abc").status_code == 303
    asyncio.run(asyncio.sleep(0.05))
    assert [(order.task.name, order.arguments["text"]) for order in asked.orders] == [
        ("proof", "https://mp.weixin.qq.com/s/abc")
    ]


def test_resend(staff: Browser, context: AppContext) -> None:
    """Only what failed goes again."""
    claimed = context.store.outbox.claim(NOW, 1)[0]
    context.store.outbox.mark_failed(claimed.id, "550 用户不存在", NOW, permanent=True, retry_at=None)
    assert "550 用户不存在" in staff.get("/notices?state=failed").text
    assert staff.submit(f"/notices/{claimed.id}/resend").status_code == 303
    assert context.store.outbox.claim(NOW, 50)
    assert staff.submit(f"/notices/{claimed.id}/resend").status_code == 409  # it is on its way
