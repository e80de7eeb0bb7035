"""The campus as an ASGI application: one table from host to what answers there, and the wire below it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from monitors.demo import official, portals, shops, video, wechat, weibo
from monitors.demo.activity import DemoCampus
from monitors.demo.answer import DemoRequest, DemoResponse, missing
from monitors.demo.obstacles import authserver
from monitors.demo.replay import replayed, replayed_hosts
from monitors.demo.sites import website
from rules.model import Platform

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Handler = Callable[[DemoCampus, DemoRequest], DemoResponse]

HOSTS: Mapping[str, Handler] = {
    "m.weibo.cn": weibo.mobile,
    "weibo.com": weibo.desktop,
    "www.weibo.com": weibo.desktop,
    "passport.weibo.com": weibo.passport,
    "api.weibo.com": official.weibo,
    "api.weixin.qq.com": official.wechat,
    "mp.weixin.qq.com": wechat.weixin,
    "weixin.sogou.com": wechat.sogou,
    wechat.FEEDS: wechat.feed,
    "www.douyin.com": video.douyin,
    "api.bilibili.com": video.bilibili,
    "space.bilibili.com": video.bilibili_pages,
    "search.bilibili.com": video.bilibili_pages,
    "www.kuaishou.com": video.kuaishou,
    "www.toutiao.com": portals.toutiao,
    "so.toutiao.com": portals.toutiao_search,
    "baijiahao.baidu.com": portals.baijiahao,
    "author.baidu.com": portals.baijiahao,
    "tieba.baidu.com": portals.tieba,
    "wappass.baidu.com": portals.baidu_captcha,
    "www.zhihu.com": portals.zhihu,
    "www.xiaohongshu.com": portals.xiaohongshu,
    "user.qzone.qq.com": portals.qzone,
    "i.qq.com": portals.qq_login,
    "itunes.apple.com": shops.itunes,
    "apps.apple.com": shops.app_page,
    "crt.sh": shops.crt_sh,
    "authserver.shifan.example": authserver,
}
ABORT = "xunjian.abort"
"""Where the server puts what breaks a connection off."""
CUT_SHORT = 1000
"""Bytes that a cut answer promised and never sent."""
NOBODY = DemoResponse(b"", cut=True)
"""What a name leads to that nobody registered: the nearest thing to an unknown host on one machine."""


def hosts_of(campus: DemoCampus) -> list[str]:
    """Every name that the campus answers to."""
    sites = [actor.id for actor in campus.actors if actor.platform is Platform.WEBSITE]
    return [*HOSTS, *sites, *replayed_hosts()]


def answer(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """What the campus says to one request. Pure but for the counters of rate limits."""
    if handler := HOSTS.get(ask.host):
        return missing() if ask.path == "/robots.txt" else handler(campus, ask)
    return website(campus, ask) or replayed(campus, ask) or NOBODY


def campus_app(campus: DemoCampus) -> App:
    """The ASGI application of a campus."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        given = answer(campus, _ask(scope, await _body(scope, receive)))
        if given.delay:
            await asyncio.sleep(given.delay)
        await _send(given, send, scope["method"] == "HEAD")
        if given.cut and ABORT in scope:
            scope[ABORT]()
            while (await receive())["type"] != "http.disconnect":
                pass

    return app


async def _body(scope: Scope, receive: Receive) -> bytes:
    """What was posted: the official interfaces' small questions."""
    body, more = b"", scope["method"] == "POST"
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    return body


def _ask(scope: Scope, body: bytes) -> DemoRequest:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "")
    text = scope["query_string"].decode("latin-1")
    query = dict(parse_qsl(text, keep_blank_values=True))
    name = host.rpartition(":")[0] if ":" in host else host
    return DemoRequest(name, unquote(scope["path"]), query, text, body, headers.get("authorization", ""))


async def _send(given: DemoResponse, send: Send, head: bool) -> None:
    length = len(given.body) + (CUT_SHORT if given.cut else 0)
    headers = [("content-type", given.kind), ("content-length", str(length)), *given.headers]
    raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
    await send({"type": "http.response.start", "status": given.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if head else given.body, "more_body": given.cut})


async def _lifespan(receive: Receive, send: Send) -> None:
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
