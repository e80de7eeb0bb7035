"""Rules about the end of an account: closed ones that still live, live ones that are gone."""

from __future__ import annotations

from datetime import datetime

from rules.calendar import Period, PeriodUnit, PositivePeriod, end_of
from rules.catalogue.registry import RuleGroup, SchoolContext, rule
from rules.catalogue.results import ALWAYS, NEVER_READ, compliant, format_date, undetermined, violated
from rules.model import Account, FilingStatus, RuleResult

SEVEN_DAYS = Period(7, PeriodUnit.DAYS)
ONE_DAY = Period(24, PeriodUnit.HOURS)


@rule(
    "已关停仍可访问",
    group=RuleGroup.CLOSED,
    problem="已报关停仍在运行",
    demand="核实账号状态：确已停止的，切实办结关停或者注销手续；继续运行的，据实办理备案信息变更",
    settings={"grace": "宽限"},
)
def closed_but_live(
    account: Account, school: SchoolContext, now: datetime, *, grace: PositivePeriod = SEVEN_DAYS
) -> RuleResult | None:
    """台账登记为已关停或已注销的账号，过了宽限期仍能看到在运营的页面。

    何时可能出错：平台注销有冷静期，期间页面仍可打开；页面是平台保留的历史文章；台账登记日期早于实际办理日期。
    """
    filing, seen = account.filing, account.seen
    if filing is None:
        return None
    if filing.status not in (FilingStatus.CLOSED, FilingStatus.CANCELLED):
        return compliant(f"台账登记为{filing.status.label}，本条不适用")
    if seen is None or seen.fact is None:
        return undetermined(NEVER_READ)
    if seen.gone and (seen.alive is None or seen.gone[-1].at > seen.alive.at):
        return compliant("账号确已不可访问", seen.gone[-1], in_order=((seen.gone[0].at, ALWAYS),))
    if filing.status_changed_at is None:
        return undetermined(f"台账登记为{filing.status.label}但未填写日期", seen.alive)
    deadline = school.calendar.deadline(end_of(filing.status_changed_at), grace).at
    in_order = ((end_of(filing.status_changed_at), deadline),)
    if seen.alive is None or seen.alive.at <= deadline:
        reason = f"台账登记{filing.day_text('status_changed_at')}{filing.status.label}，之后尚无有效观察"
        return undetermined(reason, seen.alive, in_order=in_order)
    reason = f"台账登记{filing.day_text('status_changed_at')}{filing.status.label}，账号仍可访问"
    return violated(reason, seen.alive, since=deadline, in_order=in_order)


@rule(
    "账号消失",
    group=RuleGroup.LOST,
    problem="页面无法访问",
    demand="核实账号状态；账号已注销、被封禁或者迁移的，办理备案信息变更",
    settings={"apart": "两次间隔"},
)
def vanished(
    account: Account, school: SchoolContext, now: datetime, *, apart: PositivePeriod = ONE_DAY
) -> RuleResult | None:
    """在用账号先后两次（至少相隔一天）显示已注销、封禁或不存在。这不是违规，只提醒主办单位核实并更新台账。

    何时可能出错：平台临时下线整顿；账号迁移后换了编号；网站短期停机维护。
    """
    filing, seen = account.filing, account.seen
    if filing is None or filing.status is not FilingStatus.ACTIVE:
        return None
    if seen is None or seen.fact is None:
        return undetermined(NEVER_READ)
    if not seen.gone:
        return compliant("账号可以访问", seen.fact)
    first, last = seen.gone[0], seen.gone[-1]
    again = school.calendar.deadline(first.at, apart).at
    if last.at < again:
        return undetermined(f"{format_date(first.at)}显示账号不存在，待隔日复核", last, look_due=again)
    reason = f"{format_date(first.at)}、{format_date(last.at)}两次显示账号已注销、封禁或不存在，请核实"
    return violated(reason, first, last, since=first.at)
