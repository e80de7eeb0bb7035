"""The demonstration's campaigns: last year's clean-up is over and published, this year's review has late units."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from monitors.app_context import AppContext
from monitors.demo.users import PEOPLE
from monitors.jobs import campaigns
from monitors.jobs.campaign_file import CampaignFile
from rules.campaign_moves import Submission
from rules.campaigns import AccountAnswer, AccountAnswerKind, CampaignKind, DecisionKind, UnitSheet
from rules.people import Role

OPENED, DUE, HANDED_IN = timedelta(days=24), timedelta(days=3), timedelta(days=8)
"""So long ago the review was opened, was due, and was handed in by those who did."""
LATE, RETURNED, ACCEPTED = 2, 1, 2
"""How many of the units are late, have to mend their sheet, are done; the others wait for the office."""


def run_campaigns(context: AppContext, school: str) -> None:
    """Leave both as an office would find them. Neither changes the register."""
    if context.store.campaigns.all(school):
        return  # an earlier start of this demonstration did it
    now, by = context.clock(), PEOPLE[Role.EDITOR][0]
    _finished(context, school, by, now)
    opened = now - OPENED
    review = CampaignFile(
        code=f"NS{now.year}", school=school, name=f"{now.year}年度年审（演示）", kind=CampaignKind.ANNUAL_REVIEW,
        start=date(now.year, 1, 1), end=date(now.year, 12, 31), due=max((now - DUE).date(), date(now.year, 1, 1)),
    )  # fmt: skip
    campaigns.new_campaign(context, review, by, opened)
    sheets = context.store.campaigns.sheets(review.code)
    for place, sheet in enumerate(sheets[LATE:]):
        _hand_in(context, sheet, now - HANDED_IN)
        if place < RETURNED:
            campaigns.settle_sheet(context, review.code, sheet.unit, now, returned_for="请补充停更期间的说明（演示）")
        elif place < RETURNED + ACCEPTED:
            _accept(context, sheet, by, now)


def _finished(context: AppContext, school: str, by: str, now: datetime) -> None:
    year = now.year - 1
    when = now.replace(year=year, month=12, day=20)
    clean_up = CampaignFile(
        code=f"QC{year}", school=school, name=f"{year}年账号集中清查（演示）", kind=CampaignKind.CLEAN_UP,
        start=date(year, 9, 1), end=date(year, 12, 10), due=date(year, 12, 10),
    )  # fmt: skip
    campaigns.new_campaign(context, clean_up, by, when - OPENED)
    for sheet in context.store.campaigns.sheets(clean_up.code):
        _hand_in(context, sheet, when - HANDED_IN)
        campaigns.settle_sheet(context, clean_up.code, sheet.unit, when)
    campaigns.close(context, clean_up.code, by, when)
    campaigns.publish(context, clean_up.code, when)


def _hand_in(context: AppContext, sheet: UnitSheet, when: datetime) -> None:
    answers = tuple(AccountAnswer(filing=each, kind=AccountAnswerKind.CONFIRMED) for each in sheet.filings)
    given = Submission(answers=answers, none=True, head="单位负责人（演示）", by=PEOPLE[Role.UNIT][0])
    campaigns.save_sheet(context, sheet.campaign, sheet.unit, given, when, final=True)
    campaigns.confirm_sheet(context, sheet.campaign, sheet.unit, given.head, when)


def _accept(context: AppContext, sheet: UnitSheet, by: str, now: datetime) -> None:
    for filing in sheet.filings:
        campaigns.decide_account(context, sheet.campaign, sheet.unit, filing, DecisionKind.PASSED, "", by, now)
    campaigns.settle_sheet(context, sheet.campaign, sheet.unit, now)
