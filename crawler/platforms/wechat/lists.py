"""WeChat's lists and profiles in JSON: the official interface, albums, home pages, client history, 关于公众号."""

from __future__ import annotations

import json
import re
from typing import Any

from crawler.page import extract
from crawler.page.extract import number, peek, rows, seen, unix, word
from crawler.page.page import Page, Unreadable
from crawler.platforms.authorized_api import WHOLE
from crawler.platforms.spec import Source
from rules.model import Observation, Platform, Post, Proof


def article_id(url: str) -> str:
    """mid_idx of a long link, the token of a short one: the same article keeps its id from one source to another."""
    mid = extract.first(r"[?&](?:mid|appmsgid)=(\d+)", url)
    if mid:
        index = extract.first(r"[?&](?:idx|itemidx)=(\d+)", url)
        return f"{mid}_{index or 1}"
    return extract.first(r"/s/([\w-]{16,32})", url) or url


def biz_in(url: str) -> str:
    """The __biz of an article link."""
    return extract.first(r"[?&]__biz=([\w+/]{8,24}={0,2})", url)


def listed(page: Page, posts: list[Post], name: str = "", account: str = "", **facts: Any) -> Observation:
    """An observation of a list of articles; the account is what most links say unless the list says it itself."""
    whose = account or extract.owner(biz_in(post.url) for post in posts)
    own = [post for post in posts if account or biz_in(post.url) in ("", whose)]
    extract.need(own, "empty_list: 列表里没有文章，不能视为无更新")
    return seen(page, Platform.WECHAT, name=name, account_id=whose, posts=own, **facts)


def read_freepublish(page: Page) -> Observation:
    """freepublish/batchget: what the account published (发布), with its own authorisation. What it mass-sent (群发) is not
    in this list: silence is shown only where the operator confirmed that nothing is missing."""
    posts = []
    for item in rows(extract.data(page), "item"):
        at = unix(item, "update_time") or unix(item, "content", "create_time")
        for index, news in enumerate(rows(item, "content", "news_item"), 1):
            if news.get("is_deleted") in (True, 1):
                continue
            url = word(news, "url")
            posts.append(
                Post(
                    id=article_id(url) if url else f"{word(item, 'article_id')}_{index}",
                    title=word(news, "title"),
                    url=url,
                    published_at=at,
                )
            )
    shows = Proof.ACTIVE | (Proof.INACTIVE if WHOLE in page.url else Proof.NONE)
    return listed(page, posts, post_count=number(extract.data(page), "total_count"), proves=shows)


def read_mass(page: Page) -> Observation:
    """datacube getarticletotal: mass-sent articles by day (群发), the half that freepublish may lack."""
    posts = []
    for item in rows(extract.data(page), "list"):
        at, precision = extract.when(word(item, "ref_date"), page)
        posts.append(
            Post(
                id=word(item, "msgid"),
                title=word(item, "title"),
                url=word(item, "url"),
                published_at=at,
                precision=precision,
            )
        )
    return listed(page, posts)


def read_basic(page: Page) -> Observation:
    """account/getaccountbasicinfo: the legal body behind an authorised account."""
    return seen(
        page,
        Platform.WECHAT,
        name=word(extract.data(page), "nickname"),
        account_id=word(extract.data(page), "user_name") or word(extract.data(page), "appid"),
        verified_body=word(extract.data(page), "principal_name"),
    )


def read_album(page: Page) -> Observation:
    """appmsgalbum: the articles one album collects; silent about everything else."""
    album = extract.data(page)["getalbum_resp"]
    posts = [
        Post(
            id=f"{word(row, 'msgid')}_{word(row, 'itemidx') or 1}",
            title=word(row, "title"),
            url=word(row, "url"),
            published_at=unix(row, "create_time"),
        )
        for row in rows(album, "article_list")
    ]
    base = extract.dig(album, "base_info")
    return listed(page, posts, word(base, "nickname"), word(base, "username"))


def read_homepage(page: Page) -> Observation:
    """mp/homepage appmsg_list: articles put into a 页面模板; app_msg_list as an operator's back end gives it."""
    posts = [
        Post(
            id=article_id(word(row, "link")),
            title=word(row, "title"),
            url=word(row, "link"),
            published_at=unix(row, "sendtime") or unix(row, "create_time"),
        )
        for row in rows(extract.data(page), "appmsg_list") or rows(extract.data(page), "app_msg_list")
    ]
    return listed(page, posts)


def messages(page: Page) -> list[dict[str, Any]]:
    """profile_ext getmsg items: the interface's answer, or its items saved one a line."""
    inner = peek(page, "general_msg_list")
    if isinstance(inner, str):
        try:
            return [item for item in rows(json.loads(inner), "list") if isinstance(item.get("comm_msg_info"), dict)]
        except (ValueError, RecursionError) as error:
            raise Unreadable("bad_list: 历史消息不是 JSON") from error
    found = []
    for line in page.text.splitlines():
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            continue  # a file cut in the middle still has its whole lines
        if isinstance(item, dict) and isinstance(item.get("comm_msg_info"), dict):
            found.append(item)
    return found


