"""The campus's video platforms: Bilibili's unsigned JSON, Douyin's page that needs a browser, Kuaishou's refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitors.demo.activity import DemoAccount, DemoCampus, DemoPost
from monitors.demo.answer import MARK, DemoRequest, DemoResponse, answer_json, missing, page
from rules.model import Platform

DYNAMIC_EPOCH = 1_498_838_400
"""Bilibili dynamics hold their time: (id >> 32) + this."""
RISK = {"code": -352, "message": "风控校验失败", "ttl": 1, "data": {"v_voucher": "voucher_demo"}}
INTERCEPTED = {"code": -412, "message": "请求被拦截", "ttl": 1, "data": None}
MISSING = {"code": -404, "message": "啥都木有", "ttl": 1}
KUAISHOU_REFUSED = {"data": {"visionProfilePhotoList": {"result": 50, "llsid": "", "feeds": [], "pcursor": "no_more"}}}
OFFICIAL, NOBODY = 1, -1
ANONYMOUS_MAX = 18
"""Items Douyin serves to people who are not logged in."""


def _ok(data: Any) -> DemoResponse:
    return answer_json({"code": 0, "message": "0", "ttl": 1, "data": data})


def bilibili(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """api.bilibili.com: the card, the dynamics and the user search; everything signed is refused."""
    if ask.path == "/x/web-interface/search/type":
        return _found(campus, ask.get("keyword"))
    actor = campus.who(Platform.BILIBILI, ask.get("mid") or ask.get("host_mid"))
    if "/wbi/" in ask.path or (actor and actor.trait == "risk"):
        return answer_json(RISK)
    if actor is None or actor.trait == "missing":
        return answer_json(MISSING)
    if actor.trait == "intercepted":
        return answer_json(INTERCEPTED, 412)
    if ask.path == "/x/web-interface/card":
        return _card(campus, actor)
    if ask.path == "/x/polymer/web-dynamic/v1/feed/space":
        return _dynamics(campus, actor)
    return answer_json(MISSING, 404)


def _card(campus: DemoCampus, actor: DemoAccount) -> DemoResponse:
    official = {
        "role": 3 if actor.body else 0,
        "title": actor.body,
        "desc": "",
        "type": OFFICIAL if actor.body else NOBODY,
    }
    card = {
        "mid": actor.id, "name": actor.name, "approve": False, "sex": "保密", "rank": "10000", "sign": f"{MARK}账号",
        "spacesta": -2 if actor.trait == "banned" else 0, "fans": 900, "level_info": {"current_level": 6},
        "Official": official, "official_verify": {"type": official["type"], "desc": actor.body},
    }  # fmt: skip
    count = 0 if actor.trait == "empty" else len(campus.items(actor))
    return _ok({"card": card, "following": False, "archive_count": count, "article_count": 0, "follower": 900})


def _dynamics(campus: DemoCampus, actor: DemoAccount) -> DemoResponse:
    if actor.trait in ("empty", "soft_empty", "banned"):
        return _ok({"has_more": False, "items": [], "offset": "", "update_baseline": "", "update_num": 0})
    own = [_dynamic(item, actor.id, actor.name, actor.body) for item in campus.items(actor)[:12]]
    stranger = _dynamic(DemoPost(number=1, title="今天也要加油", at=campus.now), "3690000000000999", "路过的网友", "")
    if "foreign" in actor.quirks:
        own[1]["orig"] = stranger
        own.insert(1, stranger)
    if "live_card" in actor.quirks:
        own.insert(1, _live(campus, actor))
    return _ok({"has_more": True, "items": own, "offset": own[-1]["id_str"], "update_baseline": "", "update_num": 0})


def _dynamic(item: DemoPost, mid: str, name: str, body: str) -> dict[str, Any]:
    ident = str((item.unix - DYNAMIC_EPOCH) << 32 | item.number)
    modules: dict[str, Any] = {
        "module_author": {
            "mid": int(mid), "name": name, "pub_ts": item.unix, "pub_time": item.at.strftime("%Y年%m月%d日"),
            "official_verify": {"type": OFFICIAL if body else NOBODY, "desc": body}, "type": "AUTHOR_TYPE_NORMAL",
            "jump_url": f"//space.bilibili.com/{mid}/dynamic", "pub_action": "", "label": "",
        },
        "module_dynamic": {
            "additional": None, "desc": None, "topic": None,
            "major": {"type": "MAJOR_TYPE_OPUS", "opus": {"title": None, "jump_url": f"//www.bilibili.com/opus/{ident}",
                      "pics": [], "summary": {"text": f"{item.title}（{MARK}）", "rich_text_nodes": []}}},
        },
    }  # fmt: skip
    if item.pinned:
        modules["module_tag"] = {"text": " 置顶"}
    basic = {"comment_id_str": ident, "comment_type": 11, "jump_url": f"//www.bilibili.com/opus/{ident}"}
    return {"basic": basic, "id_str": ident, "modules": modules, "type": "DYNAMIC_TYPE_DRAW", "visible": True}


def _live(campus: DemoCampus, actor: DemoAccount) -> dict[str, Any]:
    """A live-room card: a dynamic without a time of its own."""
    card = _dynamic(campus.items(actor)[0], actor.id, actor.name, actor.body)
    card["modules"]["module_author"] |= {"pub_ts": 0, "pub_time": ""}
    content = f'{{"live_play_info":{{"title":"{MARK}直播"}}}}'
    card["modules"]["module_dynamic"]["major"] = {"type": "MAJOR_TYPE_LIVE_RCMD", "live_rcmd": {"content": content}}
    return card | {"type": "DYNAMIC_TYPE_LIVE_RCMD", "id_str": "1"}


def _found(campus: DemoCampus, wanted: str) -> DemoResponse:
    users = [
        {"type": "bili_user", "mid": int(actor.id), "uname": actor.name, "usign": MARK, "fans": 900, "videos": 12,
         "official_verify": {"type": 1 if actor.body else 127, "desc": actor.body}}
        for actor in campus.search(Platform.BILIBILI, wanted)
    ]  # fmt: skip
    return _ok({"page": 1, "pagesize": 36, "numResults": len(users), "numPages": 1, "result": users})


def bilibili_pages(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """space.bilibili.com/MID and search.bilibili.com/upuser?keyword=."""
    if ask.host.startswith("search."):
        return page(
            "bilibili_search.html",
            query=ask.get("keyword"),
            found=list(campus.search(Platform.BILIBILI, ask.get("keyword"))),
        )
    actor = campus.who(Platform.BILIBILI, ask.path.strip("/").split("/")[0])
    if actor is None or actor.trait == "missing":
        return page("notice.html", status=404, title="出错啦! - bilibili.com", text="啥都木有")
    if actor.trait in ("risk", "intercepted"):
        return page("bilibili_risk.html", status=412)
    if actor.trait == "banned":
        return page("notice.html", title="哔哩哔哩 (゜-゜)つロ 干杯~-bilibili", text="该账号封禁中")
    return page("bilibili_space.html", actor=actor)


HIDDEN = ("soft_empty", "banned", "private")
"""Traits of Douyin accounts whose list comes back empty."""
DOUYIN_WALLS: Mapping[str, str] = {"captcha": "douyin_captcha.html", "challenge": "douyin_challenge.html"}


def douyin(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """www.douyin.com: a user page filled by its own requests, or one of the pages served instead."""
    actor = campus.who(Platform.DOUYIN, ask.get("sec_user_id") or ask.path.removeprefix("/user/"))
    if actor is None:
        return page("douyin_captcha.html") if ask.path.startswith(("/search", "/aweme")) else missing()
    if wall := DOUYIN_WALLS.get(actor.trait):
        return page(wall)
    if ask.path == "/aweme/v1/web/user/profile/other/":
        return answer_json({"status_code": 0, "user": _author(campus, actor)})
    if ask.path == "/aweme/v1/web/aweme/post/":
        return _awemes(campus, actor)
    return page("douyin_user.html", actor=actor)


def _author(campus: DemoCampus, actor: DemoAccount) -> dict[str, Any]:
    return {
        "uid": str(int.from_bytes(actor.digest[:6])), "sec_uid": actor.id, "nickname": actor.name, "unique_id": "demo",
        "custom_verify": "", "enterprise_verify_reason": actor.body, "aweme_count": len(campus.items(actor)),
        "is_ban": actor.trait == "banned", "user_canceled": False, "secret": int(actor.trait == "private"), "signature": f"{MARK}账号，内容均为虚构",
    }  # fmt: skip


def _awemes(campus: DemoCampus, actor: DemoAccount) -> DemoResponse:
    items = () if actor.trait in HIDDEN else campus.items(actor)[:ANONYMOUS_MAX]
    author = _author(campus, actor)
    status = {
        "is_delete": False,
        "allow_share": True,
        "is_prohibited": False,
        "in_reviewing": False,
        "private_status": 0,
    }
    rows = [
        {"aweme_id": str(item.unix << 32 | item.number), "desc": f"{item.title}（{MARK}）", "create_time": item.unix,
         "is_top": int(item.pinned), "author": author, "status": status, "aweme_type": 0}
        for item in items
    ]  # fmt: skip
    oldest = items[-1].unix * 1000 if items else 0
    return answer_json({"status_code": 0, "aweme_list": rows, "has_more": 0, "min_cursor": 0, "max_cursor": oldest})


def kuaishou(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """www.kuaishou.com: a shell, and a list that is refused as if it were empty."""
    if ask.path == "/graphql":
        return answer_json(KUAISHOU_REFUSED)
    actor = campus.who(Platform.KUAISHOU, ask.path.removeprefix("/profile/"))
    return page("kuaishou.html", actor=actor) if actor else missing()
