"""What a scan says in words: what was seen, why something was not, what to do next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from rules.model import BEIJING, Observation, Outcome, Precision

SEEN = {
    Outcome.OK: "已看到页面",
    Outcome.EMPTY: "已看到页面，确认没有内容",
    Outcome.GONE: "页面显示账号已注销或封禁",
    Outcome.MOVED: "页面显示账号已迁移",
    Outcome.BLOCKED: "没有看到页面（被拦截）",
    Outcome.UNREADABLE: "没有看到页面内容",
}
NOT_LOOKED = "没有访问页面"

LATER = "请过一会儿再查；也可以在手机或浏览器里打开看看，把看到的账号名称填到框里再查。"
ON_PHONE = "请在手机上打开这个账号的主页，把账号名称、账号ID或主页链接填到框里再查。"
NEXT: dict[str, str] = {
    "dns": "请核对网址有没有写错；网址无误的，请过一会儿再查，仍不行时请信息中心检查本机网络。",
    "timeout": LATER,
    "connect": LATER,
    "cut": LATER,
    "refused": LATER,
    "redirects": "请在浏览器里打开，复制最后停下的网址再查。",
    "certificate": "网站的证书有问题，请人工打开查看；是本校网站的，请通知信息中心。",
    "too_large": "页面太大，请改用账号主页或网站首页的网址再查。",
    "download": "请改用账号主页或网站首页的网址再查。",
    "client_only": "这个链接只能在手机微信里打开。请在微信里打开，复制文章的链接，或填写公众号的名称、微信号再查。",
    "link_expired": "这是临时链接。请在微信里重新打开文章，用“复制链接”取得长期有效的链接再查。",
    "robots": "该网站不允许程序访问，请人工打开查看。",
    "refused_address": "网址指向校内或内部地址。确需核查的，请信息中心在设置项 allowed_ranges 中允许后再查。",
    "no_public_page": "该平台没有可以公开读取的页面，请在手机上人工查看。",
    "no_browser": "请信息中心安装浏览器（可用 xunjian doctor 查看），或人工打开查看。",
    "crawl": "请再查一次；仍不行时请信息中心查看运行日志。",
    "browser": "请再查一次；仍不行时请信息中心查看运行日志。",
    "not_recorded": "录制文件中没有这个页面。",
}
"""What to do about a page that was not seen, by the code of its reason."""

FOREIGN = re.compile(r"[A-Za-z]{3,}[^\u4e00-\u9fff]{12,}")
"""An exception's own words, as older observations kept them."""


def when(moment: datetime | None, precision: Precision = Precision.MINUTE) -> str:
    """A time as people write it: only as exactly as it is known."""
    if moment is None:
        return ""
    at = moment.astimezone(BEIJING)
    day = f"{at.year}年{at.month}月{at.day}日"
    if precision is Precision.MONTH:
        return f"{at.year}年{at.month}月"
    return f"{day} {at:%H:%M}" if precision in (Precision.SECOND, Precision.MINUTE) else day


def reason_of(look: Observation) -> str:
    """Why a look showed nothing, without codes and foreign words."""
    code, _, said = look.reason.partition(": ")
    said = said or look.reason
    if code == "error" or FOREIGN.search(said) or not re.search(r"[\u4e00-\u9fff]", said):
        return "访问时出错，没有取得页面" if look.outcome is not Outcome.BLOCKED else "平台拦截了这次访问"
    return said


def unseen(looks: Sequence[Observation]) -> tuple[str, ...]:
    """Every page that was not seen: why, and which."""
    return tuple(f"{reason_of(look)}（{look.url}）" if look.url else reason_of(look) for look in looks)


def advice(looks: Sequence[Observation]) -> tuple[str, ...]:
    """What to do about the pages that were not seen, each thing once."""
    return tuple(dict.fromkeys(_advice(look) for look in looks))


def _advice(look: Observation) -> str:
    code = look.reason.partition(": ")[0]
    return NEXT.get(code, ON_PHONE if look.outcome is Outcome.BLOCKED else LATER)


def refusal(error: Exception) -> str:
    """Why nothing was looked at, and what to do: the reason itself, ended as a sentence."""
    said = str(error).rstrip("。")
    if "内部地址" in said:
        return f"{said}。确需核查的，请信息中心在设置项 allowed_ranges 中允许后再查。"
    return f"{said}。" if "请" in said else f"{said}。请核对后改正，再按“开始核查”。"
