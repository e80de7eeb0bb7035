"""The campus itself: its clock, its memory, its searches, its register, its replayed pages."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.observe.parse import parse_page
from monitors.demo.campus import (
    EXPECTED,
    DemoCampus,
    ExpectedState,
    demo_canaries,
    demo_filings,
    key_of,
    replay_filings,
    replay_pages,
)
from monitors.demo.server import LOOPBACK
from rules.model import Outcome, Platform
from tests.support.guest import NOW, ask, visit

WEIBO_POSTS = "https://m.weibo.cn/api/container/getIndex?type=uid&value={uid}&containerid=107603{uid}"


@pytest.fixture
def campus() -> DemoCampus:
    return DemoCampus(NOW)


def test_the_same_seed_makes_the_same_campus(campus: DemoCampus) -> None:
    for actor in campus.actors:
        assert campus.items(actor) == DemoCampus(NOW).items(actor)


def test_live_accounts_go_on_publishing_and_silent_ones_do_not(campus: DemoCampus) -> None:
    before = {actor.key: campus.items(actor) for actor in campus.actors}
    campus.now = NOW + timedelta(days=30)
    for actor in campus.actors:
        if actor.newest is not None:
            fresh = set(campus.items(actor)) - set(before[actor.key])
            assert bool(fresh) == (actor.newest <= 50), actor.key
            assert all(NOW < item.at <= campus.now for item in fresh if item.number > 5000), actor.key
            assert all(item.at <= campus.now for item in campus.items(actor)), actor.key


def test_an_account_can_be_made_to_post_or_vanish(campus: DemoCampus) -> None:
    campus.now = NOW + timedelta(days=10)
    campus.change("weibo:9000000003", newest=0.0)
    seen = parse_page(visit(campus, WEIBO_POSTS.format(uid="9000000003")), "weibo")
    assert seen.last_post_at
    assert campus.now - seen.last_post_at < timedelta(hours=4)
    campus.change("weibo:9000000003", trait="missing")
    assert parse_page(visit(campus, WEIBO_POSTS.format(uid="9000000003")), "weibo").outcome is Outcome.UNREADABLE


def test_sogou_loses_patience(campus: DemoCampus) -> None:
    campus.patience = 3
    url = "https://weixin.sogou.com/weixin?type=1&query=示范大学"
    outcomes = [parse_page(visit(campus, url), "wechat").outcome for _ in range(5)]
    assert outcomes == [Outcome.OK] * 3 + [Outcome.BLOCKED] * 2


def test_one_account_is_rate_limited_after_two_looks(campus: DemoCampus) -> None:
    filing = next(f for f in demo_filings(campus) if f.account_id == "gh_0000000000b6")
    outcomes = [parse_page(visit(campus, filing.url), "wechat").outcome for _ in range(3)]
    assert outcomes == [Outcome.OK, Outcome.OK, Outcome.BLOCKED]


@pytest.mark.parametrize(
    ("platform", "url"),
    [
        (Platform.WECHAT, "https://weixin.sogou.com/weixin?type=1&query=示范大学"),
        (Platform.WECHAT, "https://weixin.sogou.com/weixin?type=2&query=示范大学"),
        (Platform.WEIBO, "https://m.weibo.cn/api/container/getIndex?containerid=100103type%3D3%26q%3D示范大学"),
        (Platform.TOUTIAO, "https://so.toutiao.com/search?keyword=示范大学&pd=user"),
        (Platform.APP, "https://itunes.apple.com/search?term=示范大学&country=cn&entity=software&limit=50"),
    ],
)
def test_a_search_shows_the_unfiled_beside_the_filed_and_the_innocent(
    campus: DemoCampus, platform: Platform, url: str
) -> None:
    seen = parse_page(visit(campus, url), platform)
    names = {found.name for found in seen.results}
    wanted = {a.name for a in campus.actors if a.platform is platform and a.say is ExpectedState.UNFILED}
    assert seen.outcome is Outcome.OK
    assert len(wanted & names) >= min(3, len(wanted))


def test_bilibili_search_and_certificates_are_json(campus: DemoCampus) -> None:
    found = json.loads(ask(campus, "https://api.bilibili.com/x/web-interface/search/type?keyword=示范大学").body)
    assert {"示范大学那些事", "shifandaxue"} <= {user["uname"] for user in found["data"]["result"]}
    rows = json.loads(ask(campus, "https://crt.sh/?q=%25.shifan.example&output=json").body)
    names = {name for row in rows for name in row["name_value"].split("\n")}
    assert {"lab42.shifan.example", "*.shifan.example", "vpn-test.shifan.example"} <= names
    clones = json.loads(ask(campus, "https://crt.sh/?q=shifan&output=json").body)
    assert "www.shifan-edu.example.net" in {row["common_name"] for row in clones}


def test_walls_of_the_closed_platforms(campus: DemoCampus) -> None:
    assert parse_page(visit(campus, "https://www.kuaishou.com/graphql"), "kuaishou").outcome is Outcome.BLOCKED
    assert ask(campus, "https://www.zhihu.com/api/v4/members/x/articles").status == 403
    assert parse_page(visit(campus, "https://mp.weixin.qq.com/s?__biz=x&mid=1"), "wechat").outcome is Outcome.BLOCKED
    client_only = parse_page(visit(campus, "https://mp.weixin.qq.com/mp/profile_ext?action=home"), "wechat")
    assert client_only.outcome is Outcome.UNREADABLE  # a property of the link, no wall against us
    assert ask(campus, "https://nobody.example/").cut


def test_the_clone_copies_title_and_licence(campus: DemoCampus) -> None:
    real, clone = (
        ask(campus, f"https://{host}/").body.decode() for host in ("www.shifan.example", "www.shifan-edu.example.net")
    )
    for text in ("<title>示范大学（演示）</title>", "京ICP备00000000号"):
        assert text in real
        assert text in clone


def test_every_page_says_that_it_is_a_demonstration(campus: DemoCampus) -> None:
    for filing in demo_filings(campus):
        given = ask(campus, filing.url)
        if given.status == 200 and "html" in given.kind and not given.cut:
            encodings = ("演示".encode(), "演示".encode("gb18030"))
            assert any(mark in given.body for mark in encodings), filing.url


def test_the_register_is_whole_and_has_its_gaps(campus: DemoCampus) -> None:
    filings = demo_filings(campus)
    keys = [key_of(filing) for filing in filings]
    assert len(set(keys)) == len(keys) > 100
    assert set(keys) <= set(EXPECTED)
    assert not any(EXPECTED[key].judgement in (ExpectedState.UNFILED, ExpectedState.CLEAR) for key in keys)
    assert any(not filing.first_owner for filing in filings)
    assert any(not filing.direct_owner for filing in filings)
    assert any(filing.direct_owner_is_staff is False for filing in filings)
    late = [f for f in filings if f.opened_at and f.filed_at and (f.filed_at - f.opened_at).days > 30]
    assert len(late) == 3
    units = Counter((filing.platform, filing.unit) for filing in filings)
    assert units[Platform.WEIBO, "图书馆"] == 2
    assert all(set(phone) <= set("0-") for filing in filings for phone in filing.phones)


def test_canaries_have_both_states_where_the_platform_shows_both(campus: DemoCampus) -> None:
    states: dict[Platform, set[bool]] = {}
    for canary in demo_canaries(campus):
        states.setdefault(canary.platform, set()).add(canary.alive)
    assert states[Platform.BILIBILI] == states[Platform.DOUYIN] == {True, False}
    assert True in states[Platform.WEBSITE] & states[Platform.WECHAT] & states[Platform.WEIBO]


def test_replayed_pages_are_the_captured_bytes(shared: Path) -> None:
    pages = replay_pages(shared)
    assert len(replay_filings(shared, NOW)) == len(pages) >= 5
    campus = DemoCampus(NOW, replay=shared)
    for host, files in pages.items():
        for path, file in files.items():
            assert ask(campus, f"https://{host}{path}").body == file.read_bytes()


def test_without_the_shared_folder_there_is_no_replay(tmp_path: Path, campus: DemoCampus) -> None:
    assert replay_pages(tmp_path) == {}
    assert replay_filings(tmp_path, NOW) == ()
    assert ask(campus, "https://fudan-cs.replay.example/").cut


def test_a_page_takes_less_than_two_milliseconds(campus: DemoCampus) -> None:
    urls = [
        "https://www.shifan.example/",
        "https://news.shifan.example/1001/list.htm",
        WEIBO_POSTS.format(uid="9000000001"),
    ]
    for url in urls:
        ask(campus, url)
    begun = time.process_time()
    for _ in range(50):
        for url in urls:
            ask(campus, url)
    assert (time.process_time() - begun) / 150 < 0.01  # generous: the machine is shared; measured 1 ms
    assert LOOPBACK == "127.0.0.1"
