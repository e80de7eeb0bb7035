"""Rules about the year: annual review, the unit's own checks, accounts whose purpose has ended."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from rules.calendar import add_months, day_of, end_of
from rules.catalogue.activity import SECOND
from rules.catalogue.registry import SchoolContext, rule
from rules.catalogue.results import (
    compliant,
    confirmed_gone,
    existed_since,
    format_date,
    undetermined,
    violated,
)
from rules.model import Account, FilingStatus, ReviewResult, RuleResult

Month = Annotated[int, Field(ge=1, le=12)]
Months = Annotated[int, Field(ge=1, le=60)]


@rule("年审未通过")
def annual_review(
    account: Account, school: SchoolContext, now: datetime, *, first_month: Month = 1, last_month: Month = 12
) -> RuleResult | None:
    """每年规定月份内提交年审材料并通过审查。年审期内不催；期满仍无本期年审记录，或结果为未提交、不合格的，判为违反。

    年审期开始之后才开通或备案的账号，从下一期起年审。

    何时可能出错：材料已提交但台账未登记；年审期由学校另行通知延后。
    """
    filing = account.filing
    if filing is None or filing.status in (FilingStatus.CLOSED, FilingStatus.CANCELLED):
        return None
    opens, closes = _last_window(day_of(now), first_month, last_month)
    following = end_of(_month_end(closes.year + 1, last_month)) + SECOND
    if filing.review_result is ReviewResult.FAILED:
        reason = f"{format_date(filing.reviewed_at)}年审不合格" if filing.reviewed_at else "年审不合格"
        return violated(reason, since=end_of(filing.reviewed_at) if filing.reviewed_at else None)
    began = existed_since(filing)
    if closes < school.effective or (began and began > opens):
        return compliant(f"首个年审期至{format_date(following)}前", until=following)
    if filing.reviewed_at and filing.reviewed_at >= opens:
        if filing.review_result is ReviewResult.PASSED:
            return compliant(f"{format_date(filing.reviewed_at)}年审合格", until=following)
        if filing.review_result is None:
            return undetermined(f"{format_date(filing.reviewed_at)}已年审，台账未登记结果")
    return violated(
        f"{closes.year}年年审期（{first_month}月至{last_month}月）已过，台账没有年审记录", since=end_of(closes)
    )


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _last_window(today: date, first_month: int, last_month: int) -> tuple[date, date]:
    """The newest review window that is over: its first and last day."""
    year = today.year if _month_end(today.year, last_month) < today else today.year - 1
    return date(year, first_month, 1), _month_end(year, last_month)


@rule("未按期自查")
def self_check(account: Account, school: SchoolContext, now: datetime, *, months: Months = 6) -> RuleResult | None:
    """主办单位应在规定的月数内至少对账号自查一次。没有自查记录的，自制度施行、开通或备案中最晚的一日起算。

    何时可能出错：单位已自查但未报送，台账没有登记。
    """
    filing = account.filing
    if filing is None or filing.status is not FilingStatus.ACTIVE:
        return None
    days = (school.effective, filing.self_checked_at, filing.opened_at, filing.filed_at)
    start = max(day for day in days if day)
    deadline = end_of(add_months(start, months))
    what = (
        f"最近一次自查为{format_date(start)}"
        if filing.self_checked_at == start
        else f"自{format_date(start)}起没有自查记录"
    )
    if now <= deadline:
        return compliant(f"{what}，下次期限至{format_date(deadline)}", until=deadline + SECOND)
    return violated(f"{what}，已超过{months}个月（至{format_date(deadline)}）", since=deadline)


@rule("临时账号到期未注销")
def expired_project(account: Account, school: SchoolContext, now: datetime, *, months: Months = 3) -> RuleResult | None:
    """因某项工作而开设的账号，工作结束后应在规定的月数内报批注销。台账未填写结束日期的不适用。

    何时可能出错：工作延期而台账未更新结束日期；账号已注销但平台页面仍可打开。
    """
    filing = account.filing
    if filing is None or filing.project_ends_at is None:
        return None
    if filing.status in (FilingStatus.CLOSED, FilingStatus.CANCELLED):
        return compliant(f"台账登记为{filing.status.label}")
    if account.seen and confirmed_gone(account.seen):
        return compliant("账号已不存在", account.seen.gone[-1])
    deadline = end_of(add_months(filing.project_ends_at, months))
    what = f"工作业务于{format_date(filing.project_ends_at)}结束"
    if now <= deadline:
        return compliant(f"{what}，注销期限至{format_date(deadline)}", until=deadline + SECOND)
    return violated(f"{what}，超过{months}个月仍未注销", since=deadline)
