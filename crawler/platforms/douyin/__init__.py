"""Douyin: lists are known to skip the newest items, so they can show activity and never silence."""

from __future__ import annotations

from crawler.page import extract
from crawler.page.extract import need, number, peek, rows, seen, word
from crawler.page.page import Page
from crawler.platforms.douyin.items import detail, own, post, profile, who
from crawler.platforms.douyin.pages import SHARED, read_render_data, read_rendered, read_share
from crawler.platforms.spec import PlatformSpec, Source, Target
from rules.model import Found, Observation, Platform, Proof


def read_list(page: Page) -> Observation:
    """aweme/post: the list of one author."""
    user, items = own(rows(extract.data(page), "aweme_list"))
    facts = who(user)
    need(items, "no_own_items: 列表里没有可见的作品")
    return seen(
        page, Platform.DOUYIN, **facts, posts=[post(item) for item in items], post_count=number(user, "aweme_count")
    )


def read_detail(page: Page) -> Observation:
    """One work, of the interface or of the share page's older one."""
    answer = extract.data(page)
    if "item_list" in answer:
        return detail(page, extract.dig(answer, "item_list", 0), extract.dig(answer, "filter_list", 0))
    return detail(page, extract.dig(answer, "aweme_detail"), extract.dig(answer, "filter_detail"))


def read_profile(page: Page) -> Observation:
    """user/profile/other, or the user object of RENDER_DATA."""
    return profile(page, peek(page, "user") or peek(page, "user_info"), [])


def read_people(page: Page) -> Observation:
    """A list of users (search, relation): what a person sees of each is the 抖音号; sec_uid is in the address."""
    users = [
        extract.dig(row, "user_info") or row
        for row in rows(extract.data(page), "data") + rows(extract.data(page), "user_list")
    ]
    results = tuple(
        Found(
            platform=Platform.DOUYIN,
            name=facts["name"],
            account_id=word(user, "unique_id") or word(user, "short_id"),
            url=f"https://www.douyin.com/user/{facts['account_id']}",
            verified_body=facts["verified_body"],
        )
        for user in users
        if (facts := who(user))["name"]
    )
    top = need(results, "no_result: 没有用户；不能证明账号不存在")[0]
    return seen(
        page,
        Platform.DOUYIN,
        name=top.name,
        account_id=top.account_id,
        verified_body=top.verified_body,
        results=results,
    )


def read_official(page: Page) -> Observation:
    """open.douyin.com video list, with the account's own authorisation."""
    posts = [post(item) for item in rows(extract.data(page), "data", "list")]
    return seen(page, Platform.DOUYIN, posts=need(posts, "empty_list: 列表是空的"))


def urls(target: Target) -> tuple[str, ...]:
    """The user page, for what it is worth."""
    return (f"https://www.douyin.com/user/{target.account_id}",) if target.account_id.startswith("MS4wLjAB") else ()


LIST_NOTE = "列表会漏掉最新作品，只能证明在更新"
SPEC = PlatformSpec(
    platform=Platform.DOUYIN,
    hosts=("www.douyin.com", "open.douyin.com"),
    delay_seconds=15.0,
    daily_budget=300,
    sources=(
        Source(
            code="official",
            label="开放平台 视频列表",
            proves=Proof.ACTIVE,
            note="需账号本身授权",
            recognises=lambda page: bool(word(peek(page, "data", "list", 0), "item_id")),
            read=read_official,
        ),
        Source(
            code="profile",
            label="资料接口",
            proves=Proof.NAME | Proof.BODY | Proof.GONE,
            note="需签名，仅读留存；注销、封禁以平台标记为准",
            recognises=lambda page: (
                bool(peek(page, "user") or peek(page, "user_info")) and extract.has(page, "status_code")
            ),
            read=read_profile,
        ),
        Source(
            code="render_data",
            label="用户页（RENDER_DATA）",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY | Proof.GONE,
            note="今多为验证页；" + LIST_NOTE,
            recognises=lambda page: 'id="RENDER_DATA"' in page.text,
            read=read_render_data,
            urls=urls,
        ),
        Source(
            code="share",
            label="分享页",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY,
            note="作品页只证明这一个；用户页只有资料",
            recognises=lambda page: SHARED in page.text,
            read=read_share,
        ),
        Source(
            code="list",
            label="作品列表接口",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY,
            note="需签名，仅读留存；" + LIST_NOTE,
            recognises=lambda page: extract.has(page, "aweme_list"),
            read=read_list,
        ),
        Source(
            code="rendered",
            label="用户页（浏览器所见）",
            proves=Proof.ACTIVE | Proof.NAME,
            note="无时间，由编号推算；" + LIST_NOTE,
            browser=True,
            recognises=lambda page: 'data-e2e="scroll-list"' in page.text,
            read=read_rendered,
            urls=urls,
        ),
        Source(
            code="detail",
            label="单个作品",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY,
            note="只证明这一个",
            recognises=lambda page: (
                extract.has(page, "aweme_detail") or bool(peek(page, "item_list") or peek(page, "filter_list"))
            ),
            read=read_detail,
        ),
        Source(
            code="people",
            label="用户搜索或关系列表",
            proves=Proof.NAME | Proof.BODY,
            note="只能证明有",
            recognises=lambda page: any(
                word(peek(page, key, 0, *extra), "nickname")
                for key in ("data", "user_list")
                for extra in ((), ("user_info",))
            ),
            read=read_people,
        ),
    ),
)
