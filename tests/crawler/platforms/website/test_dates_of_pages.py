"""Whose date a date is, and of which year: what pages write, what they leave out, and what is something else's."""

from __future__ import annotations

import pytest

from rules.model import ClaimType, Observation, Precision
from tests.support.website_shapes import WORDS, article, column, day, items, read_page

OLD = ["06-20", "06-02", "05-11", "04-22"]


@pytest.mark.parametrize("empty", ["1970-01-01", "1900-01-01", "1899-12-30", "1970-01-01 08:00", "2000-01-01"])
def test_an_empty_field_is_no_date(empty: str) -> None:
    seen = column(items([empty] * 4))
    assert day(seen) == ""
    assert not seen.proves & (ClaimType.INACTIVE | ClaimType.ACTIVE)


def test_an_item_without_its_date_may_be_the_newest() -> None:
    dated = ["2024-03-02", "2024-02-02", "2024-01-02"]
    assert column(items(dated)).proves & ClaimType.INACTIVE
    for empty in ("1970-01-01", "0000-00-00", "1900-01-01"):
        assert not column(items([empty, *dated])).proves & ClaimType.INACTIVE


def test_a_list_in_which_every_item_bears_the_day_of_the_visit_is_undated() -> None:
    seen = column(items(["2026-11-21"] * 4))
    assert (day(seen), seen.proves & ClaimType.ACTIVE) == ("", ClaimType.NONE)
    assert day(column(items(["2026-11-21", "2026-11-21", "2026-11-20"]))) == "2026-11-21"


@pytest.mark.parametrize(
    ("dates", "newest"),
    [
        (["3天前", "2周前", "1个月前", "2个月前"], "2026-11-18"),
        (["3小时前", "5天前", "一个月前"], "2026-11-21"),
        (["两周前", "三周前", "2个月前"], "2026-11-07"),
        (["昨天", "前天", "11天前"], "2026-11-20"),
        (["刚刚", "2026-10-08", "2026-09-30"], "2026-11-21"),
        (["3天前", "10-08", "09-30", "09-12"], "2026-11-18"),
        (["昨天 15:20", "2024-10-08 09:00", "2024-09-30 10:00"], "2026-11-20"),
        (["2026年11月", "2026年10月", "2026年9月"], "2026-11-01"),
        (["2026-05", "2026-03", "2025-12"], "2026-05-01"),
        (["２０２６－１１－１８", "２０２６－１１－０２"], "2026-11-18"),
        (["２０２６年１１月１８日", "２０２６年１０月２日"], "2026-11-18"),
        (["2026-11-19T16:30:00Z", "2026-11-01T20:00:00Z"], "2026-11-20"),
        (["2026-11-19T16:30:00+00:00", "2026-11-01T20:00:00+00:00"], "2026-11-20"),
    ],
)  # fmt: skip
def test_spellings_in_a_list(dates: list[str], newest: str) -> None:
    assert day(column(items(dates))) == newest


def test_what_is_known_to_the_month_says_so() -> None:
    seen = column(items(["2026年11月", "2026年10月", "2026年9月"]))
    assert {post.precision for post in seen.posts} == {Precision.MONTH}


def test_a_time_tag_has_the_moment_that_its_text_cuts_off() -> None:
    row = '<li><a href="info/1/{}.htm">关于{}的通知</a><time datetime="{}">{}</time></li>'
    cut = [("2026-11-19T16:30:00Z", "2026-11-19"), ("2026-10-01T01:00:00Z", "2026-10-01"), ("2026-09-01", "2026-09-01")]
    visit = [("2026-11-21T02:00:00Z", written) for written in ("2024-03-05", "2024-02-05", "2024-01-05")]
    for pairs, newest in ((cut, "2026-11-20"), (visit, "2024-03-05")):
        rows = "".join(row.format(9 - n, WORDS[n], *pair) for n, pair in enumerate(pairs))
        assert day(column(f"<ul>{rows}</ul>")) == newest


@pytest.mark.parametrize(
    ("link", "newest"),
    [
        ("/2023/0620/c1012a{at}/page.htm", "2023-06-20"),
        ("/art/2023/6/20/art_12_{n}.html", "2023-06-20"),
        ("/tzgg/202306/t20230620_{n}.html", "2023-06-20"),
        ("/tzgg/2023/{n}.html", "2023-06-20"),
        ("/show/20230620101500{at}00.html", "2023-06-20"),
        ("/news/2023-06-20/{n}.shtml", "2023-06-20"),
    ],
)
def test_the_link_tells_the_year(link: str, newest: str) -> None:
    seen = column(items(["06-20", "06-18", "06-15"], link))
    assert day(seen) == newest
    assert not any(post.year_inferred for post in seen.posts)
    assert seen.proves & ClaimType.INACTIVE


