"""How things are written for people, as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from monitors.app_context import AppContext
from monitors.console.formatting import ago, bdi, day, masked, path, size
from monitors.console.labels import setting_text, switch_text
from monitors.console.pending import ActionOwner, rungs, waiting
from monitors.console.routes.accounts import filing_facts, shown_posts
from rules.catalogue import RULES
from rules.model import Filing, Platform
from storage.observations import StoredPost
from storage.read_models import HeldBack
from tests.conftest import NOW
from tests.support.plain_words import foreign_words


@pytest.mark.parametrize(
    ("back", "text"),
    [
        (timedelta(seconds=5), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=30), "1 天前"),
        (timedelta(days=75), "2 个月前"),
        (timedelta(days=800), "2 年前"),
        (timedelta(days=-3), "还有 3 天"),
    ],
)
def test_ago(back: timedelta, text: str) -> None:
    """The largest unit that fits."""
    assert ago(NOW - back, NOW) == text


def test_nothing_is_a_dash_or_nothing() -> None:
    """An unknown time is never a date."""
    assert str(day(None)) == "—"
    assert ago(None, NOW) == ""


def test_midnight_is_beijings() -> None:
    """23:30 UTC is tomorrow in China."""
    assert "2026-11-21" in day(datetime.fromisoformat("2026-11-20T23:30:00+00:00"))


def test_names() -> None:
    """Isolated, escaped, shortened; never invisible."""
    assert bdi("<b>\u202e大学") == "<bdi>&lt;b&gt;大学</bdi>"
    assert len(bdi("大" * 10_000)) < 60
    assert "名称为空" in bdi("\u200b")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("13800138000", "13***0"), ("a.b@x.edu.cn", "a.***n"), ("0371-62436666", "03***6"), ("二级", "二级")],
)
def test_masked(text: str, shown: str) -> None:
    """Mobile numbers, addresses and landlines."""
    assert masked(text) == f"<bdi>{shown}</bdi>"


def test_small_things() -> None:
    """Sizes, paths, settings, switches."""
    assert [size(n) for n in (5, 2048, 5 * 1024**3)] == ["5 B", "2.0 KB", "5.0 GB"]
    assert path("wechat:name=某 ?#") == "wechat:name=%E6%9F%90%20%3F%23"
    assert setting_text([["来源|转载", "编辑"], ["作者"]]) == "来源／转载、编辑；作者"
    assert setting_text(True) == "是"
    assert setting_text(["owner", "name"], "unfiled_change") == "责任人；名称"
    assert setting_text("effective", "late_filing") == "制度施行之日"
    assert switch_text("weibo", {"enabled": False}) == "微博：停用访问"


def test_what_cases_wait_for(context: AppContext) -> None:
    """Ours before the system's before time's; a settled case waits for nothing."""
    cases = {case.number[-1]: case for case in context.store.cases.all("demo")}
    said = {number: waiting(case, NOW) for number, case in cases.items()}
    assert "请经办提请签发" in said["1"].text
    assert said["1"].turn is ActionOwner.OURS
    assert said["4"].turn is ActionOwner.OURS
    assert "申诉" in said["4"].text
    assert "复核" in said["5"].text
    assert said["3"].turn is ActionOwner.SYSTEM
    assert "等待发送或打印送达" in said["3"].text
    assert [rung.stage for rung in rungs(cases["1"])] == ["done", "now", "later"]
    frozen = waiting(cases["2"], NOW, HeldBack(frozenset({cases["2"].platform})))
    assert "暂停升级" in frozen.text


def test_an_account_s_id_is_no_telephone_number() -> None:
    filing = Filing(
        id="1",
        school="demo",
        platform=Platform.WECHAT,
        name="示例",
        account_id="gh_0000000000b9",
        note="电话 010-62436666",
    )
    shown = {heading: str(value) for heading, value in filing_facts(filing)}
    assert shown["账号ID"] == "<bdi>gh_0000000000b9</bdi>"
    assert "62436666" not in shown["备注"]


def test_what_a_search_told_of_a_post_gives_way_to_the_post() -> None:
    told = StoredPost(id="1", title="", url="", published_at=NOW, first_seen_at=NOW, evidence="")
    post = replace(told, id="2", title="开放日")
    other = replace(told, id="3", published_at=NOW - timedelta(days=1))
    assert shown_posts([told, post, other]) == [post, other]


def test_every_setting_of_a_rule_has_a_name() -> None:
    for rule in RULES.values():
        assert set(rule.settings.model_fields) <= set(rule.setting_names)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<body><p>示范大学 replay</p>", ["replay"]),
        ("<body><td>file0:</td>", ["file"]),
        ("<body><td>2026-11-28T14:25:27+08:00</td>", ["2026-11-28T14"]),
        ("<body><td>*/20 * * * *</td>", ["*/20 * * * *"]),
        ("<body><td>30 7 * * 1</td>", ["30 7 * * 1"]),
        (
            "<body><p>ResponseDataLossError （http://www.baidu.com）</p>",
            ["ResponseDataLossError", "ResponseDataLossError"],
        ),
        ('<body><input placeholder="your name">', ["your", "name"]),
        ('<body><time datetime="2026-11-28T14:25:27+08:00">2026-11-28 14:25</time>', []),
        ("<body><bdi>BIT Lab</bdi> DEMO-2026-0001 QQ群 <a href='https://x.cn'>https://x.cn</a>", []),
    ],
)
def test_what_staff_should_not_have_to_read_is_found(page: str, found: list[str]) -> None:
    """The walk over the demonstration's pages (tests/monitors/test_demo_day.py) stands on this."""
    assert list(foreign_words(page)) == found


def test_a_day_that_the_register_does_not_have_is_not_shown() -> None:
    filed = Filing(
        id="1",
        school="demo",
        platform=Platform.WECHAT,
        name="图书馆",
        opened_at=date(2016, 12, 31),
        reviewed_at=date(2025, 12, 31),
        filed_at=date(2024, 3, 5),
        known_to_year=("opened_at",),
        known_to_month=("reviewed_at",),
    )
    facts = {heading: str(value) for heading, value in filing_facts(filed)}
    assert (facts["开通时间"], facts["年审时间"]) == ("2016年", "2025年12月")
    assert "2024-03-05" in facts["备案时间"]
