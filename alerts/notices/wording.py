"""The turns of phrase that depend on what a notice is about: whose, found how, stated on what, called what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from alerts.notices.notice import EvidenceCitation, Notice, Reference
from rules.cases.transitions import ABOUT_NAMES
from rules.model import BEIJING, DocumentType, Platform

NOUNS = {
    Platform.WEBSITE: "该网站",
    Platform.GROUP: "该群组",
    Platform.APP: "该客户端",
    Platform.MINIPROGRAM: "该小程序",
}
"""What an account is called from its second mention on; all others are 该账号."""
KINDS = ("办法", "规定", "细则", "条例", "制度", "意见", "指标", "通知")
"""How the title of a regulation ends, which is what it is called when it is named again."""
STANDING = ("责令", "予以", "下达", "作出")
"""How the name of a step begins that is a verb already."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One line of the evidence list. ``about`` is the account's name where a letter speaks of several; ``role`` says
    what the page stands for."""

    about: str
    role: str
    seen_at: datetime | None
    url: str
    shows: str
    code: str
    id: str


def noun(notice: Notice) -> str:
    """该网站 for a site, 该账号 for an account."""
    return NOUNS.get(notice.platform, "该账号")


def whose(notice: Notice) -> str:
    """Whose it is, as the addressee reads it; nothing where nobody knows."""
    if not notice.unit:
        return "涉及我校名称的" if notice.rule in ABOUT_NAMES else ""
    you = "你单位" if notice.addressee == notice.unit else notice.unit
    return f"{you}人员创建的" if notice.platform is Platform.GROUP else f"{you}主办的"


def found(notice: Notice) -> str:
    """How it came to light: on a page, on a page and confirmed by a person, by report, in the register."""
    if notice.rule in ABOUT_NAMES:
        return "在公开网络巡查中发现并经人工核实，" if notice.evidence else "经有关单位反映并经人工核实，"
    return "在网站与新媒体日常巡检中发现，" if notice.evidence else "在核对备案台账时发现，"


def source(notice: Notice) -> str:
    """What the statement stands on, and as of when."""
    day, case = _day(notice.shown_at), f"问题台账编号：{notice.case}"
    if notice.evidence:
        pages = "官方接口和公开页面" if "官方接口" in notice.reason else "公开页面"
        return f"上述情况采集自{pages}并已存证，截至{day}仍然存在，存证清单附后（{case}）。"
    if notice.rule in ABOUT_NAMES:
        return f"上述情况依据反映材料认定（{case}）。"
    return f"上述情况依据备案台账认定（核对日期：{day}；{case}）。如台账登记有误或者尚未补录，请一并告知。"


def again(notice: Notice) -> str:
    """How the regulation is called when it is named a second time: 该办法."""
    title = notice.regulation.partition("》")[0].partition("（")[0]
    return next((f"该{kind}" for kind in KINDS if title.endswith(kind)), "该文件")


def asked(notice: Notice, demand: str) -> str:
    """The demand as a request, about what it is about."""
    text = demand.replace("该账号", noun(notice))
    return text if "请" in text else f"请{text}"


def consequence(notice: Notice) -> str:
    """What follows if nothing is done, and on which article: 依照第六条予以通报批评."""
    label = _fitting(notice.next_step.removesuffix("通知书").removesuffix("通知"), notice.platform)
    clause = f"依照{again(notice)}{notice.next_clause}" if notice.next_clause else "依照上述规定"
    return f"{clause}{label if label.startswith(STANDING) else f'予以{label}'}" if label else ""


def allowed(notice: Notice) -> str:
    """How the words that allow the step are introduced: 该办法第十九条, or 该条同时; empty where they were quoted already."""
    said, quoted = ("".join(text.split()) for text in (notice.step_sentence, notice.sentence))
    if not said or said in quoted:
        return ""
    if notice.step_clause == notice.clause:
        return "该条同时"
    return f"{again(notice)}{notice.step_clause or '同时'}"


def acts(notice: Notice) -> str:
    """What the school calls the step, as it fits what it is about: a site is closed, an account is cancelled."""
    return _fitting(notice.act, notice.platform)


def formalities(notice: Notice) -> str:
    """Which formalities are to be gone through: 注销账号, whoever ordered it."""
    act = acts(notice) or "关停"
    return act.removeprefix("责令").removeprefix("予以").removesuffix("整改")


def _fitting(act: str, platform: Platform) -> str:
    """``责令关闭网站、注销账号`` without the half that speaks of the other kind of platform."""
    order = "责令" if act.startswith("责令") else ""
    parts = act.removeprefix(order).split("、")
    if len(parts) == 1 or not all(part.endswith(("网站", "账号")) for part in parts):
        return act
    fit = [part for part in parts if part.endswith("网站") is (platform is Platform.WEBSITE)]
    return order + "、".join(fit or parts)


def cited_papers(notice: Notice) -> str:
    """The earlier papers as they are cited, a 提示函 without a number: 整改通知书（校媒巡整〔2026〕3号，2026年3月2日）."""
    return "、".join(f"{one.document}（{'，'.join(_dates(one))}）" for one in notice.earlier)


def _dates(paper: Reference) -> Iterator[str]:
    if paper.number:
        yield paper.number
    yield _day(paper.issued_at)
    if paper.delivered_at:
        yield f"{_day(paper.delivered_at)}送达"


def act_on(notice: Notice, account: str) -> str:
    """What a 关停通知 is about: 责令注销微博账号“…”, 责令关闭网站“…”."""
    act = acts(notice) or "关停"
    label = notice.platform.label
    if notice.platform not in NOUNS and act.endswith("账号"):
        return f"{act.removesuffix('账号')}{label}{'' if label.endswith('号') else '账号'}“{account}”"
    if notice.platform is Platform.WEBSITE and act.endswith("网站"):
        return f"{act}“{account}”"
    return f"对{label}“{account}”{act if act.startswith(STANDING) else f'予以{act}'}"


def signed_by(notice: Notice) -> str:
    """Who signed, with the post."""
    return f"{notice.signer_post} {notice.signer}".strip() if notice.signer else ""


def exhibits(notice: Notice) -> list[Exhibit]:
    """The evidence list of the whole letter: what each statement stands on, then what the answer stands on."""
    together = (notice, *notice.others)
    roles = {
        DocumentType.CORRECTION: ("原认定所依据的页面", "更正所依据的页面"),
        DocumentType.CLOSURE: ("原认定所依据的页面", "复查时的页面"),
    }
    before, after = roles.get(notice.document, ("", "复核时的页面"))
    return [
        _exhibit(item, one if notice.others else None, role)
        for one in together
        for role, items in ((before, one.evidence), (after, one.proof))
        for item in items
    ]


def _exhibit(item: EvidenceCitation, about: Notice | None, role: str) -> Exhibit:
    return Exhibit(about.account if about else "", role, item.seen_at, item.url, item.shows, item.code, item.id)


def _day(value: datetime) -> str:
    value = value.astimezone(BEIJING)
    return f"{value.year}年{value.month}月{value.day}日"
