"""Pages that are not the site's content, sites that are no longer the school's, and what the site itself declares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.observe.attribute import attribute_page, summarize_visit
from crawler.page.page import Page
from crawler.platforms.spec import Target
from rules.model import ClaimType, Observation, Outcome, Platform
from tests.conftest import NOW
from tests.support.website_shapes import article, column, framed, items, read_page

NEWS = '<div class="side"><h3>最新</h3>' + items(["2026-11-20", "2026-11-02", "2026-10-11"]) + "</div>"
HOME = "http://jwc.example.edu.cn/"
ERRORS = [
    ("系统提示", "对不起，您要访问的文章不存在！"),
    ("提示信息", "该信息已被删除或尚未审核，<a href='index.htm'>返回首页</a>"),
    ("错误提示-示范大学教务处", "参数错误，请返回上一页"),
    ("404-示范大学", "页面走丢了"),
    ("示范大学教务处", "抱歉，您访问的页面不存在或已被删除"),
    ("示范大学教务处", "很抱歉，您要查看的信息已删除"),
    ("页面不存在 - 示范大学", "5秒后自动返回首页"),
    ("出错了", "系统出错，请稍后再试"),
]


@pytest.mark.parametrize(("title", "notice"), ERRORS)
@pytest.mark.parametrize(
    "url", ["http://jwc.example.edu.cn/info/1012/1890.htm", HOME, "http://jwc.example.edu.cn/tzgg.htm"]
)
def test_an_error_page_in_the_frame_of_the_site(title: str, notice: str, url: str) -> None:
    seen = read_page(framed(title, f'<div class="err"><p>{notice}</p></div>{NEWS}'), url)
    assert (seen.outcome, seen.name, seen.posts) == (Outcome.UNREADABLE, None, ())
    assert seen.reason.startswith(("error_page: ", "not_found: "))


def test_an_article_about_missing_pages_is_an_article() -> None:
    seen = article("发布时间：2026-11-18 来源：信息中心", body="<p>近日有师生反映访问的页面不存在，现说明如下。</p>")
    assert (seen.outcome, bool(seen.proves & ClaimType.ACTIVE)) == (Outcome.OK, True)
    titled = column(items(["2026-11-18", "2026-11-02", "2026-10-11"], title="关于{word}页面不存在问题的说明"))
    assert titled.outcome is Outcome.OK


@pytest.mark.parametrize(
    "page",
    [
        "<html><title>Index of /</title><body><h1>Index of /</h1><pre><a href=a.zip>a.zip</a> 2026-11-20 10:20 20M\n"
        "<a href=b.html>b.html</a> 2026-11-02 09:12 3K\n<a href=c/>c/</a> 2026-10-11 11:11 -</pre></body></html>",
        "<html><title>jwc.example.edu.cn - /</title><body><h1>jwc.example.edu.cn - /</h1><pre><a href=/x/>[转到父目录]</a>"
        " 2026/11/20 10:20 120 <a href=/a.htm>a.htm</a></pre></body></html>",
        "<html><title>Directory listing for /</title><body><h2>Directory listing for /</h2><ul><li><a href=a.zip>a.zip</a></ul></body></html>",
    ],
)
def test_a_listing_of_files_is_no_list_of_news(page: str) -> None:
    seen = read_page(page)
    assert (seen.outcome, seen.name) == (Outcome.UNREADABLE, None)
    assert seen.reason.startswith("directory_listing: ")


@pytest.mark.parametrize(
    "body",
    [
        "<br /><b>Warning</b>: mysql_connect(): Access denied for user in <b>/www/conn.php</b> on line <b>3</b><br />2026-11-21 10:00:00",
        "<html><title>Error</title><body>SQLSTATE[HY000] [2002] Connection refused</body></html>",
        "<html><title>运行时错误</title><body><h1>“/”应用程序中的服务器错误。</h1></body></html>",
        "<html><title>系统发生错误</title><body><h1>页面错误！请稍后再试～</h1><p>ThinkPHP V5.0</p></body></html>",
        "<html><body><h1>Whitelabel Error Page</h1><p>Sat Nov 21 10:00:00 CST 2026</p></body></html>",
        "<html><body>java.lang.NullPointerException<br>at com.example.Site.show(Site.java:12)</body></html>",
        "<html><title>建立数据库连接时出错</title><body><h1>建立数据库连接时出错</h1></body></html>",
    ],
)
def test_a_fault_of_the_program_is_neither_a_wall_nor_a_site(body: str) -> None:
    seen = read_page(body)
    assert (seen.outcome, seen.name, seen.last_post_at) == (Outcome.UNREADABLE, None, None)


DECLARED = [
    '本网站已于2024年3月1日停止更新，请访问新网站：<a href="https://new.example.edu.cn/">https://new.example.edu.cn/</a>',
    "本站已停止维护，新网址为 https://new.example.edu.cn/ ，请更新收藏。",
    '网站已迁移至新平台，<a href="https://new.example.edu.cn/">点击进入新网站</a>',
    '旧版网站不再更新，请移步<a href="https://new.example.edu.cn/">新版网站</a>',
]


@pytest.mark.parametrize("said", DECLARED)
def test_a_site_says_that_it_has_moved(said: str) -> None:
    seen = read_page(f"<html><title>示范大学旧教务网</title><body><p>{said}</p></body></html>")
    assert seen.outcome is Outcome.MOVED
    assert seen.moved_to is not None
    assert seen.moved_to.startswith("https://new.example.edu.cn/")
    assert seen.moved_to in seen.reason
    assert seen.proves is ClaimType.NONE


def test_a_banner_over_old_news_says_it_too_and_one_over_fresh_news_does_not() -> None:
    banner = f"<p>{DECLARED[0]}</p>"
    old = items(["2024-02-20", "2024-02-02", "2024-01-11"])
    assert read_page(framed("示范大学教务处", banner + old)).outcome is Outcome.MOVED
    assert read_page(framed("示范大学教务处", banner + NEWS)).outcome is Outcome.OK


def test_a_notice_of_maintenance_or_of_another_site_is_no_farewell() -> None:
    for text in (
        "本网站将于11月22日 0:00 暂停服务",
        "关于原网站停止更新的说明",
        "旧网站已停止更新，请访问 http://old.example.com/",
    ):
        seen = read_page(framed("示范大学教务处", f"<p>{text}</p>" + items(["2024-02-20", "2024-02-02", "2024-01-11"])))
        assert seen.outcome is Outcome.OK, text


def test_a_site_that_ends_without_a_new_address_is_unreadable_and_says_so() -> None:
    seen = read_page("<html><title>旧网</title><body><p>本网站已停止更新。</p></body></html>")
    assert seen.outcome is Outcome.UNREADABLE
    assert "停止更新" in seen.reason


BETTING = ("开云体育app下载安装", "澳门新葡京官网登录", "真人百家乐娱乐平台", "世界杯投注网址")


def news(titles: tuple[str, ...]) -> str:
    return "<ul>" + "".join(
        f'<li><a href="/news/{n}.html">{title}</a><span class="time">2026-11-{19 - n}</span></li>'
        for n, title in enumerate(titles)
    ) + "</ul>"  # fmt: skip


@pytest.mark.parametrize(
    "page",
    [
        f"<html><title>example-univ.cn - 首页</title><body><h1>开云体育官方入口</h1>{news(BETTING)}</body></html>",
        f"<html><title>开云体育(中国)官方网站</title><body>{news(('关于举办讲座的通知', '关于考试安排的通知'))}</body></html>",
        f"<html><title>示范大学教务处</title><body>{news(('关于举办讲座的通知', *BETTING[:3]))}</body></html>",
        f"<html><title>国产精品一区二区三区</title><body>{news(('在线观看', '免费视频', '最新更新'))}</body></html>",
        f"<html><title>代开发票</title><body>{news(('代开增值税发票', '专业办证电话', '代开各类发票'))}</body></html>",
    ],
)
@pytest.mark.parametrize("url", [HOME, "http://jwc.example.edu.cn/tzgg.htm"])
def test_a_hijacked_site_shows_nothing_and_is_told(page: str, url: str) -> None:
    seen = read_page(page, url)
    assert (seen.outcome, seen.name, seen.posts, seen.proves) == (Outcome.UNREADABLE, None, (), ClaimType.NONE)
    assert seen.is_hijacked


@pytest.mark.parametrize(
    "titles",
    [
        ("关于防范网络赌博和世界杯投注骗局的通知", "警惕棋牌平台诈骗", "公安机关打击博彩网站典型案例"),
        ("体育学院举办棋牌比赛", "电竞社团招新", "中国体育彩票杯武术比赛"),
        ("真人图书馆活动报名", "网络彩票平台犯罪问题研究讲座", "澳门大学来访"),
    ],
)
def test_warnings_against_betting_are_no_betting(titles: tuple[str, ...]) -> None:
    seen = read_page(f"<html><title>示范大学保卫处</title><body>{news(titles)}</body></html>")
    assert (seen.outcome, seen.name) == (Outcome.OK, "示范大学保卫处")


TARGET = Target(
    platform=Platform.WEBSITE,
    key="website:jwc.example.edu.cn",
    name="示范大学教务处",
    account_id="jwc.example.edu.cn",
    url=HOME,
)


def visited(page: str) -> Observation:
    return attribute_page(Page(HOME, page.encode(), NOW), TARGET, "home")


def shop(word: str) -> str:
    goods = "".join(f'<li><a href="/item/{n}.html">{word} {n}</a><i>2026-11-{19 - n}</i></li>' for n in range(9))
    return f"<html><title>{word}</title><body><p>{word}</p><p>Contact</p><ul>{goods}</ul></body></html>"


@pytest.mark.parametrize("word", ["激安通販ショップ 新作", "Cheap handbags outlet", "装修公司报价 家装效果图"])
def test_a_site_that_became_something_else_counts_for_nothing(word: str) -> None:
    seen = visited(shop(word))
    assert seen.is_hijacked
    assert (seen.outcome, seen.posts, seen.name) == (Outcome.UNREADABLE, (), None)


def test_a_site_in_english_or_under_another_name_is_still_a_school() -> None:
    assert not visited(shop("Office of Academic Affairs news")).is_hijacked
    assert not visited(shop("示范大学本科生院要闻")).is_hijacked
    assert not visited(shop("教务动态")).is_hijacked


def test_columns_of_a_hijacked_site_count_no_more_than_its_home_page() -> None:
    home = visited(shop("Cheap handbags outlet"))
    fine = replace(column(items(["2026-11-20", "2026-11-02", "2026-10-11"])), account_id="jwc.example.edu.cn")
    assert summarize_visit([home, fine]) == [home]


@pytest.mark.parametrize("title", ["Welcome", "新建网页 1", "登录", "无标题文档", "沉痛悼念张三教授", "首页"])
def test_a_title_that_names_nobody_is_no_name(title: str) -> None:
    seen = read_page(
        f"<html><title>{title}</title><body>{items(['2026-11-20', '2026-11-02', '2026-10-11'])}</body></html>"
    )
    assert (seen.outcome, seen.name) == (Outcome.OK, None)
    assert not seen.proves & ClaimType.NAME


@pytest.mark.parametrize(
    "said", ["该域名未备案", "该网站未根据工信部相关法律法规进行备案", "网站备案信息有误，暂无法访问"]
)
def test_a_domain_that_is_not_filed_is_told_as_such(said: str) -> None:
    seen = read_page(f"<html><title>暂时无法访问</title><body><p>{said}</p></body></html>")
    assert (seen.outcome, seen.name) == (Outcome.UNREADABLE, None)
    assert seen.reason.startswith("not_filed: ")


@pytest.mark.parametrize(
    "title", ["Situs Judi Slot Online Gacor", "笔趣阁 - 免费小说", "大发彩票官网", "Online Casino"]
)
def test_other_kinds_of_spam(title: str) -> None:
    page = f"<html><title>{title}</title><body>{items(['2026-11-20', '2026-11-02', '2026-10-11'])}</body></html>"
    assert read_page(page).is_hijacked
