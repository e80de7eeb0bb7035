"""The campus's official interfaces: what an account's own authorisation opens, and the refusals of those who have none."""

from __future__ import annotations

import json

from monitors.demo.activity import DemoAccount, DemoCampus, DemoPost
from monitors.demo.answer import DemoRequest, DemoResponse, answer_json, missing
from monitors.demo.weibo import blogs
from monitors.settings import CredentialSetting
from rules.model import Platform

SHAPE = "official"
"""The shape of accounts whose units gave the school their authorisation."""
SECRET, TOKEN = "demo-secret", "demo-token-"
ARTICLES = 20


def demo_grants(campus: DemoCampus) -> dict[str, CredentialSetting]:
    """The authorisations that the demo school holds, by account key."""
    return {actor.key: _grant(actor) for actor in campus.actors if actor.shape == SHAPE}


def _grant(actor: DemoAccount) -> CredentialSetting:
    if actor.platform is Platform.WEIBO:
        return CredentialSetting.model_validate({"token": TOKEN + actor.id})
    return CredentialSetting.model_validate({"app_id": actor.id, "secret": SECRET, "whole": True})


def wechat(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """api.weixin.qq.com: a token for the right secret, and the list of what was published."""
    if ask.path == "/cgi-bin/stable_token":
        asked = json.loads(ask.body or b"{}")
        if asked.get("secret") != SECRET:
            return answer_json({"errcode": 40125, "errmsg": "invalid appsecret"})
        return answer_json({"access_token": f"{TOKEN}{asked.get('appid')}", "expires_in": 7200})
    if ask.path != "/cgi-bin/freepublish/batchget":
        return missing()
    actor = campus.who(Platform.WECHAT, ask.get("access_token").removeprefix(TOKEN))
    if actor is None or actor.shape != SHAPE:
        return answer_json({"errcode": 40001, "errmsg": "invalid credential"})
    items = campus.items(actor)
    rows = [_published(actor, item) for item in items[:ARTICLES]]
    return answer_json({"total_count": len(items), "item_count": len(rows), "item": rows})


def _published(actor: DemoAccount, item: DemoPost) -> dict[str, object]:
    url = f"http://mp.weixin.qq.com/s?__biz={actor.biz}&mid={item.number}&idx=1&sn=0#rd"
    news = {"title": item.title, "url": url, "is_deleted": False}
    content = {"news_item": [news], "create_time": item.unix, "update_time": item.unix}
    return {"article_id": f"a{item.number}", "content": content, "update_time": item.unix}


def weibo(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """api.weibo.com: an account's own list, to the bearer of its token."""
    actor = campus.who(Platform.WEIBO, ask.get("uid"))
    if ask.path != "/2/statuses/user_timeline.json" or actor is None:
        return missing()
    if ask.authorization != f"OAuth2 {TOKEN}{actor.id}":
        return answer_json({"error": "expired_token", "error_code": 21327, "request": ask.path}, 403)
    found = blogs(campus, actor)
    return answer_json({"statuses": found, "total_number": len(found), "hasvisible": False})
