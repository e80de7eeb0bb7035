"""What happens in a campaign: a unit's sheet filled in, submitted, given back, accepted, decided; the end, the list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from rules.campaigns import (
    CORRECTABLE,
    AccountAnswer,
    AccountAnswerKind,
    AccountDecision,
    AddedAccount,
    Campaign,
    CampaignError,
    CampaignKind,
    DecisionKind,
    SheetState,
    UnitSheet,
)
from rules.unit_confirmation import ConfirmationKind, HeadConfirmation, SealedCopy

MOST_COPIES = 10
"""Scans of one sheet: a photographed paper is one a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a unit hands in, or keeps for later: one answer an account, accounts nobody filed, or that there are none."""

    answers: tuple[AccountAnswer, ...] = ()
    added: tuple[AddedAccount, ...] = ()
    none: bool = False
    head: str = ""
    by: str = ""


def save_draft(sheet: UnitSheet, given: Submission) -> UnitSheet:
    """Keep what was filled in so far. Nothing is asked to be complete, but nothing foreign is taken."""
    if sheet.is_in:
        raise CampaignError(f"“{sheet.unit}”的材料{sheet.state.label}，不能再改；需要修改的，请主管部门先退回。")
    _check_own(sheet, given)
    return replace(
        sheet, answers=given.answers, added=given.added, none=given.none, head=given.head.strip(), by=given.by.strip()
    )


def submit(sheet: UnitSheet, given: Submission, now: datetime) -> UnitSheet:
    """Hand the sheet in. Every account has an answer, every closing a reason, and somebody stands for the unit."""
    draft = save_draft(sheet, given)
    missing = len(sheet.filings) - len(given.answers)
    if missing:
        raise CampaignError(f"还有 {missing} 个账号没有填报，请逐个选择“属实”“更正”或“关停”。")
    for answer in given.answers:
        if answer.kind is AccountAnswerKind.CLOSES and not answer.reason.strip():
            raise CampaignError("选择“关停”的账号，请写明理由。")
        if answer.kind is AccountAnswerKind.CORRECTED and not (answer.corrections or answer.reason.strip()):
            raise CampaignError("选择“更正”的账号，请填写更正后的内容或说明。")
    if not draft.by:
        raise CampaignError("请填写填报人姓名。")
    if not draft.head:
        raise CampaignError("请填写单位负责人姓名：报送的材料由单位负责人确认。")
    if given.none == bool(given.added):
        wrong = (
            "勾选了“没有未备案的账号”，又填了新增账号"
            if given.none
            else "没有新增账号的，请勾选“没有未备案的账号”（零报告）"
        )
        raise CampaignError(f"{wrong}，请改正后再报送。")
    return replace(draft, state=SheetState.SUBMITTED, submitted_at=now, returned_for="")


def _check_own(sheet: UnitSheet, given: Submission) -> None:
    named = [answer.filing for answer in given.answers]
    if foreign := set(named) - set(sheet.filings):
        raise CampaignError(f"编号为 {sorted(foreign)[0]} 的账号不在“{sheet.unit}”的表里，请不要改动编号。")
    if len(set(named)) < len(named):
        raise CampaignError("同一个账号填了两次，请删去一行。")
    for answer in given.answers:
        if wrong := set(answer.corrections) - set(CORRECTABLE):
            raise CampaignError(f"这一项不能在表里更正：{sorted(wrong)[0]}。")
    if any(not added.name.strip() for added in given.added):
        raise CampaignError("新增账号请填写账号名称。")


def give_back(sheet: UnitSheet, reason: str) -> UnitSheet:
    """The unit shall mend it; what it wrote stays, what was decided on it falls."""
    if sheet.state is not SheetState.SUBMITTED:
        raise CampaignError(f"“{sheet.unit}”的材料是“{sheet.state.label}”，不能退回。")
    if not reason.strip():
        raise CampaignError("请写明退回的理由，单位才知道要改什么。")
    copies = tuple(replace(copy, stands=False) for copy in sheet.copies)
    return replace(
        sheet, state=SheetState.RETURNED, returned_for=reason.strip(), decisions={}, confirmed=None, copies=copies
    )


def confirm_as_head(sheet: UnitSheet, by: str, now: datetime) -> UnitSheet:
    """The head of the unit, who signed in as ``by``, stands by what was handed in."""
    if sheet.state is not SheetState.SUBMITTED:
        raise CampaignError(f"“{sheet.unit}”的材料是“{sheet.state.label}”，报送之后、审结之前才能确认。")
    if by.strip() != sheet.head:
        raise CampaignError(
            f"表里写的单位负责人是“{sheet.head}”，您登录的账号是“{by.strip()}”：请由负责人本人登录确认，"
            "或者上传签字盖章的扫描件。"
        )
    return sheet if sheet.confirmed else replace(sheet, confirmed=HeadConfirmation(by=sheet.head, at=now))


def add_copy(sheet: UnitSheet, copy: SealedCopy) -> UnitSheet:
    """The signed and sealed paper of the sheet; it may come before the sheet is handed in, and not after its end."""
    if sheet.state is SheetState.ACCEPTED:
        raise CampaignError(f"“{sheet.unit}”的材料已通过，不用再上传扫描件。")
    standing = [each for each in sheet.copies if each.stands]
    if any(each.sha256 == copy.sha256 for each in standing):
        raise CampaignError("这份扫描件已经上传过，不用再传。")
    if len(standing) >= MOST_COPIES:
        raise CampaignError(f"一份材料最多上传 {MOST_COPIES} 个文件，请把多页合成一份 PDF。")
    return replace(sheet, copies=(*sheet.copies, copy))


def accept(sheet: UnitSheet, kind: CampaignKind) -> UnitSheet:
    """The office takes the sheet as it is: the unit's head or its sealed paper stands by it, and in a review every account
    has been decided."""
    if sheet.state is not SheetState.SUBMITTED:
        raise CampaignError(f"“{sheet.unit}”的材料是“{sheet.state.label}”，不能通过。")
    left = [each for each in sheet.filings if each not in sheet.decisions]
    if kind is CampaignKind.ANNUAL_REVIEW and left:
        raise CampaignError(f"“{sheet.unit}”还有 {len(left)} 个账号没有作出决定，请先逐个决定。")
    if sheet.confirmations == (ConfirmationKind.NONE,):
        raise CampaignError(
            f"“{sheet.unit}”的材料还没有单位的确认：请单位负责人登录确认，或上传签字盖章的扫描件，有一样就可以。"
        )
    return replace(sheet, state=SheetState.ACCEPTED)


def decide(sheet: UnitSheet, filing: str, kind: DecisionKind, reason: str, by: str, now: datetime) -> UnitSheet:
    """Decide one account. A suspension is a proposal until another person confirms it."""
    if filing not in sheet.filings:
        raise CampaignError(f"编号为 {filing} 的账号不在“{sheet.unit}”的表里。")
    if sheet.state is not SheetState.SUBMITTED:
        raise CampaignError(f"“{sheet.unit}”的材料是“{sheet.state.label}”，只有已报送而未审结的才能作决定。")
    if not by.strip():
        raise CampaignError("请写明由谁决定。")
    if kind is not DecisionKind.PASSED and not reason.strip():
        raise CampaignError(f"决定“{kind.label}”的，请写明理由。")
    decision = AccountDecision(kind=kind, reason=reason.strip(), by=by.strip(), at=now)
    return replace(sheet, decisions={**sheet.decisions, filing: decision})


def confirm(sheet: UnitSheet, filing: str, by: str) -> UnitSheet:
    """A second person stands by a suspension."""
    decision = sheet.decisions.get(filing)
    if decision is None or decision.stands:
        raise CampaignError("这个账号没有等待确认的“暂停或注销”。")
    if not by.strip() or by.strip() == decision.by:
        raise CampaignError("“暂停或注销”由一人提出、另一人确认：请由另一个人来确认。")
    return replace(sheet, decisions={**sheet.decisions, filing: replace(decision, confirmed_by=by.strip())})


def close_campaign(campaign: Campaign, sheets: Iterable[UnitSheet], by: str, now: datetime) -> Campaign:
    """End it. Nothing that waits for the office may be left: what a unit handed in has been looked at."""
    if campaign.closed_at:
        raise CampaignError(f"“{campaign.name}”已经结束，不用再次结束。")
    if not by.strip():
        raise CampaignError("请写明由谁结束。")
    every = list(sheets)
    if waiting := [sheet.unit for sheet in every if sheet.state is SheetState.SUBMITTED]:
        raise CampaignError(f"还有已报送而未审核的单位：{'、'.join(waiting[:10])}。请先通过或退回。")
    proposed = sum(not decision.stands for sheet in every for decision in sheet.decisions.values())
    if proposed:
        raise CampaignError(f"有 {proposed} 个账号拟“暂停或注销”，还没有第二个人确认。请先确认或改作其他决定。")
    return replace(campaign, closed_at=now, closed_by=by.strip())


def publish_campaign(campaign: Campaign, now: datetime) -> Campaign:
    """Open the list of accounts to everybody. What is not decided yet is not published."""
    if campaign.closed_at is None:
        raise CampaignError(f"“{campaign.name}”还没有结束，结束之后才能公示。")
    return campaign if campaign.published_at else replace(campaign, published_at=now)