def test_a_year_that_names_a_folder_of_the_whole_site_tells_nothing() -> None:
    menu = '<a href="/2019/xygk.htm">学院概况</a><a href="/2019/szdw.htm">师资队伍</a>'
    seen = column(menu + items(["11-20", "11-02", "10-11"], "/2019/info/{n}.htm"))
    assert day(seen) == "2026-11-20"


def test_a_heading_tells_the_year_of_its_group() -> None:
    page = (
        '<h3>2026年</h3><ul><li>05月12日 <a href="/d1">召开代表大会</a></li><li>03月03日 <a href="/d2">开学典礼举行</a></li></ul>'
        '<h3>2025年</h3><ul><li>12月30日 <a href="/d3">年终总结大会</a></li></ul>'
    )
    seen = column(page)
    assert [f"{post.published_at:%Y-%m-%d}" for post in seen.posts] == ["2026-05-12", "2026-03-03", "2025-12-30"]
    older = column(page.replace("2026年", "2022年").replace("2025年", "2021年"))
    assert day(older) == "2022-05-12"
    assert not any(post.year_inferred for post in older.posts)


@pytest.mark.parametrize("head", ["<dt>{}</dt>", '<div class="year">{}</div>', "<p>{}年</p>", "<h4>{}年度</h4>"])
def test_what_a_heading_of_years_may_be(head: str) -> None:
    row = "<dd>{} <a href=/x{}>关于{}的通知</a></dd>"
    first = row.format("06-20", 1, "讲座") + row.format("05-20", 2, "考试")
    seen = column(f"<dl>{head.format(2024)}{first}{head.format(2023)}{row.format('12-20', 3, '选课')}</dl>")
    assert [f"{post.published_at:%Y-%m-%d}" for post in seen.posts] == ["2024-06-20", "2024-05-20", "2023-12-20"]


def test_a_row_of_year_tabs_is_no_heading() -> None:
    tabs = "".join(f'<a href="?y={year}">{year}年</a>' for year in (2026, 2025, 2024))
    assert day(column(tabs + items(["11-12", "11-03", "10-30"]))) == "2026-11-12"


def test_titles_that_name_an_older_year_make_the_list_no_younger() -> None:
    seen = column(items(OLD, "/art/a{n}b.html", "关于2023年{word}的通知"))
    assert day(seen) == "2023-06-20"
    assert not seen.proves & (ClaimType.ACTIVE | ClaimType.INACTIVE)


def test_full_dates_below_tell_the_year_of_those_above() -> None:
    seen = column(items(["10-20", "2026-10-02", "2026-09-11"], "/art/a{n}b.html"))
    assert day(seen) == "2026-10-20"
    assert not seen.posts[0].year_inferred


def test_a_full_date_outweighs_a_yearless_token_of_the_same_item() -> None:
    for row in (
        '<li><a href="info/1/{n}.htm">关于{w}的通知</a><span class="n">{b}</span><span class="time">{f}</span></li>',
        '<li><span class="n">{b}</span><a href="info/1/{n}.htm">关于{w}的通知</a><span class="time">{f}</span></li>',
        '<li><span class="time">{f}</span><a href="info/1/{n}.htm">关于{w}的通知</a><i>({b})</i></li>',
    ):
        rows = [
            ("11-20", "2024-06-20", 9, "讲座"),
            ("11-19", "2024-06-02", 8, "考试"),
            ("11-18", "2024-05-11", 7, "选课"),
        ]
        page = "".join(row.format(b=bare, f=full, n=n, w=word) for bare, full, n, word in rows)
        assert day(column(f"<ul>{page}</ul>")) == "2024-06-20", row


def test_an_inferred_year_proves_life_only_while_fresh_and_never_silence() -> None:
    stale = column(items(OLD, "/art/a{n}b.html"))
    assert day(stale) == "2026-06-20"
    assert all(post.year_inferred for post in stale.posts)
    assert not stale.proves & (ClaimType.ACTIVE | ClaimType.INACTIVE)
    fresh = column(items(["11-18", "11-02", "10-11"], "/art/a{n}b.html"))
    assert fresh.proves & ClaimType.ACTIVE
    assert not fresh.proves & ClaimType.INACTIVE


