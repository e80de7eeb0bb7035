"""Dates in other words and other markup: relative ones, other languages, labels of other things, headings, script data."""

from __future__ import annotations

import pytest

from rules.model import ClaimType, Outcome
from tests.support.website_shapes import WORDS, article, column, day, framed, items, read_page

SHOWN = ClaimType.ACTIVE | ClaimType.INACTIVE


@pytest.mark.parametrize(
    ("dates", "newest"),
    [
        (["3 days ago", "2 weeks ago", "1 month ago"], "2026-11-18"),
        (["an hour ago", "2 days ago", "3 weeks ago"], "2026-11-21"),
        (["yesterday", "2 days ago", "5 days ago"], "2026-11-20"),
        (["二○二六年十一月十八日", "二○二六年十一月二日"], "2026-11-18"),
        (["二零二六年十一月十八日", "二零二六年十一月二日"], "2026-11-18"),
        (["Nov 2026", "Sep 2026", "May 2026"], "2026-11-01"),
        (["二〇二六年十月", "二〇二六年九月", "二〇二六年五月"], "2026-10-01"),
        (["2026-11-18 星期三", "2026-11-02 星期一"], "2026-11-18"),
        (["前天", "2026-10-08", "2026-10-07"], "2026-11-19"),
        (["刚刚", "2026-10-08", "2026-10-07"], "2026-11-21"),
        (["三天前", "2025-10-08", "2025-10-07"], "2026-11-18"),
        (["1周前", "2026年5月8日", "2026年5月7日"], "2026-11-14"),
        (["Wed, 18 Nov 2026 20:30:00 GMT", "Tue, 10 Nov 2026 02:00:00 GMT"], "2026-11-19"),
    ],
)
def test_more_spellings_in_a_list(dates: list[str], newest: str) -> None:
    assert day(column(items(dates))) == newest


@pytest.mark.parametrize(
    "dates",
    [
        ["1年前", "2年前", "3年前"],
        ["一年前", "两年前", "三年前"],
        ["半年前", "1年前", "2年前"],
        ["1 year ago", "2 years ago", "3 years ago"],
        ["去年", "去年", "前年"],
        ["上周", "上个月", "去年"],
    ],
)
def test_what_is_known_to_the_year_is_no_date_and_proves_nothing(dates: list[str]) -> None:
    seen = column(items(dates))
    assert (day(seen), seen.proves & SHOWN) == ("", ClaimType.NONE)
    lone = article(dates[0])
    assert (day(lone), lone.proves & SHOWN) == ("", ClaimType.NONE)


LABELS = [
    ("开讲时间：{}", "主办：科研处"), ("开赛时间：{}", "承办：体育部"), ("宣讲时间：{}", "宣讲地点：就业中心"), ("面试时间：{}", "联系人：李老师"),
    ("Time: {} 14:00", "Venue: Room 101"), ("🕒 {} 14:00", "📍 报告厅"), ("笔试：{}", "考点：东校区"), ("举办时间 {} 14:00", "主楼"),
    ("开放日期：{}", "校史馆"), ("报到时间：{}", "新生"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "where"), LABELS)
def test_a_time_that_is_called_by_something_else(when: str, where: str) -> None:
    blocks = "".join(
        f'<div class="lec"><a href="info/1012/{1900 - n}.htm">学术活动：{WORDS[n]}</a><p>{when.format(f"2026-11-{20 - 5 * n:02}")}</p><p>{where}</p></div>'
        for n in range(3)
    )
    seen = column(blocks)
    assert (day(seen), seen.proves & SHOWN) == ("", ClaimType.NONE)


def test_a_table_column_called_time_beside_one_of_places_dates_events() -> None:
    rows = "".join(
        f'<tr><td><a href="info/1012/{1900 - n}.htm">学术讲座：{WORDS[n]}</a></td><td>2026-11-{20 - n}</td><td>报告厅</td></tr>'
        for n in range(3)
    )
    for heading, found in (("<th>时间</th><th>地点</th>", ""), ("<th>时间</th><th>点击</th>", "2026-11-20")):
        seen = column(f"<table><tr><th>题目</th>{heading}</tr>{rows}</table>")
        assert day(seen) == found, heading


PERSONS = [
    "<p>入校时间：2026-09-01</p>", "<table><tr><td>到校日期</td><td>2026-09-01</td></tr></table>", "<p>聘期：2026-09-01 至 2029-08-31</p>",
    "<p>取得学位时间：2026年6月30日</p>", "<p>任现职时间：2026-11-01</p>", "<p>党龄起算日期：2026-07-01</p>",
]  # fmt: skip


