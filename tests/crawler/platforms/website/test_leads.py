"""Home pages that show nothing themselves: where they lead, and those that nobody should follow."""

from __future__ import annotations

import pytest

from crawler.page.page import Page
from crawler.platforms.spec import Target
from crawler.platforms.website.leads import leads
from rules.model import Platform
from tests.conftest import NOW

HOME = "https://dag.shifan.example/"
TARGET = Target(platform=Platform.WEBSITE, key="website:dag.shifan.example", account_id="dag.shifan.example", url=HOME)


def led(body: str) -> tuple[str, ...]:
    return leads(
        Page(url=HOME, body=f"<html><head><title>首页</title></head>{body}</html>".encode(), fetched_at=NOW), TARGET
    )


@pytest.mark.parametrize(
    ("body", "to"),
    [("<script>location.href='/index/main.htm'</script>", ("index/main.htm",)),
     ("<script>window.location = \"http://www.dag.shifan.example/a.jsp\";</script>", ("http://www.dag.shifan.example/a.jsp",)),
     ("<script>top.location.replace('main.psp')</script>", ("main.psp",)),
     ("<script>location.assign('https://dag.shifan.example/zh/')</script>", ("zh/",)),
     ("<frameset><frame src='top.htm'><frame src='main.htm'><frame src='https://ad.example/'></frameset>", ("top.htm", "main.htm"))],
)  # fmt: skip
def test_where_it_leads(body: str, to: tuple[str, ...]) -> None:
    assert led(body) == tuple(url if url.startswith("http") else HOME + url for url in to)


@pytest.mark.parametrize(
    "body",
    ["<script>location.href='https://other.example/'</script>", "<script>location.href='javascript:alert(1)'</script>",
     "<script>document.cookie='a=1';location.href='/?a=1'</script>", "<script>eval(function(p){});location.href='/x'</script>",
     f"<script>location.href='{HOME}'</script>", "<p>正在建设</p>", "",
     "<script>location.href='/m/'</script>" + "".join(f"<p>第{n}段说明文字</p>" for n in range(80))],
)  # fmt: skip
def test_what_is_not_followed(body: str) -> None:
    assert led(body) == ()