LECTURES = [
    '<div class="lec"><a href="info/1/{n}.htm">学术讲座：{w}</a><p>时间：{d} 14:00</p><p>地点：报告厅</p></div>',
    '<div class="lec"><a href="info/1/{n}.htm">学术讲座：{w}</a><p>时间：{d} 14:00 地点：报告厅</p></div>',
    '<div class="lec"><a href="info/1/{n}.htm">学术讲座：{w}</a><p>主讲人：张三</p><p>时间：{d}</p></div>',
    '<div class="lec"><a href="info/1/{n}.htm">学术讲座：{w}</a><span>讲座时间：</span><span>{d}</span></div>',
    '<div class="lec"><a href="info/1/{n}.htm">示例{w}</a><p>入职时间：{d}</p></div>',
    '<div class="lec"><a href="info/1/{n}.htm">文件{w}</a><p>成文日期：{d}</p></div>',
    '<tr><td>第{n}周</td><td>{d}</td><td><a href="info/1/{n}.htm">校历安排{w}</a></td></tr>',
]


@pytest.mark.parametrize("row", LECTURES)
def test_dates_of_something_else_in_a_list(row: str) -> None:
    rows = [("2026-11-18", 1, "人工智能"), ("2026-11-10", 2, "量子计算"), ("2026-11-02", 3, "新材料")]
    inner = "".join(row.format(d=date, n=n, w=word) for date, n, word in rows)
    seen = column(f"<table>{inner}</table>" if row.startswith("<tr") else inner)
    assert day(seen) == ""


@pytest.mark.parametrize(
    ("line", "newest"),
    [
        ("时间：2026年11月15日 14:00 地点：报告厅 主讲人：张三", ""),
        ("<span>时间：2026-11-15 14:00</span><span>地点：报告厅</span>", ""),
        ("入职时间：2014-12-23", ""),
        ("成文日期：2023-01-05 发布日期：2023-02-01", "2023-02-01"),
        ("<span>成文日期：2023-01-05</span><span>发布日期：2023-02-01</span>", "2023-02-01"),
        ("发布时间：２０２６年１１月２０日", "2026-11-20"),
        ("3小时前 来源：教务处", "2026-11-21"),
        ("来源：教务处 3天前", "2026-11-18"),
        ("发布于 2天前", "2026-11-19"),
        ("发布时间：2026-11-19T16:30:00Z", "2026-11-20"),
        ("时间：2026-11-20", "2026-11-20"),
        ("发布时间：2026年11月", "2026-11-01"),
    ],
)
def test_the_line_of_an_article(line: str, newest: str) -> None:
    assert day(article(line)) == newest


@pytest.mark.parametrize("content", ["2026-11-21 10:00:00", "2026-11-21 09:58", "2026-11-21", "2026-11-21T02:00:01Z"])
def test_a_meta_date_of_the_visit_is_the_templates(content: str) -> None:
    head = f'<meta name="PubDate" content="{content}">'
    assert day(article("发布时间：2023-05-06", head)) == "2023-05-06"
    assert day(article("来源：教务处", head)) == ""


def test_a_meta_date_of_another_day_stands() -> None:
    assert day(article("来源：教务处", '<meta name="PubDate" content="2026-11-03 10:00:00">')) == "2026-11-03"


def data_page(script: str) -> Observation:
    return read_page(
        f'<!DOCTYPE html><html><head><title>新闻中心</title></head><body><div id="app"></div>{script}</body></html>',
        "http://chem.example.edu.cn/xw",
    )


ROWS = '[{"id":81,"title":"我校举行论坛","%s":%s,"url":"/news/81"},{"id":80,"title":"图书馆延长开放","%s":%s,"url":"/news/80"}]'
TEXT = ROWS % ("publishTime", '"2026-11-19 16:30:00"', "publishTime", '"2026-11-12 15:00:00"')
UNIX = ROWS % ("publish_time", "1795077000000", "publish_time", "1794000000000")


