"""The campus's Weibo: m.weibo.cn and weibo.com JSON with their walls, most of which come as a success."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from monitors.demo.activity import DemoAccount, DemoCampus, DemoPost
from monitors.demo.answer import MARK, DemoRequest, DemoResponse, answer_json, missing, page, redirect
from rules.model import Platform

MID_EPOCH = 515_483_463
"""Weibo ids hold their time: (mid >> 22) + this."""
NOTHING = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}
SCHOOL_TYPE, NO_TYPE = 4, -1
VISITOR = "https://passport.weibo.com/visitor/visitor?entry=miniblog&a=enter&url=https%3A%2F%2Fweibo.com%2F"
STRANGER = {
    "id": 9000000999,
    "screen_name": "路过的网友",
    "verified": False,
    "verified_type": NO_TYPE,
    "statuses_count": 8,
}
"""Whose fresh posts stand in the lists of others."""

Wall = Callable[[str], DemoResponse | None]
"""By what was asked (profile, posts): the wall, or None where it lets this through."""

WALLS: Mapping[str, Wall] = {
    "visitor": lambda what: redirect(VISITOR),
    "login": lambda what: answer_json({"ok": -100, "url": "https://passport.weibo.com/sso/signin?entry=wapsso"}),
    "refused": lambda what: DemoResponse(b"", 432),
    "busy": lambda what: answer_json({"ok": 1, "data": {"errno": 1040002, "errmsg": "系统繁忙", "showAppTips": 1}}),
    "no_content": lambda what: answer_json(NOTHING),
    "missing": lambda what: answer_json({"ok": 0, "errno": "20003", "msg": "用户不存在"}),
    "too_often": lambda what: answer_json({"ok": 0, "msg": "请求过于频繁,歇歇吧"}),
    "layout": lambda what: answer_json({"ok": 1, "data": {"modules": [{"kind": "feed", "entries": [{"t": MARK}]}]}}),
    "soft_empty": lambda what: answer_json({"ok": 1, "data": {"cards": []}}) if what == "posts" else None,
    "empty": lambda what: answer_json(NOTHING) if what == "posts" else None,
}


def user(campus: DemoCampus, actor: DemoAccount) -> dict[str, Any]:
    """The user object of every Weibo answer."""
    count = 0 if actor.trait == "empty" else 1200 + sum(1 for _ in campus.items(actor))
    return {
        "id": int(actor.id), "screen_name": actor.name, "profile_url": f"https://m.weibo.cn/u/{actor.id}",
        "statuses_count": count, "verified": bool(actor.body), "verified_type": SCHOOL_TYPE if actor.body else NO_TYPE,
        "verified_type_ext": 0, "verified_reason": actor.body, "close_blue_v": False,
        "description": f"{MARK}账号，内容均为虚构", "gender": "f", "mbtype": 12, "urank": 48, "mbrank": 6,
        "followers_count": 1000 + actor.digest[1], "follow_count": 99,
    }  # fmt: skip


def mblog(item: DemoPost, author: dict[str, Any], *, forwarded: bool = False) -> dict[str, Any]:
    """One post."""
    mid = str((item.unix - MID_EPOCH) << 22)
    blog: dict[str, Any] = {
        "visible": {"type": 0, "list_id": 0}, "created_at": item.at.strftime("%a %b %d %H:%M:%S %z %Y"), "id": mid,
        "mid": mid, "text": f"#示范大学# {item.title}（{MARK}）", "source": "微博网页版", "pic_ids": [], "user": author,
        "reposts_count": 1, "comments_count": 2, "attitudes_count": 3, "isLongText": False, "bid": f"D{item.number}",
    }  # fmt: skip
    if item.pinned:
        blog |= {"isTop": 1, "mblogtype": 2, "title": {"text": "置顶", "base_color": 1}}
        blog["edit_at"] = blog["created_at"]
    if forwarded:
        blog["retweeted_status"] = {"id": "1", "user": STRANGER, "text": f"转发原文（{MARK}）"}
    return blog


def blogs(campus: DemoCampus, actor: DemoAccount) -> list[dict[str, Any]]:
    """The first page of an account's list, strangers' items included."""
    items, author = campus.items(actor)[:10], user(campus, actor)
    found = [mblog(item, author, forwarded="retweets" in actor.quirks) for item in items]
    if "foreign" in actor.quirks and items:
        liked = DemoPost(number=1, title="今天天气真好", at=campus.now)
        found.insert(1, mblog(liked, STRANGER) | {"title": {"text": "他赞过的微博", "base_color": 1}})
    return found


def _wall(campus: DemoCampus, actor: DemoAccount, what: str) -> DemoResponse | None:
    wall = WALLS.get(actor.trait)
    return wall(what) if wall else None


def _profile(campus: DemoCampus, actor: DemoAccount) -> DemoResponse:
    tabs = [
        {"id": 1, "tabKey": "profile", "title": "主页", "tab_type": "profile", "containerid": f"230283{actor.id}"},
        {"id": 2, "tabKey": "weibo", "title": "微博", "tab_type": "weibo", "containerid": f"107603{actor.id}"},
    ]
    data = {"userInfo": user(campus, actor), "tabsInfo": {"selectedTab": 1, "tabs": tabs}, "showAppTips": 1}
    return answer_json({"ok": 1, "data": data})


def _posts(campus: DemoCampus, actor: DemoAccount) -> DemoResponse:
    cards: list[dict[str, Any]] = [{"card_type": 11, "itemid": "ad", "card_group": [{"card_type": 4, "desc": "推荐"}]}]
    for blog in blogs(campus, actor):
        item_id = f"107603{actor.id}_-_{blog['mid']}"
        cards.append(
            {"card_type": 9, "itemid": item_id, "scheme": f"https://m.weibo.cn/status/{blog['bid']}", "mblog": blog}
        )
    info = {
        "containerid": f"107603{actor.id}",
        "v_p": 42,
        "show_style": 1,
        "total": user(campus, actor)["statuses_count"],
    }
    return answer_json({"ok": 1, "data": {"cardlistInfo": info, "cards": cards, "showAppTips": 0}})


def _search(campus: DemoCampus, wanted: str) -> DemoResponse:
    found = list(campus.search(Platform.WEIBO, wanted))
    if not found:
        return answer_json(NOTHING)
    group = [
        {"card_type": 10, "user": user(campus, actor), "desc1": actor.body, "desc2": "粉丝：1万"} for actor in found
    ]
    cards = [{"card_type": 11, "itemid": "user_group", "card_group": group}]
    return answer_json({"ok": 1, "data": {"cardlistInfo": {"total": len(found), "page": 1}, "cards": cards}})


def mobile(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """m.weibo.cn."""
    container = ask.get("containerid")
    if ask.path == "/api/container/getIndex" and container.startswith("100103"):
        return _search(campus, (parse_qs(container.removeprefix("100103")).get("q") or [ask.get("q")])[0])
    account = ask.get("value") or container[6:] or ask.path.rpartition("/")[2]
    actor = campus.who(Platform.WEIBO, account)
    if ask.path != "/api/container/getIndex":
        return page("notice.html", title="微博", text="Sina Visitor System") if actor else missing()
    if actor is None:
        return answer_json(NOTHING)
    what = "posts" if container.startswith("107603") else "profile"
    return _wall(campus, actor, what) or (_posts if what == "posts" else _profile)(campus, actor)


def desktop(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """weibo.com: two JSON endpoints; everything else is for people who are logged in."""
    actor = campus.who(Platform.WEIBO, ask.get("uid"))
    if actor is None or not ask.path.startswith("/ajax/"):
        return redirect(VISITOR)
    posts = ask.path == "/ajax/statuses/mymblog"
    if wall := _wall(campus, actor, "posts" if posts else "profile"):
        return wall
    if posts:
        return answer_json({"ok": 1, "data": {"since_id": "", "list": blogs(campus, actor), "total": 20}})
    person = user(campus, actor) | {"idstr": actor.id, "pc_new": 7}
    return answer_json(
        {"ok": 1, "data": {"user": person, "tabList": [{"name": "home", "tabName": "精选"}], "blockText": ""}}
    )


def passport(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """passport.weibo.com: the visitor system, which asks for a fingerprint."""
    return page("visitor.html")
