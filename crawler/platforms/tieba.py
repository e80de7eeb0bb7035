"""Baidu Tieba: a forum's thread list, one thread, a search, a member's home; most often 百度安全验证 instead."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from lxml.html import HtmlElement

from crawler.page import extract
from crawler.page.extract import css, find, make_observation, require, text_at, when, xpath_text
from crawler.page.page import Page
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import ClaimType, Observation, Platform, Post, SearchHit

CLOCK = re.compile(r"^(?=\d{1,2}:\d\d$)")
"""A bare 11:24 is today's, or yesterday's where today's is still to come."""
SLOW = timedelta(minutes=5)
"""How far the forum's clock may be ahead of ours."""


def field(node: HtmlElement) -> Any:
    """The JSON of data-field; None where it is none."""
    try:
        return json.loads(node.get("data-field") or "")
    except (ValueError, RecursionError):
        return None


def uncovered(page: Page) -> HtmlElement:
    """The page's tree with its lists: as served, they stand in comments inside <code> and a script unpacks them."""
    text = re.sub(r"(<code\b[^>]{0,300}>)\s{0,20}<!--", r"\1", page.text)
    text = re.sub(r"-->\s{0,20}(</code>)", r"\1", text)
    return extract.tree(replace(page, body=text.encode("utf-8", "ignore"), headers={}))


def read_forum(page: Page) -> Observation:
    """A forum (贴吧): its threads by anybody, dated 11:24 (today), 7-6 or 2020-05; never by the last reply."""
    root = uncovered(page)
    threads = [_thread(item, page) for item in find(root, f"//li[{css('j_thread_list')}]")]
    # Advertisements have no thread number.
    posts = require([post for post in threads if post.id.isdigit()], "empty_list: 没有帖子，可能被拦截")
    title = extract.first(r"<title[^>]{0,100}>\s*([^<_-]{1,40}?吧)\s*[-_]", page.text)
    name = xpath_text(root, f"//a[{css('card_title_fname')}]") or title
    forum = extract.first(r"PageData\.forum\s*=\s*\{\s*'id':\s*(\d+)|\"forum_id\"\s*:\s*\"?(\d+)", page.text)
    return make_observation(
        page, Platform.TIEBA, name=name, account_id=forum, ids=(f"bar:{name}",) if name else (), posts=posts
    )


def _thread(item: HtmlElement, page: Page) -> Post:
    ident = item.get("data-tid") or text_at(field(item), "id")
    link = f".//a[{css('j_th_tit')}]"
    at, precision = when(CLOCK.sub("今天 ", xpath_text(item, f".//span[{css('is_show_create_time')}]")), page)
    if at and at > page.fetched_at + SLOW:
        at -= timedelta(days=1)
    return Post(
        id=ident,
        title=xpath_text(item, link + "/@title") or xpath_text(item, link),
        url=f"https://tieba.baidu.com/p/{ident}",
        published_at=at,
        precision=precision,
        pinned="thread_top" in item.get("class", "").split() or extract.get_path(field(item), "is_top") is True,
    )


def read_thread(page: Page) -> Observation:
    """One thread: the first floor is its post, whose time is when it was opened."""
    root = uncovered(page)
    head = require(find(root, f"//div[{css('l_post')}]"), "no_post: 帖子页没有楼层")[0]
    facts = field(head)
    author = text_at(facts, "author", "user_name") or xpath_text(head, f".//a[{css('p_author_name')}]")
    tails = " ".join(tail.text_content() for tail in find(head, './/*[contains(@class,"tail")]'))
    written = extract.first(r"(\d{4}-\d\d-\d\d(?: \d\d:\d\d)?)", tails)
    at, precision = when(text_at(facts, "content", "date") or written, page)
    if extract.int_at(facts, "content", "post_no") not in (1, None):
        at = None  # a later page of the thread
    title = xpath_text(root, f"//*[{css('core_title_txt')}]") or extract.first(
        r"<title[^>]{0,100}>([^<【_]{1,100})", page.text
    )
    ident = extract.first(r"/p/(\d+)", page.url) or extract.first(r"thread_id\s*:\s*(\d+)|/p/(\d{6,14})", page.text)
    url = f"https://tieba.baidu.com/p/{ident}"
    return make_observation(
        page,
        Platform.TIEBA,
        name=require(author, "no_identity: 帖子没有作者"),
        account_id=text_at(facts, "author", "portrait").partition("?")[0],
        posts=[Post(id=ident or title, title=title, url=url, published_at=at, precision=precision)],
    )


