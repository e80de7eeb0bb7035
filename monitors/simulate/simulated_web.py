"""What the simulated accounts show on their pages: the demo campus's answers, filled from the lives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from crawler.page.page import Page
from crawler.platforms import spec_of
from crawler.platforms.authorized_api import WHOLE
from crawler.platforms.spec import PageSource, Target
from monitors.demo.accounts import DemoAccount, DemoPost
from monitors.demo.activity import FIRST_NUMBER, ITEMS, PINNED_AGE, DemoCampus
from monitors.demo.answer import DemoRequest, DemoResponse, answer_json, missing
from monitors.demo.app import answer
from monitors.simulate.population import SimulatedAccount
from rules.model import Platform

WECHAT_API = "https://api.weixin.qq.com/cgi-bin"
DOUYIN_API = "https://www.douyin.com/aweme/v1/web"
ARTICLES = 20
THEMES = {"social": "动态", "news": "要闻", "notice": "通知公告", "talk": "学术报告", "party": "党建工作"}


class SimulatedWeb(DemoCampus):
    """A campus of lives instead of the demo's table of actors."""

    def __init__(self, lives: Iterable[SimulatedAccount], now: datetime, seed: int) -> None:
        """``now`` is moved on by whoever looks."""
        self.opened, self.seed, self.now = now, seed, now
        self.slow_seconds, self.patience, self.replay, self.asked = 0.0, 0, None, {}
        self.lives = {life.key: life for life in lives}
        self._actors = {life.key: life.actor for life in self.lives.values()}
        self._by_id = {(life.actor.platform, life.actor.id): life.key for life in self.lives.values()}
        self._by_digest: dict[bytes, str] = {}

    def who(self, platform: Platform, account: str) -> DemoAccount | None:
        """The account as it is now: under its present name, and nobody once it is gone."""
        key = self._by_id.get((platform, account))
        if key is None:
            return None
        life = self.lives[key]
        if life.is_gone(self.now):
            return None
        name = life.name_at(self.now)
        return life.actor if name == life.actor.name else replace(life.actor, name=name)

    def items(self, actor: DemoAccount, theme: str = "social", later: float = 0.0) -> tuple[DemoPost, ...]:
        """The newest posts, newest first, after what is pinned; a column that lags behind shows the same days earlier."""
        life = self._life(actor)
        posts, newest = life.posts, life.published(self.now)
        lag = timedelta(days=later)
        own = [
            self._item(actor, theme, at, posts[at] - lag) for at in range(newest - 1, max(-1, newest - 1 - ITEMS), -1)
        ]
        if "pinned" not in actor.quirks or not own:
            return tuple(own)
        return (replace(self._item(actor, theme, -400, posts[0] - PINNED_AGE), pinned=True), *own)

    def _life(self, actor: DemoAccount) -> SimulatedAccount:
        return self.lives[self._by_id[actor.platform, actor.id]]

    def _item(self, actor: DemoAccount, theme: str, position: int, at: datetime) -> DemoPost:
        """A post with a plain title: the demo's headlines cost more than the reading of the page."""
        return DemoPost(number=FIRST_NUMBER + position, title=f"模拟{THEMES[theme]}之{position % 89}", at=at)

    def fetch(self, url: str, now: datetime) -> Page:
        """The page an undisturbed request brings."""
        self.now, parts = now, urlsplit(url)
        ask = DemoRequest(parts.hostname or "", parts.path, dict(parse_qsl(parts.query)), parts.query)
        given = self._wechat(ask) if ask.host == "api.weixin.qq.com" else answer(self, ask)
        return Page(
            url=url, body=given.body, fetched_at=now, status=0 if given.cut else given.status,
            headers={"content-type": given.kind} | dict(given.headers), requested_url=url,
        )  # fmt: skip

    def _wechat(self, ask: DemoRequest) -> DemoResponse:
        """The official interface under the account's own authorisation: what it published, and whose it is."""
        actor = self.who(Platform.WECHAT, ask.get("account"))
        if actor is None:
            return answer_json({"errcode": 40001, "errmsg": "invalid credential"})
        if ask.path.endswith("getaccountbasicinfo"):
            body = {"nickname": actor.name, "user_name": actor.id, "principal_name": actor.body}
            return answer_json(body)
        if not ask.path.endswith("batchget"):
            return missing()
        items, total = self.items(actor)[:ARTICLES], self._life(actor).published(self.now)
        rows = [{"article_id": f"a{i.number}", "update_time": i.unix, "content": _news(actor, i)} for i in items]
        return answer_json({"total_count": total, "item_count": len(rows), "item": rows})


def _news(actor: DemoAccount, item: DemoPost) -> dict[str, object]:
    url = f"https://mp.weixin.qq.com/s?__biz={actor.biz}&mid={item.number}&idx=1"
    return {"news_item": [{"title": item.title, "url": url, "is_deleted": False}], "create_time": item.unix}


def target_of(life: SimulatedAccount) -> Target:
    """What the crawler is told of an account."""
    filing = life.filing
    return Target(
        platform=filing.platform, key=life.key, name=filing.name, account_id=life.actor.id, url=filing.url
    )  # fmt: skip


def first_urls(target: Target) -> list[tuple[PageSource | None, str]]:
    """What a sweep asks first. WeChat: the official interface; Douyin: the answers a browser would have kept."""
    spec, account = spec_of(target.platform), target.account_id
    if target.platform is Platform.WECHAT:
        paths = (f"freepublish/batchget?{WHOLE}&", "account/getaccountbasicinfo?")
        return [(None, f"{WECHAT_API}/{path}account={account}") for path in paths]
    if target.platform is Platform.DOUYIN:
        paths = ("user/profile/other", "aweme/post")
        return [(None, f"{DOUYIN_API}/{path}/?sec_user_id={account}") for path in paths]
    urls: list[tuple[PageSource | None, str]] = [
        (source, url) for source in spec.sources if not source.browser for url in source.urls(target)
    ]
    return urls[:1] if target.platform is Platform.WEBSITE else urls
