"""Error pages, file listings, other people's pages and walls in other words than those that were met first."""

from __future__ import annotations

import pytest

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from rules.model import ClaimType, Outcome
from tests.conftest import NOW
from tests.support.website_shapes import article, framed, items, read_page

NEWS = '<div class="side"><h3>最新</h3>' + items(["2026-11-20", "2026-11-02", "2026-10-11"]) + "</div>"
ARTICLE = "http://jwc.example.edu.cn/info/1012/1890.htm"
ERRORS = [
    ("示范大学教务处", "对不起，该文章已下架"), ("信息提示", "无此文章！"), ("示范大学", "<h1>404</h1><p>您访问的页面飞走了</p>"),
    ("示范大学教务处", "参数错误！3秒后自动跳转到首页"), ("示范大学教务处", "HTTP 404 - 无法找到文件"), ("示范大学教务处", "您没有权限查看该内容"),
    ("示范大学教务处", "This page does not exist."), ("页面丢失", "您要找的页面不见了"), ("示范大学教务处", "此文章已被管理员隐藏"),
    ("友情提示", "内容不存在"), ("示范大学教务处", "查无此信息"), ("错误", "错误：文章编号不正确"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "notice"), ERRORS)
def test_an_error_page_in_other_words(title: str, notice: str) -> None:
    seen = read_page(framed(title, f'<div class="err"><p>{notice}</p></div>{NEWS}'), ARTICLE)
    assert (seen.outcome, seen.name, seen.posts) == (Outcome.UNREADABLE, None, ())


def test_a_number_of_a_home_page_is_no_error_code() -> None:
    home = framed("示范大学教务处", f"<p>500+</p><p>专任教师</p><p>404 间</p>{NEWS}").replace("当前位置", "")
    assert read_page(home).outcome is Outcome.OK


FILES = [
    ("HFS /", '<div>HttpFileServer</div><table><tr><td><a href="a.zip">a.zip</a></td><td>2026-11-20 10:20:00</td></tr><tr><td><a href="b.zip">b.zip</a></td><td>2026-11-10 10:20:00</td></tr></table>'),
    ("Listing of /data", '<ul><li><a href="../">Parent Directory</a></li><li><a href="x.doc">x.doc</a> 2026-11-20</li><li><a href="y.doc">y.doc</a> 2026-10-20</li></ul>'),
    ("/ 的索引", '<table><tr><td><a href="c/">c/</a></td><td>2026-10-20 10:20</td></tr><tr><td><a href="%E9%80%9A%E7%9F%A5.pdf">通知.pdf</a></td><td>2026-11-20 10:20</td></tr></table>'),
    ("文件", '<pre><a href="../">../</a>\n<a href="a.pdf">a.pdf</a> 20-Nov-2026 10:20 1024\n<a href="b.pdf">b.pdf</a> 02-Nov-2026 10:20 1024</pre>'),
]  # fmt: skip


@pytest.mark.parametrize(("title", "body"), FILES)
def test_a_listing_of_files_in_other_markup(title: str, body: str) -> None:
    seen = read_page(f"<html><head><title>{title}</title></head><body>{body}</body></html>")
    assert (seen.outcome, seen.proves) == (Outcome.UNREADABLE, ClaimType.NONE)


def test_a_column_of_downloads_is_a_column() -> None:
    rows = "".join(
        f'<li><a href="/files/{n}.doc">教学检查表{n}.doc</a><span class="time">2026-11-{20 - n}</span></li>'
        for n in range(3)
    )
    assert (
        read_page(framed("下载中心-示范大学教务处", f"<ul>{rows}</ul>"), "http://jwc.example.edu.cn/xzzx.htm").outcome
        is Outcome.OK
    )


STRANGERS = [
    ("皇冠体育|皇冠足球|皇冠app下载", "皇冠足球比分"), ("365体育在线投注", "365足球比分"), ("真钱斗地主-棋牌游戏平台", "斗地主赢现金"),
    ("6合彩开奖结果今晚", "澳门六合彩资料大全"), ("伟德国际1946源自英国", "韦德亚洲"), ("bob体育-综合APP下载", "BOB官网"), ("MK体育(国际)官方网站", "mk体育真人"),
    ("海角社区-海角论坛", "黄片下载"), ("专业论文代写代发_毕业论文代写", "职称论文代发"), ("办证-刻章-文凭学历代办", "办理各大学毕业证"),
    ("华体会hth·(中国)体育官方网站-登录入口", "联系我们"), ("开元棋牌ky888", "棋牌送38元"), ("免费看片app丝瓜视频", "草莓视频污"), ("新葡萄京娱乐场官网", "葡京网址"),
    ("SLOT GACOR 2026 | Situs Judi Online", "Daftar slot gacor"), ("传奇私服发布网_新开传奇SF", "今日新开传奇私服"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "item"), STRANGERS)
def test_a_domain_that_serves_another_trade(title: str, item: str) -> None:
    rows = "".join(f'<li><a href="/news/{n}.html">{item}{n}</a><span>2026-11-{20 - n}</span></li>' for n in range(3))
    seen = read_page(f"<html><title>{title}</title><body><a href=/>首页</a><ul>{rows}</ul></body></html>")
    assert (seen.is_hijacked, seen.name, seen.posts) == (True, None, ())


