"""Rules about the register itself: who may be in it, when, with whose names, and whether it is still true."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from rules.accounts.verified_owner import same_body
from rules.calendar import Period, PeriodUnit, day_of, end_of, start_of
from rules.catalogue.naming import question_of_name
from rules.catalogue.registry import RuleGroup, SchoolContext, rule
from rules.catalogue.results import (
    NEVER_READ,
    SECOND,
    compliant,
    confirmed_gone,
    format_date,
    in_time,
    same_text,
    since_day,
    turning,
    undetermined,
    violated,
)
from rules.model import Account, AccountState, DatedEvidence, Filing, FilingStatus, Platform, RuleResult


@rule(
    "主办单位不在名录",
    group=RuleGroup.REGISTER,
    problem="主办单位不在册",
    demand="核实主办单位资格，变更主办单位或者停止运行，并同步变更备案信息",
)
def unknown_unit(account: Account, school: SchoolContext, now: datetime) -> RuleResult | None:
    """台账所填主办单位应是学校批准的单位。单位名录未录全时，不在名录中的只判为无法判定。

    何时可能出错：单位更名、合并后名录未更新；台账填写了单位的简称或下属科室。
    """
    filing = account.filing
    if filing is None:
        return None
    if not filing.unit:
        return undetermined("台账未填写主办单位")
    if any(same_text(filing.unit.removeprefix(school.name), unit.removeprefix(school.name)) for unit in school.units):
        return compliant(f"“{filing.unit}”在学校单位名录中")
    if any(same_text(filing.unit, short) for names in school.unit_short_names.values() for short in names):
        return compliant(f"“{filing.unit}”是学校单位的规范简称")
    if not school.units_complete:
        return undetermined(f"“{filing.unit}”不在已录入的单位名录中，名录尚未录全")
    return violated(f"主办单位“{filing.unit}”不在学校单位名录中")


@rule(
    "逾期备案",
    group=RuleGroup.REGISTER,
    problem="逾期备案",
    demand="补齐备案材料，书面说明逾期原因，并在今后严格按规定时限办理备案",
    settings={"workdays": "工作日", "counted_from": "起算日"},
    values={"opened": "开通之日", "effective": "制度施行之日"},
)
def late_filing(
    account: Account,
    school: SchoolContext,
    now: datetime,
    *,
    workdays: int = 5,
    counted_from: Literal["opened", "effective"] = "opened",
) -> RuleResult | None:
    """账号应在规定的工作日内备案；负数表示应在开通之前若干个工作日备案。工作日含调休。

    ``counted_from: effective`` 只管制度施行前已开设的账号，自施行之日起算；``opened`` 只管施行后开设的账号。

    何时可能出错：开通日期填的是平台认证日期；纸质备案早于台账登记；期限落在尚未公布放假安排的年份时，期限为暂定。
    """
    filing = account.filing
    if filing is None:
        return None
    if filing.opened_at is None:
        return undetermined("台账未填写开通日期")
    if (filing.opened_at < school.effective) is (counted_from == "opened"):
        return None
    start = filing.opened_at if counted_from == "opened" else school.effective
    last, provisional = school.calendar.add_workdays(start, workdays)
    deadline = end_of(last)
    if filing.filed_at is None and in_time(now, deadline):
        return compliant(f"备案期限至{format_date(last)}，尚未届满", until=deadline + SECOND, provisional=provisional)
    if filing.filed_at is None:
        return undetermined("台账未填写备案日期")
    if filing.filed_at > day_of(now):
        early = undetermined(f"台账登记的备案日期{filing.day_text('filed_at')}晚于今天，请核对")
        return turning(early, now, start_of(filing.filed_at))
    if filing.filed_at <= last:
        reason = f"{filing.day_text('filed_at')}备案，未超过{format_date(last)}的期限"
        return compliant(reason, in_order=since_day(filing.filed_at))
    reason = f"{filing.day_text('filed_at')}备案，晚于{format_date(last)}的期限"
    return violated(reason + ("（期限为暂定）" if provisional else ""), since=deadline, provisional=provisional)


@rule(
    "变更未备案",
    group=RuleGroup.REGISTER,
    problem="信息变更未备案",
    demand="核实账号名称、认证主体等信息，办理变更备案手续，使备案信息与实际情况一致",
    settings={"workdays": "工作日", "fields": "核对字段"},
    values={"name": "名称", "body": "认证主体", "status": "状态", "owner": "责任人"},
)
def unfiled_change(
    account: Account,
    school: SchoolContext,
    now: datetime,
    *,
    workdays: Annotated[int, Field(ge=0)] = 3,
    fields: tuple[Literal["name", "body", "status", "owner"], ...] = ("name", "body"),
) -> RuleResult | None:
    """页面显示的名称、认证主体或存续状态与台账不一致，且超过了规定的变更备案期限。

    期限自首次看到变更之日起算，0 表示立即提示。只有期限届满后的有效观察仍显示不一致，才判为违反；
    来源不能证明名称或主体的不作为依据。平台的认证说明只比较其中写到的主体。
    网站以网址为准：首页标题连续数日指向另一单位的，只请主办单位核实，不判违反。
    制度只管负责人、管理员变更的（``owner``），公开页面看不出，判为无法判定，由人核对。

    何时可能出错：首次看到的日子晚于实际变更，期限因此偏宽；台账填写的是简称；平台对认证主体的写法与单位全称不同。
    """
    filing, seen = account.filing, account.seen
    if filing is None or filing.status is not FilingStatus.ACTIVE:
        return None
    if seen is None or seen.fact is None:
        return undetermined(NEVER_READ)
    differences = _differences(filing, seen, fields, school)
    if not differences and "name" in fields and (asked := question_of_name(filing, seen, school)):
        return asked
    if not differences:
        if set(fields) == {"owner"}:
            return undetermined("公开页面看不出负责人、管理员的变更，由主管部门核对")
        if all(look is None for look in (seen.name_seen, seen.body_seen)):
            return undetermined("尚未看到能证明名称或主体的页面")
        in_order = since_day(filing.changed_at)
        return compliant("页面显示与台账一致", seen.name_seen, seen.body_seen, in_order=in_order)
    answers = [_overdue(*difference, school, now, workdays) for difference in differences]
    gravest = min(answers, key=lambda answer: _GRAVEST.index(answer.verdict.value))
    return turning(gravest, now, *(answer.until for answer in answers))


_GRAVEST = ("violated", "undetermined", "compliant")
Difference = tuple[str, datetime, DatedEvidence]


def _differences(
    filing: Filing, seen: AccountState, fields: tuple[str, ...], school: SchoolContext
) -> list[Difference]:
    """What differs, since when, and the newest look that shows it. A field the register leaves blank cannot differ, nor
    can a website's name: a website is its host."""
    fields = tuple(field for field in fields if field != "name" or filing.platform is not Platform.WEBSITE)

    def body_agrees(declared: str, actual: str) -> bool:
        return same_body(declared, actual, filing.unit, school.name)

    found: list[Difference] = []
    for field, label, declared, actual, since, look, agrees in (
        ("name", "名称", filing.name, seen.name, seen.name_since, seen.name_seen, same_text),
        ("body", "认证主体", filing.verified_body, seen.verified_body, seen.body_since, seen.body_seen, body_agrees),
    ):
        if field in fields and declared and actual and look and not agrees(declared, actual):
            found.append((f"{label}“{actual}”与台账“{declared}”不一致", since or look.at, look))
    if "status" in fields and confirmed_gone(seen):
        found.append(("账号已停止运营，台账仍登记为在用", seen.gone[0].at, seen.gone[-1]))
    return found


