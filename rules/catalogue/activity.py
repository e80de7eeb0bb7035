"""Rules about publishing: accounts that fell silent, accounts that publish too little."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from rules.accounts.counters import COUNTS_EVERYTHING, hidden
from rules.calendar import Period, PeriodUnit, PositivePeriod, add_months, day_of, end_of, latest_possible, start_of
from rules.catalogue.registry import RuleGroup, SchoolContext, rule
from rules.catalogue.results import (
    NEVER_READ,
    compliant,
    existed_since,
    format_date,
    stopped_or_gone,
    undetermined,
    violated,
)
from rules.model import Account, AccountState, Filing, Outcome, RuleResult

SECOND = timedelta(seconds=1)
TWO_MONTHS = Period(2, PeriodUnit.MONTHS)
POSTS_A_DAY = 8
"""The most that may have been missed on a day nobody looked: a WeChat account may send eight articles at once."""


@rule(
    "长期未更新",
    group=RuleGroup.ACTIVITY,
    problem="长期未更新",
    demand="恢复内容更新并保持正常运行频次；确无继续运行必要的，按程序办理关停或者注销手续",
    settings={"limit": "期限"},
)
def inactivity(
    account: Account, school: SchoolContext, now: datetime, *, limit: PositivePeriod = TWO_MONTHS
) -> RuleResult | None:
    """备案账号连续超过规定期限没有发布任何内容。从未发布过内容的账号自开通或备案之日起算。

    期限按日历月计算，末日 24 时届满。只有届满之后的一次有效观察（身份相符、来源能够证明“没有更新”）仍未见新内容，
    才判为违反；被拦截、无法识别的页面不作为依据。

    平台列表与平台自身的计数对照：计数增加而列表不动，或主页上另有联合投稿、合集、快转等更新迹象的，判为无法判定。

    何时可能出错：内容只发布在本系统看不到的位置（如仅粉丝可见、群发未留存）；平台列表漏列；台账登记的账号不是实际运营的账号；
    发布时间只精确到日或由编号推算时，一律按对账号有利的最晚时刻起算。
    """
    filing, seen = account.filing, account.seen
    if filing is None:
        return None
    if stopped := stopped_or_gone(account):
        return stopped
    if seen is None or seen.fact is None:
        return undetermined(NEVER_READ)
    start = _silent_since(filing, seen)
    if start is None:
        return undetermined("未见到任何可确定日期的发布", seen.fact)
    deadline = school.calendar.deadline(start, limit).at
    in_order = tuple((first, school.calendar.deadline(last, limit).at) for first, last in seen.runs)
    what = f"最近一次更新为{format_date(start)}" if seen.last_post_at else f"自{format_date(start)}起未发布过内容"
    if now <= deadline:
        reason = f"{what}，未超过{limit}（至{format_date(deadline)}）"
        return compliant(reason, seen.last_post or seen.fact, until=deadline + SECOND, in_order=in_order)
    if seen.outcome in (Outcome.GONE, Outcome.MOVED):
        reason = f"{what}；最近一次查看时账号{seen.outcome.label}，不能据此认定未更新"
        return undetermined(reason, seen.fact, in_order=in_order)
    if unproved := _contradicted(seen):
        return undetermined(f"{what}；但{unproved}，不能据此认定未更新", seen.last_post, in_order=in_order)
    look = seen.silence_shown if seen.last_post_at or not seen.empty else seen.empty
    if look is None or look.at <= deadline:
        reason = f"{what}，期限已于{format_date(deadline)}届满，之后尚无有效观察"
        return undetermined(reason, seen.last_post, until=deadline, in_order=in_order)
    reason = f"{what}，已超过{limit}（至{format_date(deadline)}），期满后查看仍无新内容"
    return violated(reason, seen.last_post, look, since=deadline, in_order=in_order)


def _contradicted(seen: AccountState) -> str:
    """What the platform itself shows against a list that stood still; empty where nothing does."""
    if tally := hidden(seen):
        shown = f"，其间列表只见到 {tally.listed} 条" if tally.listed else "，列表却未见新内容"
        return f"平台计数由 {tally.base} 增至 {tally.latest}{shown}"
    if seen.sign_at and (seen.last_post_at is None or seen.sign_at > seen.last_post_at):
        return f"该账号主页于{format_date(seen.sign_at)}另有联合投稿、合集更新或转发等内容"
    return ""


def _silent_since(filing: Filing, seen: AccountState) -> datetime | None:
    """Where the silence is counted from: the newest post, or the account's beginning if it never posted."""
    if seen.last_post_at:
        return latest_possible(seen.last_post_at, seen.last_post_precision)
    if seen.empty is None:
        return None
    registered = max((day for day in (filing.opened_at, filing.filed_at) if day), default=None)
    return end_of(registered) if registered else seen.first_fact_at


@rule(
    "年发布量不足",
    group=RuleGroup.ACTIVITY,
    problem="年度发布量不足",
    demand="充实内容、提高更新频次，使年度发布量达到规定要求；确无继续运行必要的，按程序办理关停或者注销手续",
    settings={"minimum": "最少条数"},
)
def low_volume(
    account: Account, school: SchoolContext, now: datetime, *, minimum: Annotated[int, Field(ge=1)] = 20
) -> RuleResult | None:
    """备案账号最近一年发布的内容少于规定条数。开通未满一年的账号不计。

    “看到的”只是下限：只有全年列表没有缺口、平台自身的计数不足、或未观察的日子即使每天发满也达不到时，才判为违反，否则为无法判定。

    何时可能出错：已发布又被删除的内容不在列表与计数中；平台计数口径与学校不同；一次推送多条时学校按“次”计。
    """
    filing, seen = account.filing, account.seen
    if filing is None:
        return None
    if stopped := stopped_or_gone(account):
        return stopped
    if seen is None or seen.fact is None:
        return undetermined(NEVER_READ)
    began = existed_since(filing) or day_of(seen.first_fact_at or now)
    if now <= (full_year := end_of(add_months(began, 12))):
        return compliant(f"自{format_date(began)}起未满一年，不计", seen.fact, until=full_year + SECOND)
    if seen.posts_in_year >= minimum:
        return compliant(f"近一年已见到 {seen.posts_in_year} 条，不少于 {minimum} 条", seen.fact)
    if (
        account.platform in COUNTS_EVERYTHING
        and seen.post_count is not None
        and seen.posts_in_year <= seen.post_count < minimum
    ):
        return violated(f"平台计数显示该账号共发布 {seen.post_count} 条，少于一年 {minimum} 条", seen.fact)
    if _at_most(seen) < minimum:
        reason = f"近一年共发布 {seen.posts_in_year} 条，少于 {minimum} 条"
        return violated(reason, seen.silence_shown or seen.fact)
    reason = (
        f"近一年至少见到 {seen.posts_in_year} 条，365 天中观察到 {min(seen.days_observed, 365)} 天，"
        f"仍可能达到 {minimum} 条"
    )
    return undetermined(reason, seen.fact)


def _at_most(seen: AccountState) -> int:
    """The most posts the year may have held: what was seen, and what the unwatched days could have hidden."""
    if seen.listed_from and seen.listed_to:
        year_before = start_of(add_months(day_of(seen.listed_to), -12))
        if seen.listed_from <= year_before:
            return seen.posts_in_year
    unwatched = max(0, 365 - seen.days_observed) if seen.silence_shown else 365
    return seen.posts_in_year + unwatched * POSTS_A_DAY
