"""WeChat's lists and profiles in JSON: the official interface, albums, home pages, client history, 关于公众号."""

from __future__ import annotations

import json
import re
from typing import Any

from crawler.page import extract
from crawler.page.extract import dicts_at, int_at, json_at, make_observation, text_at, unix_time_at
from crawler.page.page import Page, Unreadable
from crawler.platforms.authorized_api import WHOLE
from crawler.platforms.spec import PageSource
from rules.model import ClaimType, Observation, Platform, Post

LEAST = 10
"""A page of the official list has twenty; one of fewer, while the interface counts more, is cut short."""
HARMLESS = frozenset(("account", "whole", "count", "no_content", "access_token"))


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
    whose = account or extract.majority_owner(biz_in(post.url) for post in posts)
    own = [post for post in posts if account or biz_in(post.url) in ("", whose)]
    extract.require(own, "empty_list: 列表里没有文章，不能视为无更新")
    stated = biz_in(next((post.url for post in own if biz_in(post.url)), ""))
    facts = {"ids": (f"biz:{stated}",) if stated else (), **facts}
    return make_observation(page, Platform.WECHAT, name=name, account_id=whose, posts=own, **facts)


def read_freepublish(page: Page) -> Observation:
    """freepublish/batchget: what the account published (发布), with its own authorisation. What it mass-sent (群发) is not
    in this list: silence is shown only where the operator confirmed that nothing is missing."""
    posts = []
    for item in dicts_at(extract.page_json(page), "item"):
        # update_time moves with every edit.
        at = unix_time_at(item, "content", "create_time") or unix_time_at(item, "create_time")
        for index, news in enumerate(dicts_at(item, "content", "news_item"), 1):
            if news.get("is_deleted") in (True, 1):
                continue
            url = text_at(news, "url")
            posts.append(
                Post(
                    id=article_id(url) if url else f"{text_at(item, 'article_id')}_{index}",
                    title=text_at(news, "title"),
                    url=url,
                    published_at=at,
                )
            )
    total, items = int_at(extract.page_json(page), "total_count") or 0, len(dicts_at(extract.page_json(page), "item"))
    cut_short = items < min(total, LEAST) or not extract.asks_only(page, HARMLESS)
    shows = ClaimType.ACTIVE | (ClaimType.INACTIVE if WHOLE in page.url and not cut_short else ClaimType.NONE)
    # total_count counts what was published (发布), and not what was mass-sent.
    return listed(page, posts, proves=shows)


def read_mass(page: Page) -> Observation:
    """datacube getarticletotal: mass-sent articles by day (群发), the half that freepublish may lack."""
    posts = []
    for item in dicts_at(extract.page_json(page), "list"):
        at, precision = extract.when(text_at(item, "ref_date"), page)
        posts.append(
            Post(
                id=text_at(item, "msgid"),
                title=text_at(item, "title"),
                url=text_at(item, "url"),
                published_at=at,
                precision=precision,
            )
        )
    return listed(page, posts)


def read_basic(page: Page) -> Observation:
    """account/getaccountbasicinfo: the legal body behind an authorised account."""
    return make_observation(
        page,
        Platform.WECHAT,
        name=text_at(extract.page_json(page), "nickname"),
        account_id=text_at(extract.page_json(page), "user_name") or text_at(extract.page_json(page), "appid"),
        verified_body=text_at(extract.page_json(page), "principal_name"),
    )


def read_album(page: Page) -> Observation:
    """appmsgalbum: the articles one album collects; silent about everything else."""
    album = extract.page_json(page)["getalbum_resp"]
    posts = [
        Post(
            id=f"{text_at(row, 'msgid')}_{text_at(row, 'itemidx') or 1}",
            title=text_at(row, "title"),
            url=text_at(row, "url"),
            published_at=unix_time_at(row, "create_time"),
        )
        for row in dicts_at(album, "article_list")
    ]
    base = extract.get_path(album, "base_info")
    return listed(page, posts, text_at(base, "nickname"), text_at(base, "username"))


def read_homepage(page: Page) -> Observation:
    """mp/homepage appmsg_list: articles put into a 页面模板; app_msg_list as an operator's back end gives it."""
    posts = [
        Post(
            id=article_id(text_at(row, "link")),
            title=text_at(row, "title"),
            url=text_at(row, "link"),
            published_at=unix_time_at(row, "sendtime") or unix_time_at(row, "create_time"),
        )
        for row in dicts_at(extract.page_json(page), "appmsg_list") or dicts_at(extract.page_json(page), "app_msg_list")
    ]
    return listed(page, posts)


def messages(page: Page) -> list[dict[str, Any]]:
    """profile_ext getmsg items: the interface's answer, or its items saved one a line."""
    inner = json_at(page, "general_msg_list")
    if isinstance(inner, str):
        try:
            return [item for item in dicts_at(json.loads(inner), "list") if isinstance(item.get("comm_msg_info"), dict)]
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
        info, article = item["comm_msg_info"], extract.get_path(item, "app_msg_ext_info")
        url = text_at(article, "content_url").replace("\\/", "/")
        accounts.append(extract.biz_of(text_at(info, "fakeid")) or biz_in(url))
        posts.append(
            Post(
                id=article_id(url) if url else text_at(info, "id"),
                title=text_at(article, "title"),
                url=url,
                published_at=unix_time_at(info, "datetime"),
            )
        )
    return listed(page, posts, account=extract.majority_owner(accounts))


