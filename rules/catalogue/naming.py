"""Rules about names: who uses the school's name without being on file, and whether a filed name follows the pattern."""

from __future__ import annotations

from datetime import datetime, timedelta

from rules.accounts.verified_owner import is_organization
from rules.catalogue.registry import SchoolContext, rule
from rules.catalogue.results import compliant, confirmed_gone, same_text, since_day, undetermined, violated
from rules.catalogue.unit_words import names_another_unit
from rules.model import (
    Account,
    AccountState,
    DatedEvidence,
    Filing,
    FilingStatus,
    Platform,
    RuleResult,
    Suspicion,
    Verdict,
)
from rules.names.model import NameKind

SEVERAL_DAYS = timedelta(days=3)
"""How long a website's title must name another unit before its owner is asked: a day may bear its own title."""


@rule("未经批准使用校名")
def unregistered_name(
    account: Account, school: SchoolContext, now: datetime, *, own_bodies: bool = True, persons: bool = False
) -> RuleResult | None:
    """未备案的账号、网站或群组，名称使用或仿冒受保护的学校名称。

    名称比对拿不准的，先判为无法判定，待工作人员确认；判为违反的只是“待研判”，任何文书都须由人签批。
    ``own_bodies``：认证主体就是本校单位的未备案账号是否也按本条处理（另有“未备案账号”条款的学校设为 false）。
    ``persons``：条款只约束以个人名义开设的账号；认证主体是单位的，判为无法判定，由人另行研判。

    何时可能出错：简称与别的单位、地名、姓名相同；校友、考生等个人正当提及校名；账号已备案但台账编号与实际不符；已获批准但尚未录入台账。
    """
    suspicion = account.suspicion
    if account.filing:
        return compliant("账号已在台账备案", in_order=since_day(account.filing.filed_at))
    if suspicion is None or (suspicion.own_body and not own_bodies):
        return None
    body = suspicion.body or (account.seen and account.seen.verified_body) or ""
    if persons and is_organization(body):
        return undetermined(f"认证主体“{body}”不是个人，本条只约束以个人名义开设的账号，请另行研判")
    return _suspected(account, suspicion, f"{_use_of_name(account, suspicion)}，台账中未见备案")


@rule("未备案账号")
def unfiled_account(account: Account, school: SchoolContext, now: datetime) -> RuleResult | None:
    """认证主体为本校或本校单位的账号、网站，台账中没有备案。

    何时可能出错：认证主体是名称相近的其他单位；账号已获批准但尚未录入台账；台账编号填写有误而未能对应。
    """
    suspicion = account.suspicion
    if account.filing:
        return compliant("账号已在台账备案", in_order=since_day(account.filing.filed_at))
    if suspicion is None or not suspicion.own_body:
        return None
    whose = f"认证主体为“{suspicion.body}”" if suspicion.body else suspicion.why.rstrip("。")
    whose = whose.removesuffix("，但备案台账中没有这个账号").removesuffix("，但备案台账中没有这个网站")
    return _suspected(account, suspicion, f"账号“{account.title}”由本校单位开设（{whose}），台账中未见备案")


PLAIN = frozenset(
    {
        *(NameKind.EXACT, NameKind.HISTORIC, NameKind.SHORT, NameKind.NICKNAME),
        *(NameKind.ENGLISH, NameKind.ABBREVIATION, NameKind.TRADITIONAL),
    }
)
"""Ways of using a name as it is; all others imitate it."""


def _use_of_name(account: Account, suspicion: Suspicion) -> str:
    """The breach in a sentence that a paper may bear; how the comparison went stands on the suspect's own page. Until a
    person has confirmed it, the comparison is what there is."""
    if suspicion.term and (suspicion.confirmed_by or not suspicion.review):
        way = "使用" if suspicion.kind in PLAIN else "模仿"
        what = {Platform.WEBSITE: "网站", Platform.GROUP: "群组"}.get(account.platform, "账号")
        return f"{what}名称“{account.title}”{way}学校名称“{suspicion.term}”"
    return f"“{account.title}”：{suspicion.why.rstrip('。')}"


