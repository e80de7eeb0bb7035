"""WeChat official accounts: no public list exists, so several weak witnesses, the account's own authorisation first."""

from __future__ import annotations

import re

from crawler.page import extract
from crawler.page.extract import first, make_observation
from crawler.page.page import Page, Unreadable
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from crawler.platforms.wechat import feed_bridge, lists, operator_export, sogou
from crawler.platforms.wechat.lists import article_id
from rules.model import ClaimType, Observation, Outcome, Platform, Post, Precision

PLACEHOLDER = "gh_1e80bb81a1d2"
PLACEHOLDER_NAME = "微信广告"
"""The example account inside every article page. It is never the author."""
GLOBAL = r"(?:var\s+|\bd\.)"
"""Articles declare globals; image, text and video shares fill an object called d."""
ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\(.)")
QUOTED = (
    r"""(?:xml\s*\?\s*getXmlValue\('[\w.]+'\)\s*:\s*)?(?:htmlDecode|JsDecode)?\(?\s*["']((?:[^"'\\]|\\.){1,500})["']"""
)
DELETED = re.compile(
    r">\s*((?:该|此)内容已被发布者删除|The content has been deleted by the author|此内容因违规无法查看"
    r"|此内容被(?:投诉且经审核涉嫌侵权|多人投诉)，[^<]{0,20}|此内容因涉嫌违反相关法律法规[^<]{0,20}|此内容发送失败无法查看"
    r"|This content has been (?:removed|blocked)[^<]{0,80})"
)
"""The words open an element of a message page, whatever its age calls it: weui-msg__title, global_error_msg, title."""
ARTICLE_PARTS = ('id="js_article"', 'id="js_content"', "rich_media_content")


def read_article(page: Page) -> Observation:
    """One article: proves that this account published this at that time, never that it is the newest."""
    text = page.text
    # Image and text shares carry no globals but this object, whose first names are the article's; later ones are ads.
    start = text.find("cgiDataNew = {")
    block = text[start : start + 400_000] if start >= 0 else ""
    account = _value(text, GLOBAL + r"user_name\s*=\s*") or _value(block, r"\buser_name:\s*")
    name = (
        _value(text, r"var\s+nickname\s*=\s*")
        or _value(block, r"\bnick_name:\s*")
        or _value(text, r"\bd\.nick_name\s*=\s*")
    )
    shown = extract.plain(
        first(r'(?:id="js_name"|id="post-user"|class="wx_follow_nickname)[^>]{0,200}>([^<]{0,200})', text)
    )
    biz = first(r"""var\s+biz\s*=\s*(?:["']{2}\s*\|\|\s*){0,3}["']([\w=+/]{8,24})["']""", text)
    biz = biz or _value(block, r"\bbizuin:\s*") or first(r"__biz=([\w+/]{8,24}={0,2})", text)
    if account == PLACEHOLDER or not (account or biz) or not (name or shown):
        raise Unreadable("unknown_article: 文章页没有账号信息")
    name = shown or name if name == PLACEHOLDER_NAME else name or shown
    stated = tuple(f"{kind}:{value}" for kind, value in (("gh", account), ("biz", biz)) if value)
    return make_observation(
        page, Platform.WECHAT, name=name, account_id=account or biz, ids=stated, posts=(_post(page, block),)
    )


def _post(page: Page, block: str) -> Post:
    """The article itself. ``ct`` is its first publication; an edit does not move it."""
    text = page.text
    stamp = first(GLOBAL + r"""ct\s*=\s*(?:xml[^:]{1,60}:\s*)?["'](\d{9,11})["']""", text)
    at, precision = extract.unix_time_at(stamp or first(r"ori_create_time:\s*'(\d{9,11})'", block)), Precision.SECOND
    if not at:
        written = _value(text, r"\bcreateTime\s*=\s*") or _value(block, r"\bcreate_time:\s*")
        drawn = first(r'id="(?:post-date|publish_time)"[^>]{0,200}>([^<]{4,30})', text)
        at, precision = extract.when(written or drawn, page)
    link = (
        _value(text, GLOBAL + r"msg_link\s*=\s*")
        or first(r'property="og:url"\s+content="([^"]{0,500})"', text)
        or page.url
    )
    title = first(r'property="og:title"\s+content="([^"]{0,500})"', text) or _value(text, r"var\s+msg_title\s*=\s*")
    title = title or _value(block, r"\btitle:\s*", r"\bcontent_noencode:\s*")[:80]
    mid, index = (
        first(rf"""\b{key}\s*=\s*(?:["']{{2}}\s*\|\|\s*){{0,3}}["'](\d+)["']""", text) for key in ("var mid", "var idx")
    )
    ident = f"{mid}_{index or 1}" if mid else article_id(link)
    return Post(id=ident or title, title=title, url=link, published_at=at, precision=precision)


def read_gone_article(page: Page) -> Observation:
    """An article removed by its author or by the platform. It says nothing about whether the account lives."""
    words = [first(DELETED, page.text) or "平台提示不可查看", _value(page.text, r"\bdel_reason:\s*")]
    account = _value(page.text, r"\buser_name:\s*")
    return make_observation(
        page,
        Platform.WECHAT,
        outcome=Outcome.GONE,
        reason=f"article_gone: 文章已不存在（{'：'.join(filter(None, words))}），与账号状态无关",
        name=_value(page.text, r"\bnick_name:\s*"),
        account_id="" if account == PLACEHOLDER else account,
    )


def is_gone_article(page: Page) -> bool:
    """A message page that says so or names a reason; the reason field stands on living articles too, as zero."""
    text = page.text
    removed = DELETED.search(text) or ("weui-msg" in text and re.search(r"del_reason_id:\s*'[1-9]\d*'", text))
    return bool(removed) and not any(part in text for part in ARTICLE_PARTS)


def is_article(page: Page) -> bool:
    """An article page, whatever its kind."""
    return 'id="js_article"' in page.text or bool(
        re.search(r"(?:var\s+|\bd\.)user_name\s*=|cgiDataNew = \{", page.text)
    )


def _value(text: str, *heads: str) -> str:
    """The quoted JavaScript value behind the first head that has one."""
    for head in heads:
        match = re.search(head + QUOTED, text)
        if match:
            return extract.tidy(ESCAPE.sub(_unescape, match.group(1)))
    return ""


def _unescape(match: re.Match[str]) -> str:
    code = match.group(1) or match.group(2)
    return chr(int(code, 16)) if code else match.group(3)


def article_urls(target: Target) -> tuple[str, ...]:
    """Only a short link can be fetched without meeting the captcha."""
    return (target.url,) if "mp.weixin.qq.com/s/" in target.url else ()


SPEC = PlatformSpec(
    platform=Platform.WECHAT,
    hosts=("mp.weixin.qq.com", "weixin.sogou.com", "api.weixin.qq.com"),
    delay_seconds=10.0,
    daily_budget=500,
    sources=(
        *lists.OFFICIAL,
        PageSource(
            code="article",
            label="文章页（短链接）",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="唯一可匿名打开的页面；只证明这一篇",
            matches=lambda page: is_article(page) and not is_gone_article(page),
            read=read_article,
            urls=article_urls,
        ),
        PageSource(
            code="article_gone",
            label="已删除或违规的文章页",
            proves=ClaimType.NAME,
            note="文章没了，不等于账号没了",
            matches=is_gone_article,
            read=read_gone_article,
        ),
        *lists.PUBLIC,
        *operator_export.SOURCES,
        *sogou.SOURCES,
        *feed_bridge.SOURCES,
    ),
)
