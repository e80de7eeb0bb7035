"""RSS, Atom and JSON feeds of WeChat accounts from a bridge somebody runs: testimony that something was published."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import lxml.etree as etree

from crawler.page import extract
from crawler.page.extract import dicts_at, json_at, make_observation, text_at
from crawler.page.page import Blocked, Page, Unreadable
from crawler.platforms.spec import PageSource, Target
from crawler.platforms.wechat.lists import article_id, biz_in, listed
from rules.model import BEIJING, ClaimType, Observation, Platform, Post, Precision, SearchHit

NOTE = "桥接服务需运营者登录、易失效；条目少或旧先看桥接本身"
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
COLLECTION = re.compile(r"/feeds/all\.(?:rss|atom|json)\b")
"""What a bridge calls its feed of every account."""
ORIGINAL_ID = re.compile(r"\b(gh_[0-9a-f]{8,16}|wxid_[0-9a-z]{8,20})\b")
"""原始ID; the oldest accounts have personal-looking ones."""
ACCOUNT = re.compile(r"\bMP_WXS_(\d{8,12})(?!\d)")
"""The number behind __biz, as bridges that read WeRead name an account."""
SAFE = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)


IN_THE_MIDST = re.compile(r"\bCST\b(?= \d{4}\s*$)")
"""How Java writes a moment: Wed Nov 25 20:30:00 CST 2026."""
CHINA = re.compile(r"(?<![+-]\d{4})\s*\(?(?:CST|(?:GMT|UTC)\+0?8(?::?00)?|China Standard Time)\)?\s*$")
ERROR = re.compile(
    r"WeRead\w*Error|登[录陆](?:状态)?(?:已)?(?:失效|过期)|重新登[录陆]|扫码登[录陆]|请(?:先)?登[录陆]|授权(?:已)?(?:失效|过期)|"
    r"(?:[账帐]号|cookies?|token|会话|session).{0,12}(?:失效|过期|无效|expired|invalid)|\b(?:error|exception)\b|"
    r"(?:抓取|采集|获取|更新|订阅|同步)[^，。]{0,10}(?:失败|出错|异常|上限|中断)|频率限制|请求(?:过于)?频繁|验证码|风控|今日小黑屋|(?:登[录陆]|微信|账号)(?:状态)?(?:已)?(?:掉线|离线|退出)|"
    r"(?:会员|服务|授权|套餐|订阅)(?:已|即将)?(?:到期|过期|停用|暂停|终止)|请(?:及时)?续费|意外错误|something went wrong|too ?many ?requests|更换[账帐]号|[账帐]号(?:已)?被?(?:封禁|限制)",
    re.I,
)
"""How a bridge reports its own trouble as an item."""
AT_ONCE = timedelta(minutes=2)
A_SENDING = 8
"""A mass message holds at most eight articles, all of one moment. More, or of several messages, were stamped."""


def moment(text: str, page: Page) -> tuple[Any, Precision]:
    """RFC 822 or ISO time; both carry their zone. ``-0000`` is UTC (RFC 5322), CST in a Chinese feed is China's."""
    text = CHINA.sub(" +0800", IN_THE_MIDST.sub("+0800", text))
    try:
        at = parsedate_to_datetime(text)
        zone = UTC if text.rstrip().endswith("-0000") else BEIJING
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(BEIJING), Precision.SECOND
    except (ValueError, TypeError, IndexError, OverflowError):
        return extract.when(text, page)


def read_xml(page: Page) -> Observation:
    """RSS 2.0 or Atom. The channel's image title is the gh_ id where the bridge knows it."""
    # Already decoded, so the encoding that the declaration names is no longer true.
    root = etree.fromstring(DECLARATION.sub("", page.text).encode("utf-8", "ignore"), SAFE)
    if root is None:
        raise Unreadable("bad_feed: 订阅源无法解析")
    posts = []
    for item in root.iter("{*}item", "{*}entry"):
        links = [link.get("href") or link.text or "" for link in item.findall("{*}link")]
        url = extract.tidy(links[0]) if links else ""
        at, precision = moment(_text(item, "pubDate", "published", "date", "updated"), page)
        posts.append(
            Post(
                id=article_id(url) or _text(item, "guid", "id"),
                title=_text(item, "title"),
                url=url,
                published_at=at,
                precision=precision,
            )
        )
    found = root.find("{*}channel")
    channel = root if found is None else found
    stated = [element.get("href") or element.text or "" for element in channel.iter("{*}title", "{*}id", "{*}link")]
    return _own(page, posts, _text(channel, "title"), " ".join([_text(channel, "image/{*}title"), *stated]))