@pytest.mark.parametrize(
    ("script", "newest"),
    [
        (f'<script>window.__INITIAL_STATE__={{"news":{{"list":{TEXT},"x":undefined}}}};</script>', "2026-11-19"),
        (f'<script id="__NEXT_DATA__" type="application/json">{{"props":{{"list":{TEXT}}}}}</script>', "2026-11-19"),
        (f'<script type="application/json">{{"data":{UNIX}}}</script>', "2026-11-19"),
        (f"<script>var newsList = {TEXT};\nrender(newsList);</script>", "2026-11-19"),
        (
            "<script>window.__NUXT__=(function(a){return {list:[{title:'我校举行论坛',publishTime:'2026-11-19',top:a},"
            "{title:'图书馆延长开放',publishTime:'2026-11-12',top:!0},]}}(1));</script>",
            "2026-11-19",
        ),
        (f"<script>window.__DATA__ = JSON.parse('{TEXT}');</script>", "2026-11-19"),
        ('<script>window.__INITIAL_STATE__={"user":null,"list":[]}</script>', ""),
        (f'<script>var events = {TEXT.replace("publishTime", "startTime")};</script>', ""),
        (f'<script>var edits = {TEXT.replace("publishTime", "updateTime")};</script>', ""),
    ],
)  # fmt: skip
def test_lists_that_stand_in_the_page_as_data(script: str, newest: str) -> None:
    seen = data_page(script)
    assert day(seen) == newest
    assert not seen.proves & ClaimType.INACTIVE


def test_silence_is_not_proved_by_dates_that_lead_elsewhere() -> None:
    foreign = items(["2019-03-01", "2019-02-11", "2018-12-01"], "http://www.moe.gov.cn/a/t201903_{n}.html")
    seen = read_page(f"<html><title>示范大学教务处</title><body>{foreign}</body></html>")
    assert not seen.proves & ClaimType.INACTIVE


def test_silence_is_not_proved_where_undated_titles_outnumber_the_dated() -> None:
    dated = items(["2019-03-01", "2019-02-11"], "/zc/{n}.html")
    titles = ("关于举办学术讲座的通知", "关于期末考试安排的通知", "关于选课工作的有关通知", "关于教材征订工作的通知")
    undated = "".join(f'<li><a href="/art/{place}x{place}.html">{title}</a></li>' for place, title in enumerate(titles))
    home = "<html><title>示范大学教务处</title><body>{}</body></html>"
    assert not read_page(home.format(f"{dated}<ul>{undated}</ul>")).proves & ClaimType.INACTIVE
    assert read_page(home.format(dated)).proves & ClaimType.INACTIVE


def test_a_page_cut_in_the_middle_proves_no_silence() -> None:
    page = f"<html><title>示范大学教务处</title><body>{items(['2019-03-01', '2019-02-11', '2018-12-01'])}<p>学"
    assert not read_page(page).proves & ClaimType.INACTIVE


def rows(row: str, dates: list[str]) -> str:
    return "".join(row.format(n=n, d=date, w=WORDS[n]) for n, date in enumerate(dates))


@pytest.mark.parametrize(
    "row",
    [
        '<li data-date="2023-{d}"><a href="/x{n}y.html">关于{w}的通知</a><span>{d}</span></li>',
        '<li><a href="/x{n}y.html" title="标题：关于{w}的通知&#10;发布时间：2023-{d}">关于{w}的通知</a><span>{d}</span></li>',
        '<li><a href="/x{n}y.html">关于{w}的通知</a><time datetime="2023-{d}">{d}</time></li>',
        '<li><a href="/v?d=2023-{d}&n={n}">关于{w}的通知</a><span>{d}</span></li>',
    ],
)
def test_an_item_hides_its_year_in_its_tags(row: str) -> None:
    seen = column(f"<ul>{rows(row, ['06-20', '06-18', '06-11'])}</ul>")
    assert day(seen) == "2023-06-20"
    assert seen.proves & ClaimType.INACTIVE


def test_this_year_s_items_leave_the_year_out_and_last_year_s_do_not() -> None:
    seen = column(items(["08-20", "2025-12-02", "2025-09-11"], "/art/a{n}b.html"))
    assert day(seen) == "2026-08-20"
    assert not any(post.year_inferred for post in seen.posts)


def test_what_running_numbers_make_older_is_a_guess_and_proves_no_silence() -> None:
    row = '<li><a href="info/1/{n}.htm">关于{w}的通知</a><span>{d}</span></li>'
    documents = "".join(row.format(n=1900 - n, d=f"2023-0{6 - n}-10", w=WORDS[n]) for n in range(4))
    news = "".join(row.format(n=1880 - n, d=f"1{1 - n}-18", w=WORDS[4 + n]) for n in range(2)) + row.format(
        n=1870, d="09-18", w="会议"
    )
    seen = read_page(f"<html><title>示范大学教务处</title><body><ul>{documents}</ul><ul>{news}</ul></body></html>")
    assert not seen.proves & ClaimType.INACTIVE
    assert not seen.silence_if_known
