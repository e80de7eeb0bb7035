"""What the demo school has on file, which canaries tell a wall from silence, and the truth about each account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zlib import crc32

from monitors.clock import starting_at
from monitors.demo.accounts import DemoAccount, ExpectedState, load_actors
from monitors.demo.activity import DemoCampus
from monitors.demo.portals import baijiahao_id, toutiao_id
from monitors.demo.replay import replay_filings
from monitors.demo.wechat import FEEDS, UNLISTED, short_link
from rules.model import AccountLevel, Filing, FilingStatus, Outcome, Platform, ReviewResult

SCHOOL = "demo"
SURNAMES = "张李王赵陈刘杨周"
OPENED_DAYS, FILED_AFTER = 900, 3
LATE = frozenset({"weibo:9000000016", "website:xly.shifan.example", "bilibili:3690000000000010"})
"""Accounts that were filed long after they opened."""
LATE_AFTER = 45
DATES = frozenset(each.name for each in fields(Filing) if each.name.endswith("_at"))
TYPED: Mapping[str, Any] = {"level": AccountLevel, "status": FilingStatus, "review_result": ReviewResult}
ADDRESSES: Mapping[Platform, str] = {
    Platform.WEBSITE: "https://{id}/",
    Platform.WEIBO: "https://weibo.com/u/{id}",
    Platform.DOUYIN: "https://www.douyin.com/user/{id}",
    Platform.BILIBILI: "https://space.bilibili.com/{id}",
    Platform.KUAISHOU: "https://www.kuaishou.com/profile/{id}",
    Platform.ZHIHU: "https://www.zhihu.com/org/{id}",
    Platform.TIEBA: "https://tieba.baidu.com/f?kw={id}",
    Platform.XIAOHONGSHU: "https://www.xiaohongshu.com/user/profile/{id}",
    Platform.QZONE: "https://user.qzone.qq.com/{id}",
    Platform.APP: "https://apps.apple.com/cn/app/id{id}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """An account whose state is known: when its answer changes, the crawler is the likelier culprit."""

    platform: Platform
    key: str
    name: str
    account_id: str
    url: str
    alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The truth about one account. ``outcome``: of the look that decides; ``browser``: only a browser sees it."""

    outcome: Outcome
    judgement: ExpectedState
    name: str
    silent_days: float | None
    browser: bool


EXPECTED: Mapping[str, Expected] = {
    actor.key: Expected(
        outcome=actor.see,
        judgement=actor.say,
        name=actor.name,
        silent_days=actor.newest,
        browser=actor.platform is Platform.DOUYIN and actor.see is not Outcome.BLOCKED,
    )
    for actor in load_actors()
}
"""By account key, what an honest product must conclude on the opening day."""


def public_url(campus: DemoCampus, actor: DemoAccount) -> str:
    """The address people know an account by: a page of its own, else its newest article."""
    items = campus.items(actor)
    match actor.platform:
        case Platform.WECHAT if actor.shape == "album":
            return (
                f"https://mp.weixin.qq.com/mp/appmsgalbum?__biz={actor.biz}&action=getalbum&album_id=1&count=20&f=json"
            )
        case Platform.WECHAT if actor.shape == "rss":
            return f"https://{FEEDS}/{actor.id}.xml"
        case Platform.WECHAT if actor.trait == UNLISTED:
            return ""  # known by its id alone: only the school's own site leads to what it publishes
        case Platform.WECHAT:
            return f"https://mp.weixin.qq.com/s/{short_link(actor, items[0])}" if items else ""
        case Platform.TOUTIAO:
            return f"https://www.toutiao.com/article/{toutiao_id(items[0], actor)}/"
        case Platform.BAIJIAHAO:
            return f"https://baijiahao.baidu.com/s?id={baijiahao_id(items[0], actor)}"
    return ADDRESSES.get(actor.platform, "").format(id=quote(actor.id))


def demo_filings(campus: DemoCampus) -> tuple[Filing, ...]:
    """The demo school's register on the opening day, gaps and mistakes included."""
    filed = [actor for actor in campus.actors if not actor.unfiled]
    return tuple(_filing(campus, actor, number) for number, actor in enumerate(filed, 1))


def _filing(campus: DemoCampus, actor: DemoAccount, number: int) -> Filing:
    day = campus.opened.date()
    row: dict[str, Any] = {**_usual(actor), "opened_at": OPENED_DAYS - number, **actor.file}
    row.setdefault("filed_at", row["opened_at"] - (LATE_AFTER if actor.key in LATE else FILED_AFTER))
    known = {name: _value(name, value, day) for name, value in row.items() if value is not None}
    return Filing(
        **{"name": actor.name} | known,
        id=f"DEMO-{number:03}",
        school=SCHOOL,
        platform=actor.platform,
        unit=actor.unit,
        account_id="" if actor.platform is Platform.WEBSITE else actor.id,
        url=public_url(campus, actor),
    )


def _usual(actor: DemoAccount) -> dict[str, Any]:
    """What a well-kept row says; people are obviously invented and their numbers ring nowhere."""
    first, second = (SURNAMES[byte % len(SURNAMES)] for byte in actor.digest[:2])
    return {
        "level": "2", "category": "部门", "verified": bool(actor.body), "verified_body": actor.body,
        "purpose": "发布工作动态与服务信息（演示）", "first_owner": f"{first}示例", "first_owner_post": "党组织书记",
        "direct_owner": f"{second}演示", "direct_owner_post": "办公室主任", "direct_owner_is_staff": True,
        "operators": (f"{first}样例", f"{second}样例"), "phones": ("000-0000",), "emails": (mailbox(actor.unit),),
        "followers": 1000 + actor.digest[3], "server": "校内数据中心" if actor.platform is Platform.WEBSITE else "",
        "reviewed_at": 340, "review_result": "failed" if actor.digest[4] < 8 else "passed",
        "self_checked_at": 250 if actor.digest[5] < 24 else 100,
    }  # fmt: skip


def mailbox(unit: str) -> str:
    """A unit's mailbox: one person looks after all its accounts."""
    return f"unit{crc32(unit.encode()) % 900 + 100}@shifan.example"


def _value(name: str, value: Any, day: date) -> Any:
    """A cell as the model wants it: days ago become dates, codes become members."""
    if name in DATES:
        return day - timedelta(days=int(value))
    return TYPED[name](value) if name in TYPED else value


def demo_canaries(campus: DemoCampus) -> tuple[Canary, ...]:
    """On each platform an account known alive and one known gone, where the platform shows such a thing to anybody."""
    found: dict[tuple[Platform, bool], Canary] = {}
    for actor in campus.actors:
        if actor.say in (ExpectedState.LIVE, ExpectedState.GONE):
            alive = actor.say is ExpectedState.LIVE
            canary = Canary(platform=actor.platform, key=actor.key, name=actor.name, account_id=actor.id,
                            url=public_url(campus, actor), alive=alive)  # fmt: skip
            found.setdefault((actor.platform, alive), canary)
    return tuple(found.values())


def opening(now: datetime, shared: Path | None = None) -> tuple[DemoCampus, tuple[Filing, ...]]:
    """A campus opened now, with its register: all that `xunjian serve --demo` needs beside a server. Where ``shared``
    holds captured pages, the campus replays them under a school of their own."""
    there = shared if shared and shared.is_dir() else None
    campus = DemoCampus(now, clock=starting_at(now), replay=there)
    return campus, (*demo_filings(campus), *(replay_filings(there, now) if there else ()))
