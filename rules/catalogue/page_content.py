"""Rules about what a page carries and where it stands: bylines, columns, servers."""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import ip_address

from rules.catalogue.registry import RuleGroup, SchoolContext, rule
from rules.catalogue.results import compliant, undetermined, violated
from rules.model import Account, FilingStatus, RuleResult

PUBLISHED_AT = "发布时间"


@rule(
    "稿件署名不全",
    group=RuleGroup.CONTENT,
    problem="署名信息不全",
    demand="按规定补齐稿件来源、作者、编辑等署名信息，完善内容发布审核流程",
    settings={"any_of": "署名（任一组）"},
)
def byline(
    account: Account,
    school: SchoolContext,
    now: datetime,
    *,
    any_of: tuple[tuple[str, ...], ...] = (("来源", "编辑"), ("作者", "编辑")),
) -> RuleResult | None:
    """最近一篇稿件应注明规定的各项署名。

    ``any_of`` 每组是一种合格写法，组内各项都要有；同义词用“|”隔开，如 ``审稿人|审核``。
    平台自身显示发布时间的，视为已注明发布时间。只看署名的有无，不判断内容真伪。

    何时可能出错：署名做在图片里；该稿件按规定不需署名（如通知公告）；写法特殊而未被识别。
    """
    if account.filing is None or account.filing.status is not FilingStatus.ACTIVE:
        return None
    seen = account.seen
    if seen is None or seen.bylines_seen is None:
        return undetermined("尚未看到可识别署名的稿件")
    shown_roles = seen.bylines + ((PUBLISHED_AT,) if seen.last_post_at else ())
    lacking = [[role for role in group if not _named(role, shown_roles)] for group in any_of]
    if not all(lacking):
        return compliant("最近稿件署名齐全", seen.bylines_seen)
    fewest = min(lacking, key=len)
    return violated(f"最近稿件未注明{'、'.join(role.split('|')[0] for role in fewest)}", seen.bylines_seen)


def _named(role: str, bylines: tuple[str, ...]) -> bool:
    return any(word in line for word in role.split("|") for line in bylines)


@rule(
    "缺少规定栏目",
    group=RuleGroup.CONTENT,
    problem="缺少规定栏目",
    demand="按规定设置相应栏目并定期更新",
    settings={"pattern": "栏目名称"},
)
def required_column(
    account: Account, school: SchoolContext, now: datetime, *, pattern: re.Pattern[str] = re.compile("党建")
) -> RuleResult | None:
    """平台应设置规定的栏目：首页的栏目或链接文字应符合 ``pattern``（正则表达式）。

    何时可能出错：栏目以图片或脚本呈现；栏目设在下一级页面；栏目名称采用了同义的说法。
    """
    if account.filing is None or account.filing.status is not FilingStatus.ACTIVE:
        return None
    seen = account.seen
    if seen is None or seen.columns_seen is None or not seen.columns:
        return undetermined("尚未读到首页栏目")
    if column := next((column for column in seen.columns if pattern.search(column)), ""):
        return compliant(f"首页设有“{column}”", seen.columns_seen)
    return violated(f"首页 {len(seen.columns)} 个栏目中没有“{pattern.pattern}”", seen.columns_seen)


@rule(
    "数据服务器在校外",
    group=RuleGroup.CONTENT,
    problem="校外托管不合规定",
    demand="将存有学校数据的服务器迁回校内，或者按规定履行审批手续并落实安全责任",
)
def off_campus_hosting(account: Account, school: SchoolContext, now: datetime) -> RuleResult | None:
    """涉及学校数据的网站，服务器应设在校内：网站解析到的地址应在学校地址段内。台账登记不涉及学校数据的不判违反。

    何时可能出错：网站在校内，但经内容分发网络或云防护对外服务，解析到的是代理地址；学校地址段未录全；台账对是否涉及数据填写有误。
    """
    filing, seen = account.filing, account.seen
    if filing is None or filing.status is not FilingStatus.ACTIVE:
        return None
    if not school.ranges:
        return undetermined("制度文件未录入学校地址段")
    if seen is None or not seen.address:
        return undetermined("尚未取得网站的解析地址")
    try:
        address = ip_address(seen.address)
    except ValueError:
        return undetermined(f"解析地址“{seen.address}”无法识别", seen.alive)
    if any(address in network for network in school.ranges):
        return compliant(f"地址 {address} 在学校地址段内", seen.alive)
    if filing.holds_school_data is None:
        return undetermined(f"地址 {address} 在校外，台账未登记是否涉及学校数据", seen.alive)
    if not filing.holds_school_data:
        return compliant(f"地址 {address} 在校外，台账登记不涉及学校数据，安全责任仍在主办单位", seen.alive)
    return violated(f"网站涉及学校数据，地址 {address} 不在学校地址段内", seen.alive)