def read_messages(page: Page) -> Observation:
    """The history a follower sees: one post a mass message, titled by its first article."""
    posts, accounts = [], []
    for item in messages(page):
        info, article = item["comm_msg_info"], extract.dig(item, "app_msg_ext_info")
        url = word(article, "content_url").replace("\\/", "/")
        accounts.append(extract.biz_of(word(info, "fakeid")) or biz_in(url))
        posts.append(
            Post(
                id=article_id(url) if url else word(info, "id"),
                title=word(article, "title"),
                url=url,
                published_at=unix(info, "datetime"),
            )
        )
    return listed(page, posts, account=extract.owner(accounts))


def read_old_profile(page: Page) -> Observation:
    """mp/profile of 2017: ``msgList`` in the page, beside name, 微信号 and 帐号主体."""
    posts = []
    for item in rows(extract.embedded(page.text, "msgList ="), "list"):
        article = extract.dig(item, "app_msg_ext_info")
        url = word(article, "content_url")
        posts.append(
            Post(
                id=article_id(url) or word(item, "comm_msg_info", "id"),
                title=word(article, "title"),
                url=url,
                published_at=unix(item, "comm_msg_info", "datetime"),
            )
        )
    root = extract.tree(page)
    name = extract.shown(root, f"//*[{extract.css('profile_nickname')}]")
    account = extract.first(
        r"微信号[:：]\s*([\w-]{4,30})", extract.shown(root, f"//*[{extract.css('profile_account')}]")
    )
    body = extract.shown(
        root, '//li[contains(., "主体") or contains(., "认证")]//*[contains(@class,"profile_desc_value")]'
    )
    extract.need(name and posts, "empty_list: 历史页没有文章")
    return seen(page, Platform.WECHAT, name=name, account_id=account, verified_body=body, posts=posts)


def read_about(page: Page) -> Observation:
    """关于公众号: 微信号 and the verified body. The nickname is not on this page."""
    pairs = {
        extract.shown(item, './div[contains(@class,"item-title")]'): extract.shown(
            item, './*[contains(@class,"item-desc")]'
        )
        for item in extract.find(extract.tree(page), f"//div[{extract.css('item-info')}]")
    }
    body = next((pairs[key] for key in ("认证主体", "账号主体", "主体名称", "企业全称") if pairs.get(key)), "")
    kind = next((pairs[key] for key in ("主体类型", "账号类型", "认证类型") if pairs.get(key)), "")
    account = pairs.get("微信号") or pairs.get("原始ID") or ""
    extract.need(account or body, "about_without_facts: 关于页没有微信号或主体")
    return seen(page, Platform.WECHAT, account_id=account, verified_body=body or ("个人" if kind == "个人" else ""))


def is_messages(page: Page) -> bool:
    """getmsg, as answered or as saved lines."""
    return extract.has(page, "general_msg_list") or (
        page.text.lstrip().startswith('{"comm_msg_info"')
        or bool(re.match(r'\{[^\n]{0,4000}"comm_msg_info"', page.text))
    )


OFFICIAL = (
    Source(
        code="official",
        label="官方接口 freepublish/batchget",
        proves=Proof.ACTIVE | Proof.INACTIVE,
        note="需账号本身授权；不含群发内容，经人工核实没有遗漏的（设置 whole）才可证明未更新",
        recognises=lambda page: extract.has(page, "item_count"),
        read=read_freepublish,
    ),
    Source(
        code="official_mass",
        label="官方接口 图文群发统计",
        proves=Proof.ACTIVE,
        note="需账号本身授权；按日",
        recognises=lambda page: bool(word(peek(page, "list", 0), "ref_date")),
        read=read_mass,
    ),
    Source(
        code="official_basic",
        label="官方接口 账号基本信息",
        proves=Proof.NAME | Proof.BODY,
        note="需账号本身授权",
        recognises=lambda page: extract.has(page, "principal_name"),
        read=read_basic,
    ),
)
PUBLIC = (
    Source(
        code="album",
        label="专辑",
        proves=Proof.ACTIVE | Proof.NAME,
        note="只有收入专辑的文章",
        recognises=lambda page: extract.has(page, "getalbum_resp"),
        read=read_album,
        urls=lambda target: (target.url,) if "mp.weixin.qq.com/mp/appmsgalbum?" in target.url else (),
    ),
    Source(
        code="homepage",
        label="页面模板",
        proves=Proof.ACTIVE,
        note="只有设了页面模板的账号",
        recognises=lambda page: extract.has(page, "appmsg_list") or extract.has(page, "app_msg_list"),
        read=read_homepage,
    ),
    Source(
        code="history",
        label="历史消息（getmsg）",
        proves=Proof.ACTIVE,
        note="需微信客户端会话，仅读人工留存的文件；不含未群发的“发布”",
        recognises=is_messages,
        read=read_messages,
    ),
    Source(
        code="old_profile",
        label="历史页（旧）",
        proves=Proof.ACTIVE | Proof.NAME,
        note="2019 年后已失效，仅读留存",
        recognises=lambda page: "msgList =" in page.text and "profile_nickname" in page.text,
        read=read_old_profile,
    ),
    Source(
        code="about",
        label="关于公众号",
        proves=Proof.BODY,
        note="需微信客户端，仅读人工留存的页面",
        recognises=lambda page: (
            "关于公众号" in page.text[:20000]
            or "关于服务号" in page.text[:20000]
            or "关于订阅号" in page.text[:20000]
            or 'class="about-page"' in page.text
        ),
        read=read_about,
    ),
)
