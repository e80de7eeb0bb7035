"""A campaign's sheets: who is late, what may be handed in, who may decide, and what the register holds in the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.campaign_moves import (
    MOST_COPIES,
    Submission,
    accept,
    add_copy,
    close_campaign,
    confirm,
    confirm_as_head,
    decide,
    give_back,
    save_draft,
    submit,
)
from rules.campaign_outcome import differences, outcome_for
from rules.campaigns import (
    AccountAnswer,
    AccountAnswerKind,
    AddedAccount,
    Campaign,
    CampaignError,
    CampaignKind,
    CampaignScope,
    DecisionKind,
    SheetState,
    UnitSheet,
    open_sheets,
)
from rules.model import FilingStatus, Outcome, Platform, ReviewResult
from rules.unit_confirmation import ConfirmationKind, SealedCopy
from tests.support.factories import account, ask, at, dated_evidence, filing, seen_with

NOW = at("2026-12-01 09:00")
CAMPAIGN = Campaign(
    code="NS2026", school="demo", name="2026年度年审", kind=CampaignKind.ANNUAL_REVIEW, basis="第二十一条",
    start=date(2026, 1, 1), end=date(2026, 12, 31), due=date(2026, 12, 10), opened_at=NOW, opened_by="王经办",
)  # fmt: skip
SHEET = UnitSheet(campaign="NS2026", unit="图书馆", filings=("1", "2"))
FULL = Submission(
    answers=(
        AccountAnswer(filing="1", kind=AccountAnswerKind.CONFIRMED),
        AccountAnswer(filing="2", kind=AccountAnswerKind.CLOSES, reason="业务结束"),
    ),
    none=True, head="李馆长", by="张三",
)  # fmt: skip


def submitted() -> UnitSheet:
    return confirm_as_head(submit(SHEET, FULL, NOW), "李馆长", NOW)


def scan(**changes: Any) -> SealedCopy:
    copy = SealedCopy(evidence="e", media="application/pdf", pages=2, size=900, sha256="a", by="张三", at=NOW)
    return replace(copy, **changes)


def closed(*sheets: UnitSheet, **changes: Any) -> Campaign:
    campaign = replace(CAMPAIGN, **changes)
    return close_campaign(campaign, sheets, "王经办", at("2026-12-20 10:00"))


def test_one_sheet_a_unit_also_for_a_unit_without_accounts() -> None:
    scope = CampaignScope(units=("图书馆", "校医院"))
    rows = [filing(id="1"), filing(id="2", unit="后勤处"), filing(id="3", status=FilingStatus.CLOSED)]
    sheets = open_sheets(replace(CAMPAIGN, scope=scope), rows)
    assert [(each.unit, each.filings) for each in sheets] == [("图书馆", ("1",)), ("校医院", ())]
    with pytest.raises(CampaignError, match="没有账号"):
        open_sheets(replace(CAMPAIGN, scope=CampaignScope(platforms=(Platform.DOUYIN,))), rows)


def test_late_follows_from_the_due_date_alone() -> None:
    assert SHEET.state_at(CAMPAIGN.due, at("2026-12-10 23:59")) is SheetState.OPEN
    assert SHEET.state_at(CAMPAIGN.due, at("2026-12-11 00:00")) is SheetState.LATE
    assert submitted().state_at(CAMPAIGN.due, at("2027-01-01")) is SheetState.SUBMITTED
    assert give_back(submitted(), "缺说明").state_at(CAMPAIGN.due, at("2027-01-01")) is SheetState.RETURNED


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (replace(FULL, answers=FULL.answers[:1]), "1 个账号没有填报"),
        (
            replace(FULL, answers=(*FULL.answers[:1], AccountAnswer(filing="2", kind=AccountAnswerKind.CLOSES))),
            "写明理由",
        ),
        (replace(FULL, answers=(*FULL.answers, AccountAnswer(filing="9", kind=AccountAnswerKind.CONFIRMED))), "不在"),
        (replace(FULL, answers=FULL.answers[:1] * 2), "填了两次"),
        (replace(FULL, head=" "), "负责人"),
        (replace(FULL, none=False), "零报告"),
        (replace(FULL, added=(AddedAccount(platform=Platform.WEIBO, name="新"),)), "又填了新增"),
    ],
)
def test_what_is_not_complete_is_not_handed_in(wrong: Submission, why: str) -> None:
    with pytest.raises(CampaignError, match=why):
        submit(SHEET, wrong, NOW)


def test_a_draft_may_be_half_and_a_submitted_sheet_is_fixed() -> None:
    assert save_draft(SHEET, replace(FULL, answers=FULL.answers[:1], head="")).state is SheetState.OPEN
    with pytest.raises(CampaignError, match="不能再改"):
        save_draft(submitted(), FULL)
    back = give_back(decide(submitted(), "1", DecisionKind.PASSED, "", "王", NOW), "缺说明")
    assert back.state is SheetState.RETURNED
    assert back.decisions == {}
    assert submit(back, FULL, NOW).returned_for == ""


def test_the_head_or_the_sealed_paper_stands_by_a_sheet() -> None:
    alone = submit(SHEET, FULL, NOW)
    assert alone.confirmations == (ConfirmationKind.NONE,)
    with pytest.raises(CampaignError, match="有一样就可以"):
        accept(alone, CampaignKind.SELF_CHECK)
    with pytest.raises(CampaignError, match="负责人是“李馆长”，您登录的账号是“张三”"):
        confirm_as_head(alone, "张三", NOW)
    with pytest.raises(CampaignError, match="报送之后"):
        confirm_as_head(SHEET, "", NOW)
    assert submitted().confirmations == (ConfirmationKind.SIGNED_IN,)
    assert confirm_as_head(submitted(), "李馆长", at("2026-12-02")) == submitted()
    sealed = add_copy(alone, scan())
    assert sealed.confirmations == (ConfirmationKind.SEALED_COPY,)
    assert accept(sealed, CampaignKind.SELF_CHECK).state is SheetState.ACCEPTED
    assert len(add_copy(submitted(), scan()).confirmations) == 2


def test_scans_of_a_sheet_are_counted_and_those_of_before_count_no_more() -> None:
    with pytest.raises(CampaignError, match="已经上传过"):
        add_copy(add_copy(SHEET, scan()), scan())
    full = replace(SHEET, copies=tuple(scan(sha256=str(number)) for number in range(MOST_COPIES)))
    with pytest.raises(CampaignError, match="合成一份"):
        add_copy(full, scan())
    with pytest.raises(CampaignError, match="已通过"):
        add_copy(accept(submitted(), CampaignKind.SELF_CHECK), scan())
    back = give_back(add_copy(submitted(), scan()), "缺说明")
    assert (back.confirmed, [copy.stands for copy in back.copies]) == (None, [False])
    assert submit(back, FULL, NOW).confirmations == (ConfirmationKind.NONE,)
    assert add_copy(back, scan()).confirmations == (ConfirmationKind.SEALED_COPY,)


def test_a_suspension_takes_two_persons() -> None:
    proposed = decide(submitted(), "2", DecisionKind.SUSPEND, "单位申请", "王", NOW)
    with pytest.raises(CampaignError, match="另一个人"):
        confirm(proposed, "2", "王")
    done = decide(confirm(proposed, "2", "赵"), "1", DecisionKind.PASSED, "", "王", NOW)
    with pytest.raises(CampaignError, match="没有作出决定"):
        accept(proposed, CampaignKind.ANNUAL_REVIEW)
    with pytest.raises(CampaignError, match="未审核"):
        closed(done)
    with pytest.raises(CampaignError, match="第二个人"):
        closed(replace(proposed, state=SheetState.ACCEPTED))
    finished = closed(accept(done, CampaignKind.ANNUAL_REVIEW))
    after = outcome_for(filing(id="2"), finished, accept(done, CampaignKind.ANNUAL_REVIEW))
    assert (after.status, after.review_result) == (FilingStatus.CLOSED, ReviewResult.FAILED)


def test_a_closed_review_answers_the_clause() -> None:
    sheet = accept(
        replace(decide(submitted(), "1", DecisionKind.PASSED, "", "王", NOW), filings=("1",)),
        CampaignKind.ANNUAL_REVIEW,
    )
    old = filing(reviewed_at=date(2025, 1, 5), review_result=ReviewResult.PASSED)
    after = outcome_for(old, closed(sheet), sheet)
    told = ask("annual_review", account(declared=after), "2027-02-10", first_month=1, last_month=12)
    assert told is not None
    assert told.verdict.value == "compliant"
    missing = outcome_for(old, closed(SHEET), SHEET)
    assert missing.review_result is ReviewResult.MISSING


def test_a_self_check_is_only_of_who_handed_in() -> None:
    sheet = accept(submitted(), CampaignKind.SELF_CHECK)
    campaign = closed(sheet, kind=CampaignKind.SELF_CHECK)
    assert outcome_for(filing(), campaign, sheet).self_checked_at == date(2026, 12, 1)
    assert outcome_for(filing(), campaign, SHEET) == filing()


def test_corrections_reach_the_register() -> None:
    answer = AccountAnswer(
        filing="1", kind=AccountAnswerKind.CORRECTED, corrections={"name": "新名", "emails": "a@x.cn，b@x.cn"}
    )
    handed_in = submit(replace(SHEET, filings=("1",)), replace(FULL, answers=(answer,)), NOW)
    sheet = accept(add_copy(handed_in, scan()), CampaignKind.CLEAN_UP)
    after = outcome_for(filing(), closed(sheet, kind=CampaignKind.CLEAN_UP), sheet)
    assert (after.name, after.emails) == ("新名", ("a@x.cn", "b@x.cn"))


def test_differences_are_shown_and_what_was_not_seen_is_none() -> None:
    closes = AccountAnswer(filing="1", kind=AccountAnswerKind.CLOSES, reason="停")
    alive = seen_with("2026-11-20", fact="2026-11-25", name="示范大学图书馆")
    assert differences(filing(), closes, alive) == ("填报为关停，11月25日查看时账号仍可打开",)
    gone = replace(alive, outcome=Outcome.GONE, gone=(dated_evidence("2026-11-25"),))
    assert differences(filing(), None, gone) == ("页面显示账号已不存在，填报为在用",)
    assert "别的名" in differences(filing(), None, replace(alive, name="别的名"))[0]
    assert differences(filing(), closes, None) == ()