def _overdue(
    what: str, first: datetime, look: DatedEvidence, school: SchoolContext, now: datetime, workdays: int
) -> RuleResult:
    deadline, provisional = school.calendar.deadline(first, Period(workdays, PeriodUnit.WORKDAYS))
    if workdays and in_time(now, deadline):
        reason = f"{what}，变更备案期限至{format_date(deadline)}"
        return compliant(reason, look, until=deadline + SECOND, provisional=provisional)
    if workdays and look.at <= deadline:
        return undetermined(f"{what}，期限已于{format_date(deadline)}届满，之后尚无有效观察", look, look_due=deadline)
    reason = f"{what}，{format_date(first)}首次看到，已超过{workdays}个工作日" if workdays else f"{what}，请及时备案"
    return violated(reason, look, provisional=provisional)


@rule(
    "同平台重复开设",
    group=RuleGroup.REGISTER,
    problem="重复开设账号",
    demand="保留一个主账号，对其余账号进行归并、注销，并同步变更备案信息",
    settings={"limit": "最多个数"},
)
def duplicate_account(
    account: Account, school: SchoolContext, now: datetime, *, limit: Annotated[int, Field(ge=1)] = 1
) -> RuleResult | None:
    """一个单位在一个平台上只能开设规定数量的主体账号；移动客户端按类型分别计算。开设最早的视为主体账号，不判违反。

    何时可能出错：下属机构的账号登记在上级单位名下；学校已批准例外（制度写明“原则上”）；账号已停用但台账未更新。
    """
    filing = account.filing
    if filing is None or filing.status is not FilingStatus.ACTIVE:
        return None
    if not filing.unit:
        return undetermined("台账未填写主办单位，无法判断是否重复开设")
    group = school.shared.get(filing.id, (filing,))
    rank = next((rank for rank, other in enumerate(group) if other.id == filing.id), 0)
    if rank < limit:
        return compliant(f"“{filing.unit}”在{filing.platform.label}的账号未超过 {limit} 个")
    names = "、".join(f"“{other.name}”" for other in group[:limit])
    kind = f"（{filing.account_type}）" if filing.platform is Platform.APP and filing.account_type else ""
    return violated(f"“{filing.unit}”在{filing.platform.label}{kind}上已有{names}，超过 {limit} 个")


