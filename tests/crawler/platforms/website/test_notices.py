"""Pages that are no site: each named by a reason a person can act on, none called empty, gone or dated."""

from __future__ import annotations

import pytest

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from rules.model import ClaimType, Outcome
from tests.conftest import NOW

PAGES = [
    (
        "frames",
        "<title>示例大学图书馆</title></head><frameset rows=100,*><frame src=top.htm><frame src=main.htm></frameset>",
    ),
    ("page_redirect", '<meta http-equiv="Refresh" content="0;URL=/main.psp"><title>示例大学</title>'),
    ("script_only", "<script>location.href='/main.htm'</script>"),
    ("server_default", "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>"),
    ("server_default", "<title>IIS Windows Server</title><a href=x><img src=iisstart.png></a>"),
    ("no_site", "<title>没有找到站点</title><p>没有将此域名或IP绑定到对应站点</p>"),
    ("no_site", "<title>提示信息</title><div>站点不存在或未发布！</div>"),
    ("domain_parked", "<title>example.cn - 域名出售</title><a href=https://mi.example.com>立即购买</a>"),
    ("not_filed", "<title>温馨提示</title>您访问的网站未备案或备案信息有误"),
    ("site_closed", "<title>提示</title>该网站已关闭，请联系管理员"),
    ("not_found", "<title>404 Not Found</title><h1>404 Not Found</h1>"),
    ("building", "<title>示例学院</title>网站正在建设中，敬请期待"),
    ("no_items", "<title>示例学院</title><ul id=list></ul><a href=/xygk.htm>学院概况</a><script>load()</script>"),
]
MENU = "".join(f"<a href=/c{number}.htm>栏目{number}</a>" for number in range(14))


@pytest.mark.parametrize(("code", "body"), PAGES, ids=[f"{code}-{at}" for at, (code, _) in enumerate(PAGES)])
def test_reason_says_what_it_is(code: str, body: str) -> None:
    seen = parse_page(
        Page("http://www.example.edu.cn/", f"<html><head><meta charset=utf-8>{body}</html>".encode(), NOW), "website"
    )
    assert seen.outcome is Outcome.UNREADABLE
    assert seen.reason.startswith(code)
    assert seen.last_post_at is None
    assert seen.proves is ClaimType.NONE


def test_menu_that_names_the_login_is_no_wall() -> None:
    nav = f"<html><head><title>学院简介</title></head><body>{MENU}<a href=/cas/login>统一身份认证</a></body></html>"
    assert parse_page(Page("http://www.example.edu.cn/", nav.encode(), NOW), "website").outcome is Outcome.UNREADABLE


def test_long_page_is_no_notice() -> None:
    lines = "".join(f"<p>第{number}段文字</p>" for number in range(80))
    body = f"<html><head><title>示例学院</title></head><body>{lines}<p>栏目建设中</p></body></html>"
    seen = parse_page(Page("http://www.example.edu.cn/", body.encode(), NOW), "website")
    assert seen.reason.startswith("no_items")
