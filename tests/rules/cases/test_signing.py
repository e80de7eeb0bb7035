"""What leaves by itself, what is stopped, from when a term runs, and what is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from rules.calendar import china_calendar
from rules.cases import signing, transitions
from rules.cases.case import CaseError, EventKind, rebuild_case
from rules.cases.reconcile import DraftHold, reconcile
from rules.cases.transitions import HoldReason
from rules.cases.undo import last_decision, undo
from rules.model import CaseState, DocumentType
from tests.rules.makers import at
from tests.rules.test_ladder import DAY, NOW, SIAS, finding, opened
from tests.support.signing import SIGNER, signed

GAP = finding(
    rule="missing_owner", clause="第四条(一)", reason="台账未填写第一责任人", evidence=(), shown_at=None, since=None
)


def gap_case(**policy: object) -> object:
    clause = next(c for c in SIAS.clauses if c.rule == "missing_owner")
    clauses = tuple(c.model_copy(update={"ladder": "signed", **policy}) if c is clause else c for c in SIAS.clauses)
    told = replace(GAP, clause=clause.clause)
    ((case, _),) = reconcile(
        {}, [told], SIAS.model_copy(update={"clauses": clauses}), NOW, lambda: "XJ-1", china_calendar()
    )
    return [step.document for step in case.ladder]


def test_a_gap_in_the_register_is_asked_for_unless_the_clause_demands_more() -> None:
    assert gap_case() == [DocumentType.REMINDER]
    assert gap_case(demands_letter=True) == [DocumentType.RECTIFICATION]


def reminder(auto: str) -> HoldReason:
    clause = next(c for c in SIAS.clauses if c.rule == "missing_owner")
    policy = SIAS.model_copy(update={"auto": auto})
    ((case, _),) = reconcile({}, [replace(GAP, clause=clause.clause)], policy, NOW, lambda: "XJ-1", china_calendar())
    assert case.ladder[0].document is DocumentType.REMINDER
    return transitions.escalation_status(case, NOW).reason


def test_a_reminder_leaves_by_itself_only_where_the_policy_says_so() -> None:
    assert reminder("reminder") is HoldReason.DUE
    assert reminder("") is HoldReason.NEEDS_APPROVER


def test_a_signed_paper_that_is_stopped_was_never_said() -> None:
    case, events = signed(opened(), NOW, notice="XJ-1/rectification")
    stopped, (event,) = signing.stop(case, "XJ-1/rectification", "王部长", "再核实", NOW + timedelta(minutes=5))
    assert (stopped.state, stopped.issued_steps, event.kind) == (CaseState.OPEN, (), EventKind.STOPPED)
    assert stopped == opened(), "as if it had not been signed"
    assert signing.notice_id(stopped, [*events, event], "rectification") == "XJ-1/rectification-2", "an id is used once"
    with pytest.raises(CaseError, match="没有已签发而未发送"):
        signing.stop(stopped, "XJ-1/rectification", "王部长", "再核实", NOW)


@pytest.mark.parametrize("counted_from", ["delivery", "sending"])
def test_the_term_runs_from_what_the_policy_says(counted_from: Literal["delivery", "sending"]) -> None:
    case, _ = signed(replace(opened(), term_runs_from=counted_from), NOW)
    case, _ = transitions.register_sending(case, "rectification", NOW + DAY, china_calendar(), "邮件")
    assert (case.pending_step is not None) is (counted_from == "sending")
    case, _ = transitions.register_delivery(case, "rectification", NOW + 5 * DAY, china_calendar())
    assert case.pending_step
    first = NOW + (DAY if counted_from == "sending" else 5 * DAY)
    assert case.pending_step.due_at.date() == at(f"2026-04-{first.day:02d} 00:00").date()


def test_a_survey_holds_and_a_day_is_kept() -> None:
    ((held, _),) = reconcile({}, [finding()], SIAS, NOW, lambda: "XJ-1", china_calendar(), DraftHold(surveying=True))
    assert transitions.escalation_status(held, NOW).reason is HoldReason.SURVEY
    later = DraftHold(drafts_from=NOW + 3 * DAY)
    ((case, events),) = reconcile({}, [finding()], SIAS, NOW, lambda: "XJ-1", china_calendar(), later)
    assert transitions.escalation_status(case, NOW).reason is HoldReason.NOT_DUE
    assert rebuild_case(events) == case


def test_the_newest_decision_is_left_out_of_the_history() -> None:
    ((case, first),) = reconcile({}, [finding()], SIAS, NOW, lambda: "XJ-1", china_calendar())
    exempted, second = transitions.exempt(case, "王部长", "馆舍搬迁", NOW + 30 * DAY, NOW)
    history = [*first, *second]
    assert [event.kind for event in last_decision(history, NOW + timedelta(minutes=9))] == [EventKind.EXEMPTED]
    restored, third = undo(exempted, history, "王部长", NOW + timedelta(minutes=9))
    assert restored == case
    assert "撤销王部长于09:00所作的“准予豁免”" in third[0].reason
    assert rebuild_case([*history, *third]) == case, "the history alone makes the same case"
    assert last_decision([*history, *third], NOW + timedelta(minutes=9)) == (), "nothing is undone twice"
    with pytest.raises(CaseError, match="十分钟内"):
        undo(exempted, history, "王部长", NOW + timedelta(minutes=11))


def test_a_delivery_is_taken_back_within_its_day() -> None:
    case, events = signed(opened(), NOW)
    told, more = transitions.register_delivery(case, "rectification", NOW, china_calendar(), by="陈经办", how="当面")
    ((_, start),) = reconcile({}, [finding()], SIAS, NOW, lambda: "XJ-1", china_calendar())
    history = [*start, *events, *more]
    assert undo(told, history, "陈经办", NOW + timedelta(hours=8))[0] == case
    assert last_decision(history, NOW + DAY) == ()
    assert SIGNER.display in {event.by for event in history}
