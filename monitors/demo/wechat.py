"""The campus's WeChat: article pages by short link, albums, a feed bridge, Sogou's search, and their walls."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping

from monitors.demo.activity import DemoAccount, DemoCampus, DemoPost
from monitors.demo.answer import MARK, DemoRequest, DemoResponse, answer_json, missing, page, redirect, xml
from rules.model import Platform

FEEDS = "rss.shifan.example"
"""Where the campus's feed bridge answers."""
CAPTCHA = (
    "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=demo&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs"
)
UNLISTED = "unlisted"
"""The trait of accounts that no search knows."""
ONE_ARTICLE = frozenset({"deleted", "violation", "unavailable"})
"""Traits of accounts of which only the newest article, the one on file, cannot be seen: older ones can."""
LENIENT = 2
"""Requests the rate-limited account answers before its wall."""


def _message(kind: str, text: str = "") -> Callable[[DemoCampus, DemoAccount], DemoResponse]:
    return lambda campus, actor: page("weixin_message.html", kind=kind, text=text, actor=actor)


WALLS: Mapping[str, Callable[[DemoCampus, DemoAccount], DemoResponse]] = {
    "captcha": lambda campus, actor: redirect(CAPTCHA),
    "environment": _message("environment"),
    "deleted": _message("text", "该内容已被发布者删除"),
    "violation": _message("violation", "此内容因违规无法查看"),
    "unavailable": _message("block", "该内容暂时无法查看"),
    "cancelled": _message("text", "此帐号已自主注销，内容无法查看"),
    "layout": lambda campus, actor: page("notice.html", title="微信公众平台", text=f"{MARK}：新版页面"),
}


def short_link(actor: DemoAccount, item: DemoPost) -> str:
    """The 22 characters of an article's short link; they hold the account and the number of the article."""
    return base64.urlsafe_b64encode(actor.digest + item.number.to_bytes(4)).decode().rstrip("=")


def linked(campus: DemoCampus) -> list[tuple[str, DemoPost]]:
    """What the university's own website links to: the newest articles of accounts that no search knows."""
    whose = [actor for actor in campus.actors if actor.platform is Platform.WECHAT and actor.trait == UNLISTED]
    return [
        (f"https://mp.weixin.qq.com/s/{short_link(actor, item)}", item)
        for actor in whose
        for item in campus.items(actor)[:2]
    ]


def _from_short(campus: DemoCampus, token: str) -> tuple[DemoAccount, DemoPost | None] | None:
    try:
        raw = base64.urlsafe_b64decode(token + "==")
    except (binascii.Error, ValueError):
        return None
    actor = campus.by_digest(raw[:12])
    if actor is None:
        return None
    number = int.from_bytes(raw[12:])
    return actor, next((item for item in campus.items(actor) if item.number == number), None)


def weixin(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """mp.weixin.qq.com."""
    if ask.path.startswith("/s/"):
        return _article(campus, ask.path[3:])
    if ask.path == "/mp/appmsgalbum":
        return _album(campus, ask.get("__biz"))
    if ask.path == "/s":
        return redirect(CAPTCHA)
    if ask.path.startswith("/mp/wappoc"):
        return page("weixin_message.html", kind="environment", text="", actor=None)
    return page("weixin_message.html", kind="block", text="请在微信客户端打开链接", actor=None)


def _article(campus: DemoCampus, token: str) -> DemoResponse:
    found = _from_short(campus, token)
    if found is None or found[0].unfiled:
        return page("weixin_message.html", kind="text", text="链接已过期", actor=None)
    actor, item = found
    older = item is not None and item.number < campus.items(actor)[0].number
    wall = WALLS.get(actor.trait)
    if wall and not (older and actor.trait in ONE_ARTICLE):
        return wall(campus, actor)
    if actor.trait == "limited" and campus.ask(actor.key) > LENIENT:
        return page("weixin_message.html", kind="environment", text="", actor=None)
    if item is None:
        return page("weixin_message.html", kind="text", text="该内容已被发布者删除", actor=actor)
    template = "weixin_share.html" if actor.shape == "share" else "weixin_article.html"
    return page(template, actor=actor, item=item, link=f"https://mp.weixin.qq.com/s/{token}", now=campus.now)


def _album(campus: DemoCampus, biz: str) -> DemoResponse:
    actor = next((a for a in campus.actors if a.platform is Platform.WECHAT and a.biz == biz), None)
    if actor is None:
        return answer_json({"base_resp": {"ret": 10006, "errmsg": "invalid args"}})
    rows = [
        {"title": item.title, "url": f"http://mp.weixin.qq.com/s?__biz={actor.biz}&mid={item.number}&idx=1&sn=0#rd",
         "create_time": str(item.unix), "msgid": str(item.number), "itemidx": "1", "key": f"{item.number}_1"}
        for item in campus.items(actor)
    ]  # fmt: skip
    base = {
        "nickname": actor.name,
        "username": actor.id,
        "article_count": str(len(rows)),
        "title": f"{actor.name}·{MARK}合集",
    }
    album = {"article_list": rows if len(rows) > 1 else rows[0], "base_info": base, "continue_flag": "0"}
    return answer_json({"base_resp": {"ret": 0}, "getalbum_resp": album})


def feed(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """The RSS bridge a university may run for itself: /gh_….xml."""
    actor = campus.who(Platform.WECHAT, ask.path.strip("/").removesuffix(".xml"))
    return xml("weixin_feed.xml", actor=actor, items=campus.items(actor)) if actor else missing()


def sogou(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """weixin.sogou.com: accounts (type=1) and articles (type=2), until it has had enough."""
    if ask.path.startswith("/antispider"):
        return page("sogou_wall.html")
    if ask.path == "/weixin" and campus.ask(ask.host) > campus.patience:
        return redirect(f"http://weixin.sogou.com/antispider/?from=%2fweixin%3Ftype%3d{ask.get('type')}")
    found = list(campus.search(Platform.WECHAT, ask.get("query")))[:10]
    hits = [(actor, campus.items(actor)) for actor in found]
    return page("sogou.html", query=ask.get("query"), kind=ask.get("type") or "1", hits=hits)
