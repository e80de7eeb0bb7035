"""Rules about the year: annual review, the unit's own checks, accounts whose purpose has ended.

What the office has not typed in yet is not what a unit has not done: a blank cell is unknown, and a period that has just
ended has a grace that the policy names.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from rules.calendar import Period, PeriodUnit, PositivePeriod, add_months, day_of, end_of, latest_possible, start_of
from rules.catalogue.registry import RuleGroup, SchoolContext, rule
from rules.catalogue.results import (
    ALWAYS,
    SECOND,
    compliant,
    confirmed_gone,
    existed_since,
    format_date,
    in_time,
    since_day,
    turning,
    undetermined,
    violated,
)
from rules.model import Account, Filing, FilingStatus, ReviewResult, RuleResult

Month = Annotated[int, Field(ge=1, le=12)]
Months = Annotated[int, Field(ge=1, le=60)]
ONE_MONTH = Period(1, PeriodUnit.MONTHS)
LONG_AGO = start_of(date(1970, 1, 1))
EARLY = 6
"""A review at most so many months before its period, and after the period before, may have been handed in early."""


@rule(
    "年审未通过",
    group=RuleGroup.PERIODIC,
    problem="年审未完成",
    demand="未提交年审材料的，请补交；审查不合格的，请完成整改；不再运行的，办理暂停或者注销手续",
    settings={"first_month": "起始月份", "last_month": "截止月份", "grace": "宽限"},
)
def annual_review(
    account: Account,
    school: SchoolContext,
    now: datetime,
    *,
    first_month: Month = 1,
    last_month: Month = 12,
    grace: PositivePeriod = ONE_MONTH,
) -> RuleResult | None:
    """每年规定月份内提交年审材料并通过审查。年审期内不催；期满后再过宽限期 ``grace``，台账仍停留在上一期的，
    或结果登记为未提交、不合格的，判为违反。台账没有填写年审时间的，不等于没有年审，判为无法判定。

    年审期开始之后才开通或备案的账号，从下一期起年审。早于年审期提交的，由主管部门认定。

    何时可能出错：材料已提交但台账未登记；年审期由学校另行通知延后。
    """
    filing = account.filing
    if filing is None or filing.status in (FilingStatus.CLOSED, FilingStatus.CANCELLED):
        return None
    opens, closes = _last_window(day_of(now), first_month, last_month)
    answer = _reviewed(filing, school, now, opens, closes, grace)
    reviewed = start_of(filing.reviewed_at) if filing.reviewed_at else None
    begins, new_year = start_of(opens.replace(year=opens.year + 1)), start_of(date(day_of(now).year + 1, 1, 1))
    return turning(answer, now, reviewed, begins, new_year, end_of(_next_year(closes)) + SECOND)


def _reviewed(
    filing: Filing, school: SchoolContext, now: datetime, opens: date, closes: date, grace: Period
) -> RuleResult:
    """What the register says of the review whose period, from ``opens`` to ``closes``, is over."""
    today, following = day_of(now), end_of(_next_year(closes)) + SECOND
    if filing.reviewed_at and filing.reviewed_at > today:
        return undetermined(f"台账登记的年审时间{filing.day_text('reviewed_at')}晚于今天，请核对")
    if filing.review_result is ReviewResult.FAILED:
        reason = f"{filing.day_text('reviewed_at')}年审不合格" if filing.reviewed_at else "台账登记年审不合格"
        return violated(reason, since=end_of(filing.reviewed_at) if filing.reviewed_at else None)
    began = existed_since(filing)
    if closes < school.effective or (began and began > opens):
        return compliant(f"首个年审期至{format_date(following)}前", until=following)
    if filing.reviewed_at and filing.reviewed_at >= opens and filing.review_result is ReviewResult.PASSED:
        passed = ((end_of(filing.reviewed_at), following),)
        return compliant(f"{filing.day_text('reviewed_at')}年审合格", until=following, in_order=passed)
    if filing.reviewed_at and filing.reviewed_at >= opens and filing.review_result is None:
        return undetermined(f"{filing.day_text('reviewed_at')}已年审，台账未登记结果")
    if opens.month > 1 and today >= opens.replace(year=opens.year + 1):
        return undetermined(f"{today.year}年年审正在进行", look_due=following)
    return _not_reviewed(filing, school, now, opens, closes, grace)


def _not_reviewed(
    filing: Filing, school: SchoolContext, now: datetime, opens: date, closes: date, grace: Period
) -> RuleResult:
    """The newest period is over and the register holds no passed review of it."""
    period = f"{opens.month}月" if opens.month == closes.month else f"{opens.month}月至{closes.month}月"
    what = f"{closes.year}年度年审（{period}）已结束"
    deadline, provisional = school.calendar.deadline(closes, grace)
    missing = filing.review_result is ReviewResult.MISSING
    if filing.reviewed_at is None and not missing:
        return undetermined(f"{what}，台账未登记年审时间，请主管部门核对补录")
    if in_time(now, deadline):
        reason = f"{what}，补录宽限期至{format_date(deadline)}"
        return turning(undetermined(reason, look_due=deadline + SECOND), now, deadline + SECOND)
    if missing:
        return violated(f"{what}，台账登记为未提交年审材料", since=end_of(closes), provisional=provisional)
    assert filing.reviewed_at
    if filing.reviewed_at > max(_month_end(closes.year - 1, closes.month), add_months(opens, -EARLY)):
        return undetermined(
            f"台账登记的年审时间{filing.day_text('reviewed_at')}早于{closes.year}年度年审期，请主管部门认定"
        )
    last = f"台账最近一次年审为{filing.day_text('reviewed_at')}，没有本年度的记录"
    return violated(f"{what}，{last}", since=end_of(closes), provisional=provisional)


def _next_year(closes: date) -> date:
    return _month_end(closes.year + 1, closes.month)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _last_window(today: date, first_month: int, last_month: int) -> tuple[date, date]:
    """The newest review window that is over: its first and last day."""
    year = today.year if _month_end(today.year, last_month) < today else today.year - 1
    return date(year, first_month, 1), _month_end(year, last_month)


@rule(
    "未按期自查",
    group=RuleGroup.PERIODIC,
    problem="未按期自查",
    demand="对照规定开展自查，并书面报送自查情况",
    settings={"months": "间隔月数", "grace": "宽限"},
)
def self_check(
    account: Account,
    school: SchoolContext,
    now: datetime,
    *,
    months: Literal[1, 2, 3, 4, 6, 12] = 6,
    grace: PositivePeriod = ONE_MONTH,
) -> RuleResult | None:
    """主办单位在每个周期内至少自查一次；周期按日历计算（``months: 6`` 为上半年、下半年），不从上一次自查起滚动计算。

    周期结束后再过宽限期 ``grace`` 仍无该周期自查记录的，判为违反。台账没有填写自查时间的，判为无法判定。
    单位对任何一个账号登记了自查，即视为单位已自查；一个单位只对其最早的账号提出，不逐个账号重复提出。

    何时可能出错：单位已自查但未报送，台账没有登记。
    """
    filing = account.filing
    if filing is None or filing.status is not FilingStatus.ACTIVE:
        return None
    unit = school.self_checks.get(filing.unit)
    newest = max((day for day in (filing.self_checked_at, unit and unit.newest) if day), default=None)
    if newest is None:
        return undetermined("台账未登记自查时间，请主管部门核对补录")
    if newest > day_of(now):
        early = undetermined(f"台账登记的自查时间{format_date(newest)}晚于今天，请核对")
        return turning(early, now, start_of(newest))
    answer = _self_checked(filing, school, now, newest, months, grace)
    _, closes = _last_period(day_of(now), months)
    return turning(answer, now, start_of(add_months(closes.replace(day=1), months + 1)))


def _self_checked(
    filing: Filing, school: SchoolContext, now: datetime, newest: date, months: int, grace: Period
) -> RuleResult:
    """What the unit's newest check says of the calendar period that is over."""
    unit = school.self_checks.get(filing.unit)
    opens, closes = _last_period(day_of(now), months)
    following = start_of(add_months(closes.replace(day=1), months + 1))
    covered = ((end_of(newest), end_of(add_months(_period_of(newest, months), 2 * months))),)
    if newest >= opens:
        return compliant(f"最近一次自查为{format_date(newest)}", until=following, in_order=covered)
    if opens < max(day for day in (school.effective, existed_since(filing)) if day):
        return compliant(f"首个自查周期自{format_date(add_months(opens, months))}起", until=following)
    if unit and unit.filing != filing.id:
        return compliant(f"“{filing.unit}”的自查情况在该单位最早的账号下提出", in_order=covered)
    deadline = school.calendar.deadline(closes, grace).at
    what = f"{format_date(opens)}至{format_date(closes)}没有自查记录，最近一次自查为{format_date(newest)}"
    if in_time(now, deadline):
        waiting = undetermined(
            f"{what}，补录宽限期至{format_date(deadline)}", look_due=deadline + SECOND, in_order=covered
        )
        return turning(waiting, now, deadline + SECOND)
    return violated(what, since=end_of(closes), in_order=covered)