def read_old_profile(page: Page) -> Observation:
    """mp/profile of 2017: ``msgList`` in the page, beside name, 微信号 and 帐号主体."""
    posts = []
    for item in dicts_at(extract.embedded(page.text, "msgList ="), "list"):
        article = extract.get_path(item, "app_msg_ext_info")
        url = text_at(article, "content_url")
        posts.append(
            Post(
                id=article_id(url) or text_at(item, "comm_msg_info", "id"),
                title=text_at(article, "title"),
                url=url,
                published_at=unix_time_at(item, "comm_msg_info", "datetime"),
            )
        )
    root = extract.tree(page)
    name = extract.xpath_text(root, f"//*[{extract.css('profile_nickname')}]")
    account = extract.first(
        r"微信号[:：]\s*([\w-]{4,30})", extract.xpath_text(root, f"//*[{extract.css('profile_account')}]")
    )
    body = extract.xpath_text(
        root, '//li[contains(., "主体") or contains(., "认证")]//*[contains(@class,"profile_desc_value")]'
    )
    extract.require(name and posts, "empty_list: 历史页没有文章")
    return make_observation(page, Platform.WECHAT, name=name, account_id=account, verified_body=body, posts=posts)


def read_about(page: Page) -> Observation:
    """关于公众号: 微信号 and the verified body. The nickname is not on this page."""
    pairs = {
        extract.xpath_text(item, './div[contains(@class,"item-title")]'): extract.xpath_text(
            item, './*[contains(@class,"item-desc")]'
        )
        for item in extract.find(extract.tree(page), f"//div[{extract.css('item-info')}]")
    }
    body = next((pairs[key] for key in ("认证主体", "账号主体", "主体名称", "企业全称") if pairs.get(key)), "")
    kind = next((pairs[key] for key in ("主体类型", "账号类型", "认证类型") if pairs.get(key)), "")
    account = pairs.get("微信号") or pairs.get("原始ID") or ""
    extract.require(account or body, "about_without_facts: 关于页没有微信号或主体")
    body = body or ("个人" if kind == "个人" else "")
    stated = (("gh", pairs.get("原始ID")), ("biz", biz_in(page.requested_url or page.url)))
    ids = tuple(f"{kind}:{value}" for kind, value in stated if value)
    return make_observation(page, Platform.WECHAT, account_id=account, ids=ids, verified_body=body)


def is_messages(page: Page) -> bool:
    """getmsg, as answered or as saved lines."""
    return extract.has(page, "general_msg_list") or (
        page.text.lstrip().startswith('{"comm_msg_info"')
        or bool(re.match(r'\{[^\n]{0,4000}"comm_msg_info"', page.text))
    )


OFFICIAL = (
    PageSource(
        code="official",
        label="官方接口（已发布列表）",
        proves=ClaimType.ACTIVE | ClaimType.INACTIVE,
        note="需账号本身授权；不含群发内容，经人工核实没有遗漏、由信息中心登记后才可证明未更新",
        matches=lambda page: extract.has(page, "item_count"),
        read=read_freepublish,
    ),
    PageSource(
        code="official_mass",
        label="官方接口 图文群发统计",
        proves=ClaimType.ACTIVE,
        note="需账号本身授权；按日",
        matches=lambda page: bool(text_at(json_at(page, "list", 0), "ref_date")),
        read=read_mass,
    ),
    PageSource(
        code="official_basic",
        label="官方接口 账号基本信息",
        proves=ClaimType.NAME | ClaimType.BODY,
        note="需账号本身授权",
        matches=lambda page: extract.has(page, "principal_name"),
        read=read_basic,
    ),
)
PUBLIC = (
    PageSource(
        code="album",
        label="专辑",
        proves=ClaimType.ACTIVE | ClaimType.NAME,
        note="只有收入专辑的文章",
        matches=lambda page: extract.has(page, "getalbum_resp"),
        read=read_album,
        urls=lambda target: (target.url,) if "mp.weixin.qq.com/mp/appmsgalbum?" in target.url else (),
    ),
    PageSource(
        code="homepage",
        label="页面模板",
        proves=ClaimType.ACTIVE,
        note="只有设了页面模板的账号",
        matches=lambda page: extract.has(page, "appmsg_list") or extract.has(page, "app_msg_list"),
        read=read_homepage,
    ),
    PageSource(
        code="history",
        label="历史消息",
        proves=ClaimType.ACTIVE,
        note="需微信客户端会话，仅读人工留存的文件；不含未群发的“发布”",
        matches=is_messages,
        read=read_messages,
    ),
    PageSource(
        code="old_profile",
        label="历史页（旧）",
        proves=ClaimType.ACTIVE | ClaimType.NAME,
        note="2019 年后已失效，仅读留存",
        matches=lambda page: "msgList =" in page.text and "profile_nickname" in page.text,
        read=read_old_profile,
    ),
    PageSource(
        code="about",
        label="关于公众号",
        proves=ClaimType.BODY,
        note="需微信客户端，仅读人工留存的页面",
        matches=lambda page: (
            "关于公众号" in page.text[:20000]
            or "关于服务号" in page.text[:20000]
            or "关于订阅号" in page.text[:20000]
            or 'class="about-page"' in page.text
        ),
        read=read_about,
    ),
)