def _own(page: Page, posts: list[Post], name: str, stated: str) -> Observation:
    """Items whose links name another account than most are somebody else's; ``stated`` may say whose feed it is."""
    numbers = set(ACCOUNT.findall(stated))
    if COLLECTION.search(stated) or len(numbers) > 1:
        raise Unreadable("collection: 汇集多个公众号的订阅源，不是某一账号的")
    account = extract.first(ORIGINAL_ID, stated) or "".join(map(extract.biz_of, numbers))
    articles = [post for post in posts if not _is_trouble(post)]
    if posts and not articles:
        raise Blocked("bridge_error: 订阅源的条目是桥接服务自身的报错（如登录失效），不是文章，请先修复桥接服务")
    whose = extract.majority_owner(biz_in(post.url) for post in articles)
    own = [post for post in articles if biz_in(post.url) in ("", whose)]
    if _stamped(own, page.fetched_at):
        own = [replace(post, published_at=None) for post in own]
    return listed(page, own, name, account)


def _is_trouble(post: Post) -> bool:
    """A bridge's own error as an item. An article of WeChat's may well be about logins and errors."""
    return "mp.weixin.qq.com/" not in post.url and bool(ERROR.search(post.title))


def _stamped(posts: list[Post], now: datetime) -> bool:
    """Whether every item bears one moment though they were never sent at once: the moment of fetching."""
    times = [post.published_at for post in posts if post.published_at]
    if len(times) < 2 or max(times) - min(times) > AT_ONCE:
        return False
    messages = {post.id.rpartition("_")[0] for post in posts if "mid=" in post.url}
    just_now = len(times) > 2 and abs(now - max(times)) < AT_ONCE
    return len(messages) > 1 or len(times) > A_SENDING or just_now


def _text(node: Any, *names: str) -> str:
    for name in names:
        found = node.find("{*}" + name)
        if found is not None and found.text:
            return extract.plain(found.text)
    return ""


def read_json(page: Page) -> Observation:
    """JSON Feed."""
    posts = []
    for item in dicts_at(extract.page_json(page), "items"):
        at, precision = moment(text_at(item, "date_published"), page)
        url = text_at(item, "url")
        posts.append(
            Post(
                id=article_id(url) or text_at(item, "id"),
                title=text_at(item, "title"),
                url=url,
                published_at=at,
                precision=precision,
            )
        )
    return _own(page, posts, text_at(extract.page_json(page), "title"), page.text)


def read_channels(page: Page) -> Observation:
    """A bridge's table of contents: account names, gh_ ids and the newest item of each."""
    results = [
        SearchHit(
            platform=Platform.WECHAT,
            name=text_at(row, "Title"),
            account_id=extract.first(ORIGINAL_ID, text_at(row, "Id")),
            url=text_at(row, "Links"),
            last_post_at=moment(text_at(row, "Pubdate"), page)[0],
        )
        for row in dicts_at(extract.page_json(page))
        if text_at(row, "Title")
    ]
    return make_observation(page, Platform.WECHAT, results=tuple(extract.require(results, "empty_list: 频道表是空的")))


WECHAT_HOSTS = ("qq.com", "sogou.com")
ROOT = re.compile(r"(?:<!--(?:(?!-->).)*-->|<\?[^>]*>|\s)*<(?:rss|feed|rdf:RDF)\b", re.S)


def is_xml(page: Page) -> bool:
    """RSS or Atom by its root element."""
    return bool(ROOT.match(page.text[:4000]))


def _filed(target: Target, *, json: bool) -> tuple[str, ...]:
    """The address on file where it leads away from WeChat: the feed of a bridge that the school runs."""
    try:
        parts = urlsplit(target.url)
    except ValueError:
        return ()
    away = parts.scheme in ("http", "https") and not (parts.hostname or "").endswith(WECHAT_HOSTS)
    return (target.url,) if away and parts.path.endswith(".json") is json else ()


SOURCES = (
    PageSource(
        code="feed",
        label="订阅源（RSS）",
        proves=ClaimType.ACTIVE,
        note=NOTE,
        matches=is_xml,
        read=read_xml,
        urls=lambda target: _filed(target, json=False),
    ),
    PageSource(
        code="feed_json",
        label="订阅源（数据格式）",
        proves=ClaimType.ACTIVE,
        note=NOTE,
        matches=lambda page: "jsonfeed.org" in text_at(json_at(page, "version")),
        read=read_json,
        urls=lambda target: _filed(target, json=True),
    ),
    PageSource(
        code="feed_channels",
        label="订阅源目录",
        proves=ClaimType.NONE,
        note="只用于发现账号",
        matches=lambda page: bool(text_at(json_at(page, 0, "Pubdate")) and text_at(json_at(page, 0, "Id"))),
        read=read_channels,
    ),
)
