"""The facts of the moment: whose it is today, what each page showed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.notices.facts import changes_since, citations, present_case, what_it_shows
from rules.model import BEIJING, Account, Filing, Observation, Outcome, Platform, Post, Precision
from tests.support.notices import NOW, case, policy

DAY = datetime(2026, 8, 20, tzinfo=BEIJING)


def wechat_article(outcome: Outcome = Outcome.OK, *posts: Post, at: datetime = NOW, **more: str) -> Observation:
    values = {"source": "wechat", "url": "https://mp.weixin.qq.com/s/x", "evidence": "2026-11-21.a.1.ab"} | more
    return Observation(platform=Platform.WECHAT, outcome=outcome, observed_at=at, posts=posts, **values)  # type: ignore[arg-type]


def filed(**changes: object) -> Account:
    values: dict[str, object] = {
        "id": "1",
        "school": "sias",
        "platform": Platform.WECHAT,
        "name": "西亚斯体育学院",
        "unit": "商学院",
    }
    filing = Filing(**(values | changes))  # type: ignore[arg-type]
    return Account(school="sias", platform=Platform.WECHAT, key=case().account, filing=filing)


def test_the_unit_is_the_registers_of_today_and_the_signer_is_told() -> None:
    opened = case()
    present = present_case(opened, filed(), policy())
    assert present.unit == "商学院"
    assert "责任单位由“体育学院”变为“商学院”" in changes_since(opened, present)
    assert changes_since(opened, opened) == ()


def test_what_the_register_leaves_blank_or_no_longer_has_stays_as_it_was() -> None:
    assert present_case(case(), filed(unit=" "), policy()).unit == "体育学院"
    gone = Account(school="sias", platform=Platform.WECHAT, key=case().account)
    assert present_case(case(), gone, policy()) == case()


def test_newer_pages_are_counted() -> None:
    newer = case(evidence=("new",), shown_at=NOW)
    assert changes_since(case(), newer)[-1] == "新增存证 1 份，最近一次采集于2026年11月21日"


def test_every_exhibit_has_its_own_time_and_address() -> None:
    first, second = (
        wechat_article(evidence="a", at=NOW - timedelta(days=90), url="https://one.example"),
        wechat_article(evidence="b"),
    )
    cited = citations(["a", "b", "lost", "a"], [second, first])
    assert [(item.id, item.seen_at, item.url) for item in cited] == [
        ("a", NOW - timedelta(days=90), "https://one.example"),
        ("b", NOW, "https://mp.weixin.qq.com/s/x"),
        ("lost", None, ""),
    ]


POST = Post(id="1", title="新学期运动队招新", published_at=DAY, precision=Precision.DAY)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (wechat_article(Outcome.OK, POST), "所见最近一次发布为“新学期运动队招新”（2026年8月20日）"),
        (
            wechat_article(Outcome.OK, Post(id="1", published_at=DAY, precision=Precision.MONTH)),
            "一条内容（2026年8月）",
        ),
        (wechat_article(Outcome.OK, Post(id="1", title="无日期")), "页面可以访问"),
        (wechat_article(Outcome.EMPTY, name="西亚斯体育学院"), "名称为“西亚斯体育学院”，页面显示没有发布过内容"),
        (wechat_article(Outcome.GONE), "页面显示账号已注销、封禁或者不存在"),
        (wechat_article(Outcome.MOVED), "已迁移"),
    ],
)
def test_what_a_page_showed_is_told_without_an_invented_hour(seen: Observation, words: str) -> None:
    told = what_it_shows(seen)
    assert words in told
    assert "00" not in told


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.UNREADABLE])
def test_a_page_nobody_could_read_shows_nothing(outcome: Outcome) -> None:
    assert what_it_shows(wechat_article(outcome)) == ""