@pytest.mark.parametrize("fact", PERSONS)
def test_dates_in_a_life_are_no_publication(fact: str) -> None:
    page = f"<html><head><title>张三-教师主页</title></head><body><h1>张三</h1><div>{fact}<p>研究方向：数学</p></div></body></html>"
    assert day(read_page(page, "http://faculty.example.edu.cn/zhangsan/index_x.htm")) == ""


@pytest.mark.parametrize("line", ["2026-11-20 至 2026-11-27", "时间：2026-11-20 14:00-16:00", "2026年11月20日—22日"])
def test_a_span_of_time_is_when_something_is_held(line: str) -> None:
    assert day(article(line)) == ""


def test_a_list_that_a_template_stamps_second_by_second_is_undated() -> None:
    stamped = [f"2026-11-21 09:5{n}:0{n}" for n in (9, 8, 7)]
    seen = column(items(stamped))
    assert (day(seen), seen.proves & SHOWN) == ("", ClaimType.NONE)


@pytest.mark.parametrize(
    "heading",
    [
        "<h4>{year}年大事记</h4>", "<h4>{han}年</h4>", '<div class="title">{year}年新闻</div>', '<div class="tl-y"><i></i>{year}</div>',
        "<p><strong>——{year}——</strong></p>",
    ],
)  # fmt: skip
def test_the_year_stands_in_a_heading_however_it_is_written(heading: str) -> None:
    groups = (("2025", "二〇二五", ("11月12日", "10月8日", "6月1日")), ("2024", "二〇二四", ("12月20日", "5月1日")))
    inner = "".join(
        heading.format(year=year, han=han)
        + "".join(
            f'<li><span>{date}</span><a href="info/1/{year}x{n}.htm">关于{WORDS[n]}的通知</a></li>'
            for n, date in enumerate(dates)
        )
        for year, han, dates in groups
    )
    seen = read_page(framed("大事记", inner), "http://jwc.example.edu.cn/dsj.htm")
    assert day(seen) == "2025-11-12"
    assert not any(post.year_inferred for post in seen.posts)


def test_one_text_with_a_year_heads_no_list() -> None:
    seen = column("<p>2023年招生</p>" + items(["11-18", "11-02", "10-11"]))
    assert (day(seen), seen.posts[0].year_inferred) == ("2026-11-18", True)


ROWS = (
    '[{"id":881,"title":"我校举行校友论坛","publishTime":"2026-11-20 09:12:00","url":"/news/881"},'
    '{"id":880,"title":"图书馆延长开放","publishTime":"2026-11-12 15:00:00","url":"/news/880"}]'
)


@pytest.mark.parametrize(
    "data",
    [
        f'<script>window.__DATA__=JSON.parse({ROWS.replace(chr(34), chr(92) + chr(34))!r});</script>'.replace("JSON.parse('", 'JSON.parse("').replace("')", '")').replace("\\\\", "\\"),
        f"<div id='list' data-news='{ROWS}'></div>",
        f'<script id="__NEXT_DATA__" type="application/json">{{"props":{{"list":{ROWS}}}}}</script>',
        f"<script>var newsList = {ROWS};</script>",
    ],
)  # fmt: skip
def test_a_list_that_waits_for_a_script(data: str) -> None:
    page = (
        f'<html><head><title>新闻中心</title></head><body><a href="/">首页</a><div id="app"></div>{data}</body></html>'
    )
    assert day(read_page(page, "http://chem.linchuan.example/xw")) == "2026-11-20"


def test_script_data_of_events_and_edits_is_none() -> None:
    for key in ("startTime", "updateTime", "deadline"):
        page = f"<html><body><script>var newsList = {ROWS.replace('publishTime', key)};</script></body></html>"
        assert day(read_page(page, "http://chem.linchuan.example/xw")) == ""


def test_a_home_page_whose_own_links_bear_no_date_is_read_and_shows_no_silence() -> None:
    siblings = items(["2019-05-01", "2019-04-01", "2019-03-01"], "http://news.example.edu.cn/info/1/{n}.htm")
    own = "".join(f'<li><a href="/art/{name}f{n}.html">关于{word}工作安排的通知</a></li>' for n, (name, word) in enumerate(zip("abcd", WORDS, strict=False)))  # fmt: skip
    page = framed("示范大学教务处", f"{siblings}<ul>{own}</ul>").replace("当前位置", "")
    seen = read_page(page)
    assert (seen.outcome, seen.proves & SHOWN) == (Outcome.OK, ClaimType.NONE)