def _suspected(account: Account, suspicion: Suspicion, reason: str) -> RuleResult:
    """Gone or renamed clears it; an unsure match waits for a person; otherwise it stands on the newest look."""
    seen = account.seen
    if seen and confirmed_gone(seen):
        return compliant("账号已不存在", seen.gone[-1])
    if seen and seen.name and _dropped(suspicion.term, seen.previous_name, seen.name):
        return compliant(f"账号已更名为“{seen.name}”，不再使用“{suspicion.term}”", seen.name_seen)
    if suspicion.review and not suspicion.confirmed_by:
        unsure = f"{reason}；名称比对把握不足，待人工确认"
        return RuleResult(Verdict.UNDETERMINED, unsure, suspicion.evidence, suspicion.seen_at)
    alive = seen.alive if seen else None
    looks = [alive] if alive else []
    if suspicion.seen_at and (not alive or suspicion.seen_at > alive.at):
        looks.append(DatedEvidence(at=suspicion.seen_at, evidence=suspicion.evidence[0] if suspicion.evidence else ""))
    evidence = tuple(dict.fromkeys((*(look.evidence for look in looks if look.evidence), *suspicion.evidence)))
    # A chat group has no public page: its name is given by hand, and the report itself is the evidence.
    if not evidence and account.platform is not Platform.GROUP:
        return undetermined(f"{reason}；尚未看到账号页面")
    return RuleResult(Verdict.VIOLATED, reason, evidence, max((look.at for look in looks), default=None))


def _dropped(term: str, previous: str | None, name: str) -> bool:
    return bool(previous) and term.casefold() in (previous or "").casefold() and term.casefold() not in name.casefold()


@rule("名称不合规范")
def name_format(account: Account, school: SchoolContext, now: datetime) -> RuleResult | None:
    """账号名称应为“学校全称 + 单位正式名称或规范简称”。

    以页面显示的名称为准，没有观察时以台账名称为准；网站的标题不是名称，以台账名称为准。以校名开头但后半部分不在单位名录与规范简称中的，判为无法判定。

    何时可能出错：制度写明“原则上”，学校可能已批准例外；单位刚更名而名录未更新；规范简称未录入制度文件。
    """
    filing, seen = account.filing, account.seen
    if filing is None:
        return None
    if filing.status is not FilingStatus.ACTIVE:
        return compliant(f"台账登记为{filing.status.label}，本条不再适用")
    name, look = filing.name, None
    if seen and seen.name and seen.name_seen and filing.platform is not Platform.WEBSITE:
        name, look = seen.name, seen.name_seen
    if not name.strip().startswith(school.name):
        return violated(f"名称“{name}”未以“{school.name}”开头", look)
    rest = name.strip().removeprefix(school.name).strip()
    unit = filing.unit.removeprefix(school.name)
    if unit and rest and any(same_text(rest, known) for known in (unit, *school.unit_short_names.get(unit, ()))):
        return compliant(f"名称“{name}”符合规范", look)
    return undetermined(f"“{rest or name}”不是“{filing.unit}”登记的正式名称或规范简称，待学校确认", look)


def question_of_name(filing: Filing, seen: AccountState, school: SchoolContext) -> RuleResult | None:
    """Whose website this is, where its home page has named another unit for several days; None where nothing is to ask.

    A title is no name: it proves no breach, whatever it says.
    """
    if filing.platform is not Platform.WEBSITE or not (seen.name and seen.name_seen and seen.name_since):
        return None
    days = seen.name_seen.at - seen.name_since
    if days < SEVERAL_DAYS or not names_another_unit(filing.name, filing.unit, seen.name, school.name):
        return None
    reason = (
        f"首页标题“{seen.name}”与台账名称“{filing.name}”所指的单位不同，已连续 {days.days} 天；"
        "网站以网址为准，标题不能作为名称变更的依据，请主办单位核实"
    )
    return undetermined(reason, seen.name_seen)
