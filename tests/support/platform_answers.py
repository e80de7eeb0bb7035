"""Small answers of Weibo and Bilibili: what is in a list, whose it is, and what asked for it."""

from __future__ import annotations

import json
from typing import Any

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from rules.model import Observation
from tests.conftest import NOW

UID = "9010000777"
API = "https://m.weibo.cn/api/container/getIndex"
LIST = f"{API}?type=uid&value={UID}&containerid=107603{UID}"


def read_answer(platform: str, body: Any, url: str) -> Observation:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return parse_page(Page(url, text.encode(), NOW), platform)


def blog(number: int, at: str = "Tue May 20 10:00:00 +0800 2025", uid: str = UID, **more: Any) -> dict[str, Any]:
    user = {"id": int(uid), "screen_name": "临川大学", "statuses_count": 4019, "verified_reason": "临川大学官方微博"}
    return {"card_type": 9, "mblog": {"id": str(number), "mid": str(number), "created_at": at, "user": user, **more}}


def weibo(cards: list[dict[str, Any]], url: str = LIST, total: int = 2051) -> Observation:
    return read_answer("weibo", {"ok": 1, "data": {"cardlistInfo": {"total": total}, "cards": cards}}, url)


TEN = [blog(n) for n in range(10)]


def dynamic(number: int, mid: int = 12345678, at: int = 1742436000, **more: Any) -> dict[str, Any]:
    author = {"mid": mid, "name": "临川大学", "pub_ts": at, **more}
    return {"id_str": str(number), "modules": {"module_author": author, "module_dynamic": {}}}


SPACE = "https://api.bilibili.com/x/polymer/web-dynamic/v1/feed/space?host_mid=12345678"


def bilibili(items: list[dict[str, Any]], url: str = SPACE) -> Observation:
    return read_answer("bilibili", {"code": 0, "data": {"items": items}}, url)
