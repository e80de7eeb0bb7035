"""What a case refuses and what it says, and the papers each move owes."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from rules.calendar import china_calendar
from rules.cases import signing, transitions
from rules.cases.case import SYSTEM, Case, CaseError, EventKind
from rules.cases.reconcile import reconcile
from rules.cases.signing import Signatory
from rules.cases.transitions import HoldReason
from rules.model import CaseState, DocumentType, Finding, Platform, Verdict
from rules.people import PeopleError
from rules.policies.schema import Addressee
from tests.support.cases import DAY, NOW, SIAS, finding, notified, opened
from tests.support.factories import at
from tests.support.signing import EDITOR, SIGNER, signed

LATER = at("2026-04-04 09:00")


def due(case: Case) -> Case:
    return replace(case, shown_at=LATER)


def appealed(case: Case) -> Case:
    return transitions.appeal(case, "图书馆馆长", "一直在更新", NOW + DAY)[0]


def test_the_whole_ladder() -> None:
    case = notified()
    assert case.state is CaseState.RECTIFYING
    assert case.pending_step
    assert case.pending_step.due_at == at("2026-04-03 23:59:59")
    later = at("2026-04-04 09:00")
    assert transitions.escalation_status(case, later).reason is HoldReason.STALE
    case = replace(case, shown_at=later)
    assert transitions.escalation_status(case, later).reason is HoldReason.UNPROPOSED
    with pytest.raises(CaseError, match="须先由经办提请"):
        signing.sign(case, "public_notice", SIGNER, later)
    case, (proposed,) = signing.propose(case, "public_notice", EDITOR, later)
    assert proposed.by == "陈经办"
    assert transitions.escalation_status(case, later).reason is HoldReason.NEEDS_APPROVER
    with pytest.raises(PeopleError, match="另一人签发"):
        signing.sign(case, "public_notice", EDITOR, later)
    case, (approved, event) = signing.sign(case, "public_notice", SIGNER, later, notice="n2", seen="abc")
    assert (approved.by, approved.data.seen, event.by) == ("王部长", "abc", "王部长")
    assert event.data.document is DocumentType.PUBLIC_NOTICE
    assert event.data.tell == (Addressee.UNIT, Addressee.SUPERVISOR, Addressee.LEADERS, Addressee.SCHOOL)
    assert case.steps[1].approved_by == "王部长"
    assert transitions.escalation_status(case, later).reason is HoldReason.UNDELIVERED
    case, _ = transitions.register_delivery(case, "public_notice", later, china_calendar())
    end = at("2026-05-05 09:00")
    case, _ = signed(replace(case, shown_at=end), end)
    case, _ = transitions.register_delivery(case, "shutdown", end, china_calendar())
    assert transitions.escalation_status(case, end).reason is HoldReason.FINISHED
    case, (event,) = transitions.close(case, "王老师", "已关停", end)
    assert (case.state, event.data.document) == (CaseState.CLOSED, DocumentType.CLOSURE)
    assert event.data.tell == (Addressee.UNIT, Addressee.SCHOOL), "whoever read the public notice reads this"
    assert transitions.escalation_status(case, end).reason is HoldReason.SETTLED


@pytest.mark.parametrize(
    ("change", "frozen", "now", "reason"),
    [
        ({}, (), NOW, HoldReason.NEEDS_APPROVER),
        ({"surveyed": True}, (), NOW, HoldReason.SURVEY),
        ({}, (Platform.WEIBO,), NOW, HoldReason.FROZEN),
        ({}, (Platform.WECHAT,), NOW, HoldReason.NEEDS_APPROVER),
        ({}, (), NOW + 2 * DAY, HoldReason.STALE),
        ({}, (), NOW - DAY, HoldReason.NOT_DUE),
        ({"shown_at": NOW + DAY}, (), NOW, HoldReason.STALE),
        ({"state": CaseState.RESOLVED}, (), NOW, HoldReason.RESOLVED),
        ({"state": CaseState.DISMISSED}, (), NOW, HoldReason.SETTLED),
    ],
)
def test_why_a_step_waits(
    change: dict[str, object], frozen: tuple[Platform, ...], now: object, reason: HoldReason
) -> None:
    case = replace(opened(), **change)  # type: ignore[arg-type]
    assert transitions.escalation_status(case, now, frozen).reason is reason  # type: ignore[arg-type]


REFUSED: list[tuple[str, Callable[[Case], object], str]] = [
    (
        "nobody proposes",
        lambda c: signing.propose(due(c), "public_notice", Signatory(display=" "), LATER),
        "请写明经办人",
    ),
    (
        "the system signs",
        lambda c: signing.sign(opened(), "rectification", Signatory(display=SYSTEM), NOW),
        "必须由具名的人",
    ),
    ("a step that is not next", lambda c: signing.sign(c, "shutdown", SIGNER, NOW), "当前没有待签发的“关停通知”"),
    ("a step the ladder lacks", lambda c: signing.sign(c, "fine", SIGNER, NOW), "没有“fine”"),
    ("in advance", lambda c: signing.sign(c, "public_notice", SIGNER, NOW + 2 * DAY), "现在不能签发：期限未到"),
    ("by itself", lambda c: signing.issue(opened(), NOW), "现在不能发文：待签发"),
    ("proposed for nothing", lambda c: signing.propose(opened(), "rectification", EDITOR, NOW), "不需要提请"),
    (
        "decided by the signer",
        lambda c: transitions.decide(appealed(c), False, "王部长", "维持", NOW + DAY),
        "由另一人决定",
    ),
    ("leave of years", lambda c: transitions.exempt(c, "王部长", "搬迁", NOW + 400 * DAY, NOW), "最长一年"),
    (
        "delivered twice",
        lambda c: transitions.register_delivery(c, "rectification", NOW, china_calendar()),
        "不能登记送达|已登记送达",
    ),
    ("delivered unsent", lambda c: transitions.register_delivery(c, "shutdown", NOW, china_calendar()), "尚未签发"),
    ("no reason", lambda c: transitions.appeal(c, "图书馆", "", NOW), "请写明申诉理由"),
    ("nothing to decide", lambda c: transitions.decide(c, True, "李主任", "对", NOW), "没有待决定的申诉"),
    ("leave without end", lambda c: transitions.exempt(c, "王部长", "搬迁", NOW, NOW), "截止日期"),
    ("dismissed after notice", lambda c: transitions.dismiss(c, "王老师", "误报", NOW), "只有待研判"),
    ("withdrawn unnamed", lambda c: transitions.withdraw(c, "", "误报", NOW), "经办人"),
]


@pytest.mark.parametrize(("why", "move", "words"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refusals_say_why(why: str, move: Callable[[Case], object], words: str) -> None:
    with pytest.raises(CaseError, match=words):
        move(notified())


def test_an_appeal_stops_the_clock_and_closing() -> None:
    case, _ = transitions.appeal(notified(), "图书馆馆长", "一直在更新", NOW + 2 * DAY)
    assert transitions.escalation_status(case, NOW + 90 * DAY).reason is HoldReason.APPEAL
    moves: tuple[Callable[[], object], ...] = (
        lambda: transitions.close(case, "王老师", "到位", NOW),
        lambda: signing.propose(case, "public_notice", EDITOR, NOW),
        lambda: transitions.decide(case, True, "图书馆馆长", "我同意", NOW),
        lambda: transitions.appeal(case, "图书馆馆长", "再申诉", NOW),
    )
    for move in moves:
        with pytest.raises(CaseError):
            move()
    rejected, (event,) = transitions.decide(case, False, "李主任", "未见更新", NOW + 12 * DAY)
    assert event.data.document is DocumentType.APPEAL_DECISION
    assert rejected.pending_step
    assert rejected.pending_step.due_at == at("2026-04-13 23:59:59")


def test_an_appeal_upheld_withdraws_and_tells_everyone_told() -> None:
    case, _ = transitions.appeal(notified(), "图书馆馆长", "一直在更新", NOW + 2 * DAY)
    ended, (decided, withdrawn) = transitions.decide(case, True, "李主任", "属实", NOW + 3 * DAY)
    assert ended.state is CaseState.WITHDRAWN
    assert decided.data.document is DocumentType.APPEAL_DECISION
    assert withdrawn.data.document is DocumentType.CORRECTION
    assert withdrawn.data.tell == (Addressee.UNIT, Addressee.SUPERVISOR)


def test_an_appeal_upheld_before_any_notice_dismisses() -> None:
    case, _ = transitions.appeal(opened(), "图书馆馆长", "一直在更新", NOW)
    ended, events = transitions.decide(case, True, "李主任", "属实", NOW)
    assert ended.state is CaseState.DISMISSED
    assert all(event.data.document is not DocumentType.CORRECTION for event in events)


def test_leave_moves_the_clock() -> None:
    case, (event,) = transitions.exempt(notified(), "王部长", "馆舍搬迁", NOW + 12 * DAY, NOW + 2 * DAY)
    assert event.kind is EventKind.EXEMPTED
    assert transitions.escalation_status(case, NOW + 5 * DAY).reason is HoldReason.EXEMPT
    assert case.pending_step
    assert case.pending_step.due_at == at("2026-04-13 23:59:59")


def settle(case: Case, *findings: Finding, now: object = NOW) -> list[tuple[CaseState, str]]:
    numbers = count(2)
    changes = reconcile({case.key: case}, findings, SIAS, now, lambda: f"XJ-{next(numbers)}", china_calendar())  # type: ignore[arg-type]
    return [(changed.state, changed.number) for changed, _ in changes]


def test_what_a_person_put_aside_is_not_opened_again() -> None:
    case, _ = transitions.dismiss(opened(), "王老师", "误报", NOW)
    assert settle(case, finding()) == []
    assert settle(case, finding(reason="换了说法")) == []
    assert settle(case, finding(since=at("2026-08-01"))) == [(CaseState.OPEN, "XJ-2")]


def test_a_breach_without_a_beginning_comes_back_after_a_quiet_month() -> None:
    case, _ = transitions.dismiss(opened(since=None), "王老师", "误报", NOW)
    other = finding(since=None, reason="名称又不一致")
    assert settle(case, other, now=NOW + 29 * DAY) == []
    assert settle(case, other, now=NOW + 31 * DAY) == [(CaseState.OPEN, "XJ-2")]
    assert settle(case, finding(since=None), now=NOW + 31 * DAY) == []


def test_cured_before_anybody_was_told_is_closed_quietly() -> None:
    fine = finding(verdict=Verdict.COMPLIANT, since=None)
    assert settle(opened(), fine) == [(CaseState.CLOSED, "XJ-1")]
    assert settle(notified(), fine) == [(CaseState.RESOLVED, "XJ-1")]


def test_a_relapse_within_a_week_goes_on_unsigned_and_later_is_a_new_case() -> None:
    case = notified()
    ((case, _),) = reconcile(
        {case.key: case}, [finding(verdict=Verdict.COMPLIANT)], SIAS, NOW + 2 * DAY, str, china_calendar()
    )
    assert settle(case, finding(), now=NOW + 5 * DAY) == [(CaseState.RECTIFYING, "XJ-1")]
    assert settle(case, finding(), now=NOW + 20 * DAY) == [(CaseState.CLOSED, "XJ-1"), (CaseState.OPEN, "XJ-2")]


def test_undetermined_neither_accuses_nor_cures() -> None:
    unsure = finding(verdict=Verdict.UNDETERMINED, since=None)
    assert settle(opened(), unsure) == []
    assert settle(notified(), unsure) == []
    assert list(reconcile({}, [unsure], SIAS, NOW, str, china_calendar())) == []


def test_automatic_closing_follows_the_policy_of_the_opening() -> None:
    policy = SIAS.model_copy(update={"closing": "automatic"})
    ((case, _),) = reconcile({}, [finding()], policy, NOW, lambda: "XJ-1", china_calendar())
    case, _ = signed(case, NOW)
    fine = [finding(verdict=Verdict.COMPLIANT)]
    ((case, _),) = reconcile({case.key: case}, fine, SIAS, NOW + DAY, str, china_calendar())
    ((case, events),) = reconcile({case.key: case}, fine, SIAS, NOW + 2 * DAY, str, china_calendar())
    assert case.state is CaseState.CLOSED
    assert events[0].by == SYSTEM