@rule(
    "责任人未落实",
    group=RuleGroup.REGISTER,
    problem="责任人信息不全",
    demand="明确并补报第一责任人、直接责任人等信息，办理备案信息变更",
    settings={"first": "第一责任人", "direct": "直接责任人", "staff": "须为在职教职工"},
)
def missing_owner(
    account: Account,
    school: SchoolContext,
    now: datetime,
    *,
    first: bool = True,
    direct: bool = False,
    staff: bool = False,
) -> RuleResult | None:
    """台账必须登记责任人。``first`` 第一责任人，``direct`` 直接（具体）责任人，``staff`` 直接责任人须为在职在岗教职工。

    台账没有这一栏的，判为无法判定。

    何时可能出错：责任人已确定但台账未录入；台账“是否在职”一栏未填（此时判为无法判定）。
    """
    filing = account.filing
    if filing is None or filing.status in (FilingStatus.CLOSED, FilingStatus.CANCELLED):
        return None
    blank = [
        (label, filing.knows(column))
        for wanted, column, value, label in (
            (first, "first_owner", filing.first_owner, "第一责任人"),
            (direct, "direct_owner", filing.direct_owner, "直接责任人"),
        )
        if wanted and not value.strip()
    ]
    if missing := [label for label, recorded in blank if recorded]:
        return violated(f"台账未登记{'、'.join(missing)}")
    if blank:
        return undetermined(f"台账没有{'、'.join(label for label, _ in blank)}一栏，无法判断是否落实")
    if staff and filing.direct_owner_is_staff is False:
        return violated(f"直接责任人“{filing.direct_owner}”不是在职在岗教职工")
    if staff and (filing.direct_owner_is_staff is None or not filing.direct_owner.strip()):
        return undetermined("台账未填写直接责任人是否为在职在岗教职工")
    return compliant("责任人已登记")