def test_links_of_a_broken_into_site_give_it_away_under_its_own_title() -> None:
    for said in (("必赢亚洲", "澳门太阳集团城", "葡京赌场官网"), ("刷单兼职日结", "网络贷款秒到账", "黑户贷款口子")):
        rows = "".join(f'<li><a href="/x/{n}.html">{text}</a></li>' for n, text in enumerate(said))
        assert read_page(framed("示范大学招生网", f"<ul>{rows}</ul>{NEWS}")).is_hijacked


def test_a_domain_for_sale_is_named_as_one() -> None:
    rows = "".join(f'<li><a href="/{n}">example{n}.cn</a><span>2026-11-{20 - n}</span></li>' for n in range(3))
    seen = read_page(f"<html><title>example-univ.cn 域名转让</title><body><ul>{rows}</ul></body></html>")
    assert (seen.outcome, seen.reason.partition(":")[0]) == (Outcome.UNREADABLE, "domain_parked")


PASSWORD = '<input name="u"><input type="password" name="p">'
WALLS = [
    ("请求被拒绝", "请求的URL被拒绝，请联系管理员。您的支持ID是：123456789"), ("BIG-IP logout page", "Your session could not be established."),
    ("", '<script>window.rbzns={};</script><script src="/edge/?visid_incap=1"></script>'), ("网站访问报错", "您所提交的请求含有不合法的参数，已被网站管理员设置拦截！"),
    ("欢迎登录EasyConnect", PASSWORD), ("访问禁止", "您的上网请求被终止！终止原因：该网站类型被禁止。上网行为管理"), ("绿盟WAF", "访问受限"),
    ("安全检查", "正在检查您的浏览器，请稍候...5秒后自动跳转"), ("", "系统检测到您的网络环境存在异常，请输入验证码"), ("示范大学 登录", f"<h2>统一身份认证</h2>{PASSWORD}"),
    ("", '<script>window.location.href="https://cas.example.edu.cn/cas/login?service=x"</script>'), ("智慧校园-登录", f"账号登录 扫码登录{PASSWORD}"),
    ("网络认证", f'<script src="/v2/static/srun.portal.js"></script>{PASSWORD}'), ("iNode Portal", '<script>location="http://10.0.0.2:8080/portal/index_default.jsp"</script>'),
    ("注销页", "<!--Dr.COMWebLoginID_0.htm-->"), ("登录", f'<form action="/eportal/InterFace.do?method=login">{PASSWORD}</form>'),
    ("提示", "本网站仅限校内IP访问"), ("提示", "您当前的IP地址（1.2.3.4）不在允许访问的范围内"), ("403", "校外访问请使用VPN登录后访问"),
    ("", '<script>window.location.href="https://x.cn/_____tmd_____/punish?x5secdata=1"</script>'), ("验证码拦截", '<div id="nocaptcha"></div>'),
    ("请先完成验证", '<div class="geetest_holder">点击按钮进行验证</div>'), ("Access denied | x.cn used Cloudflare to restrict access", "Error 1020"),
    ("", "Access Denied. You don't have permission to access this server. Reference #18.abc"), ("", "The barracuda web filter blocked this page"),
    ("Web认证", f"用户名{PASSWORD}<button>上网</button>"), ("", "Dr.COM"), ("", "<h2>抱歉</h2><p>该资源仅对校内开放</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "body"), WALLS)
def test_a_wall_in_other_words_is_a_wall(title: str, body: str) -> None:
    page = f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>"
    assert read_page(page, "http://jwc.example.edu.cn/tzgg.htm").outcome is Outcome.BLOCKED


def test_a_redirect_to_a_login_in_the_head_is_a_wall() -> None:
    head = '<html><head><meta http-equiv="refresh" content="0;url=https://sso.example.edu.cn/login?s=x"></head></html>'
    assert parse_page(Page("http://jwc.example.edu.cn/", head.encode(), NOW), "website").outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    "body",
    [
        "<p>本资源仅限校内IP访问，校外访问请使用VPN。</p>",
        "<p>Web应用防火墙策略调整，访问被网站管理员拦截的请联系信息中心。</p>",
        "<p>教务系统进行安全检测，届时统一身份认证无法登录。</p>",
        "<p>请勿点击陌生链接完成验证，谨防诈骗。</p>",
        "<p>本馆资源仅对校内开放，校园网认证方法见附件。</p>",
    ],
)
def test_a_short_article_about_walls_is_an_article(body: str) -> None:
    assert article("2026-11-20", body=body).outcome is Outcome.OK


@pytest.mark.parametrize("word", ["装修公司报价 家装效果图", "Garden furniture outlet", "ガーデン 家具 新作"])
def test_a_school_s_own_host_that_speaks_of_no_campus_is_a_stranger_s(word: str) -> None:
    rows = "".join(f'<li><a href="/item/{n}.html">{word} {n}</a><i>2026-11-{20 - n}</i></li>' for n in range(12))
    page = f"<html><title>{word}</title><body><ul>{rows}</ul></body></html>"
    assert read_page(page).is_hijacked
    assert not read_page(page, "http://www.shop.example/").is_hijacked
    assert not read_page(page.replace("<body>", "<body><p>示范大学后勤处</p>")).is_hijacked
