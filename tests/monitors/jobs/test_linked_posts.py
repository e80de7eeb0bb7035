"""Links on a school's page to posts of accounts: which are taken, and what became of them after a sweep of the demo."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crawler.observe.linked_posts import PER_PAGE, linked_post_urls
from crawler.page.page import Page
from monitors.app_context import AppContext
from monitors.jobs.linked_posts import KEY, fetch_linked_posts
from monitors.jobs.sweep import SweepReport
from rules.candidates import CandidateKind
from tests.conftest import NOW

SHORT = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStU"
HEARD = "wechat:gh_0000000000b9"


def page(text: str) -> Page:
    return Page(url="https://www.shifan.example/", body=text.encode(), fetched_at=NOW)


def test_only_single_posts_are_taken_once_and_few() -> None:
    text = f"""<a href="{SHORT}1?from=timeline">甲</a><a href='http://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStU1'>又是甲</a>
    <a href="https://mp.weixin.qq.com/s?__biz=MzI=&mid=1&idx=1&sn=2">长链接会遇到验证</a><a href="https://weibo.com/u/123456">主页</a>
    <a href="https://www.toutiao.com/article/7300000000000000001/">乙</a>
    <a href="https://baijiahao.baidu.com/s?id=1790000000000000001&wfr=spider">丙</a>"""
    assert linked_post_urls(page(text)) == {
        f"{SHORT}1": "wechat",
        "https://www.toutiao.com/article/7300000000000000001": "toutiao",
        "https://baijiahao.baidu.com/s?id=1790000000000000001": "baijiahao",
    }
    many = "".join(f'<a href="{SHORT}{n:02}">{n}</a>' for n in range(50))
    assert list(linked_post_urls(page(many))) == [f"{SHORT}{n:02}" for n in range(PER_PAGE)]
    assert linked_post_urls(page("<p>mp.weixin.qq.com/s/ 与 toutiao.com/ 只是文字</p>")) == {}


@pytest.mark.xdist_group("demo")
def test_a_linked_article_speaks_for_the_account_whose_id_it_bears(demo_world: AppContext) -> None:
    seen = demo_world.store.observations.states([HEARD], demo_world.clock())[HEARD]
    assert seen.last_post_at
    assert timedelta(days=2) < demo_world.clock() - seen.last_post_at < timedelta(days=5)
    assert not seen.silence_shown, "one article shows that somebody posted, never that nobody did"
    looks = [(look.source, run.partition("-")[0]) for look, run in demo_world.store.observations.history(HEARD)]
    assert ("article", "linked_post") in looks
    links = demo_world.store.observations.history(KEY + _address(demo_world))
    assert len(links) == 1


def _address(context: AppContext) -> str:
    return next(look.url for look, run in context.store.observations.history(HEARD) if run.startswith("linked_post-"))


@pytest.mark.xdist_group("demo")
def test_a_link_is_opened_once(demo_world: AppContext) -> None:
    url = _address(demo_world)
    report = SweepReport(links={url: "wechat"})
    assert asyncio.run(fetch_linked_posts(demo_world, report)) == []
    assert report.runs == []


@pytest.mark.xdist_group("demo")
def test_a_stranger_with_the_school_s_name_becomes_a_suspect(demo_world: AppContext) -> None:
    url = f"{_address(demo_world)}?again"  # the same article under an address that nobody opened yet
    filed = demo_world.store.filings.by_key([HEARD])[HEARD]
    demo_world.store.filings.remove("demo", [filing.id for filing in filed], by="测试", now=demo_world.clock())
    try:
        assert asyncio.run(fetch_linked_posts(demo_world, SweepReport(links={url: "wechat"}))) == []
        suspect = demo_world.store.candidates.one("demo", HEARD)
        assert suspect
        assert suspect.kind is CandidateKind.UNFILED or suspect.kind is CandidateKind.SUSPECT
        assert suspect.evidence
    finally:
        demo_world.store.filings.save(filed, by="测试", now=demo_world.clock())