def read_search(page: Page) -> Observation:
    """Search by keyword: threads of many forums and authors; nobody's list, so only results."""
    results: dict[str, SearchHit] = {}
    for row in find(extract.tree(page), f"//div[{css('s_post')}]"):
        forum = xpath_text(row, f".//a[{css('p_forum')}]")
        at, _ = when(xpath_text(row, f".//*[{css('p_date')}]"), page)
        if forum:
            known = results.get(forum)
            if not known or (at and (not known.last_post_at or at > known.last_post_at)):
                results[forum] = SearchHit(
                    platform=Platform.TIEBA,
                    name=forum + "吧",
                    last_post_at=at,
                    url=xpath_text(row, f".//a[{css('p_forum')}]/@href"),
                )
    return make_observation(
        page, Platform.TIEBA, results=tuple(require(results, "no_result: 没有结果；不能证明贴吧不存在").values())
    )


def read_home(page: Page) -> Observation:
    """A member's home: name and the latest threads with the times shown there."""
    root = extract.tree(page)
    name = xpath_text(root, f"//*[{css('userinfo_username')}]") or extract.first(
        r"<title[^>]{0,100}>\s*([^<]{1,30}?)的贴吧", page.text
    )
    posts = []
    for item in find(root, f'//ul[contains(@class,"new_list")]/li | //div[{css("n_right")}]'):
        ident = extract.first(r"/p/(\d+)", xpath_text(item, './/a[contains(@href,"/p/")]/@href'))
        at, precision = when(xpath_text(item, f".//*[{css('n_post_time')}]"), page)
        if ident:
            posts.append(
                Post(
                    id=ident,
                    title=xpath_text(item, './/a[contains(@href,"/p/")]'),
                    published_at=at,
                    url=f"https://tieba.baidu.com/p/{ident}",
                    precision=precision,
                )
            )
    account = extract.first(r"[?&]id=(tb\.1\.[\w.-]{10,40})", page.url) or extract.first(
        r'"portrait"\s*:\s*"(tb\.1\.[\w.-]{10,40})', page.text
    )
    return make_observation(
        page, Platform.TIEBA, name=require(name, "no_identity: 主页没有名称"), account_id=account, posts=posts
    )


def urls(target: Target) -> tuple[str, ...]:
    """The forum's list."""
    return (target.url,) if "tieba.baidu.com/f?" in target.url else ()


SPEC = PlatformSpec(
    platform=Platform.TIEBA,
    hosts=("tieba.baidu.com",),
    delay_seconds=15.0,
    daily_budget=200,
    sources=(
        PageSource(
            code="forum",
            label="贴吧帖子列表",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="帖子由任何人发布；只取发帖时间，不取回复时间",
            matches=lambda page: "j_thread_list" in page.text,
            read=read_forum,
            urls=urls,
        ),
        PageSource(
            code="thread",
            label="单个帖子",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="只证明这一帖",
            matches=lambda page: "j_p_postlist" in page.text or "l_post_bright" in page.text,
            read=read_thread,
        ),
        PageSource(
            code="search",
            label="贴吧搜索",
            proves=ClaimType.NONE,
            note="只用于发现",
            matches=lambda page: bool(re.search(r'class="s_post[" ]', page.text)),
            read=read_search,
        ),
        PageSource(
            code="home",
            label="用户主页",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="常被拦截",
            matches=lambda page: "userinfo_username" in page.text or "n_post_time" in page.text,
            read=read_home,
        ),
    ),
)