def _period_of(day: date, months: int) -> date:
    """The first day of the calendar period a day lies in."""
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _last_period(today: date, months: int) -> tuple[date, date]:
    """The newest calendar period that is over: its first and last day."""
    opens = add_months(_period_of(today, months), -months)
    last = add_months(opens, months - 1)
    return opens, _month_end(last.year, last.month)


@rule(
    "临时账号到期未注销",
    group=RuleGroup.PERIODIC,
    problem="工作结束后未注销",
    demand="向审批单位报告并办理注销手续，妥善留存历史内容",
    settings={"months": "月数"},
)
def expired_project(account: Account, school: SchoolContext, now: datetime, *, months: Months = 3) -> RuleResult | None:
    """因某项工作而开设的账号，工作结束后长期不更新的，应在规定的月数内报批注销。台账未填写结束日期的不适用。

    工作结束后仍在更新的，不判违反；自最后一次更新（不早于工作结束）起满规定月数、且期满后的有效观察仍未见新内容，才判为违反。

    何时可能出错：工作延期而台账未更新结束日期；账号已注销但平台页面仍可打开；内容只发布在本系统看不到的位置。
    """
    filing, seen = account.filing, account.seen
    if filing is None or filing.project_ends_at is None:
        return None
    if filing.status in (FilingStatus.CLOSED, FilingStatus.CANCELLED):
        return compliant(f"台账登记为{filing.status.label}", in_order=since_day(filing.status_changed_at))
    if seen and confirmed_gone(seen):
        return compliant("账号已不存在", seen.gone[-1], in_order=((seen.gone[0].at, ALWAYS),))
    end = end_of(filing.project_ends_at)
    posted = latest_possible(seen.last_post_at, seen.last_post_precision) if seen and seen.last_post_at else end
    silent_from = max(end, posted)
    deadline = end_of(add_months(day_of(silent_from), months))
    runs = seen.runs if seen else ()
    in_order = (
        (LONG_AGO, end_of(add_months(filing.project_ends_at, months))),
        *((first, end_of(add_months(day_of(last), months))) for first, last in runs if last > end),
    )
    what = f"工作业务于{filing.day_text('project_ends_at')}结束"
    if posted > end:
        what += f"，其后最近一次更新为{format_date(posted)}"
    if in_time(now, deadline):
        return compliant(
            f"{what}，至{format_date(deadline)}未满{months}个月", until=deadline + SECOND, in_order=in_order
        )
    look = seen.silence_shown if seen else None
    if look is None or look.fetched_at <= deadline:
        return undetermined(f"{what}，之后是否仍在更新尚无有效观察", look_due=deadline, in_order=in_order)
    reason = f"{what}，此后超过{months}个月未更新，仍未注销"
    return violated(reason, seen.last_post if seen else None, look, since=deadline, in_order=in_order)
