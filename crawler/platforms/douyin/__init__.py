"""Douyin: lists are known to skip the newest items, so they can show activity and never silence."""

from __future__ import annotations

from crawler.page import extract
from crawler.page.extract import dicts_at, int_at, json_at, make_observation, require, text_at
from crawler.page.page import Page
from crawler.platforms.douyin.items import detail, ids, own, post, profile, who
from crawler.platforms.douyin.pages import SHARED, read_render_data, read_rendered, read_share
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import ClaimType, Observation, Platform, SearchHit


def read_list(page: Page) -> Observation:
    """aweme/post: the list of one author."""
    listed = dicts_at(extract.page_json(page), "aweme_list")
    asked = extract.first(r"[?&]sec_(?:user_)?(?:uid|id)=(MS4w[\w.-]{4,120})", page.requested_url or page.url)
    user, items = own(listed, asked)
    facts = who(user)
    require(items and (not asked or facts["account_id"] == asked), "no_own_items: 列表里没有本账号可见的作品")
    others = [
        at
        for item in listed
        if who(item.get("author"))["account_id"] != facts["account_id"] and (at := post(item).published_at)
    ]
    return make_observation(
        page,
        Platform.DOUYIN,
        **facts,
        ids=ids(user),
        posts=[post(item) for item in items],
        post_count=int_at(user, "aweme_count"),
        sign_at=max(others, default=None) if asked else None,
    )


def read_detail(page: Page) -> Observation:
    """One work, of the interface or of the share page's older one."""
    answer = extract.page_json(page)
    if "item_list" in answer:
        return detail(page, extract.get_path(answer, "item_list", 0), extract.get_path(answer, "filter_list", 0))
    return detail(page, extract.get_path(answer, "aweme_detail"), extract.get_path(answer, "filter_detail"))


def read_profile(page: Page) -> Observation:
    """user/profile/other, or the user object of RENDER_DATA."""
    return profile(page, json_at(page, "user") or json_at(page, "user_info"), [])


def read_people(page: Page) -> Observation:
    """A list of users (search, relation): what a person sees of each is the 抖音号; sec_uid is in the address."""
    users = [
        extract.get_path(row, "user_info") or row
        for row in dicts_at(extract.page_json(page), "data") + dicts_at(extract.page_json(page), "user_list")
    ]
    results = tuple(
        SearchHit(
            platform=Platform.DOUYIN,
            name=facts["name"],
            account_id=text_at(user, "unique_id") or text_at(user, "short_id"),
            url=f"https://www.douyin.com/user/{facts['account_id']}",
            verified_body=facts["verified_body"],
        )
        for user in users
        if (facts := who(user))["name"]
    )
    top = require(results, "no_result: 没有用户；不能证明账号不存在")[0]
    return make_observation(
        page,
        Platform.DOUYIN,
        name=top.name,
        account_id=top.account_id,
        verified_body=top.verified_body,
        results=results,
    )


def read_official(page: Page) -> Observation:
    """open.douyin.com video list, with the account's own authorisation."""
    posts = [post(item) for item in dicts_at(extract.page_json(page), "data", "list")]
    return make_observation(page, Platform.DOUYIN, posts=require(posts, "empty_list: 列表是空的"))


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
        PageSource(
            code="official",
            label="开放平台 视频列表",
            proves=ClaimType.ACTIVE,
            note="需账号本身授权",
            matches=lambda page: bool(text_at(json_at(page, "data", "list", 0), "item_id")),
            read=read_official,
        ),
        PageSource(
            code="profile",
            label="资料接口",
            proves=ClaimType.NAME | ClaimType.BODY | ClaimType.GONE,
            note="需签名，仅读留存；注销、封禁以平台标记为准",
            matches=lambda page: (
                bool(json_at(page, "user") or json_at(page, "user_info")) and extract.has(page, "status_code")
            ),
            read=read_profile,
        ),
        PageSource(
            code="render_data",
            label="用户页",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY | ClaimType.GONE,
            note="今多为验证页；" + LIST_NOTE,
            matches=lambda page: 'id="RENDER_DATA"' in page.text,
            read=read_render_data,
            urls=urls,
        ),
        PageSource(
            code="share",
            label="分享页",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="作品页只证明这一个；用户页只有资料",
            matches=lambda page: SHARED in page.text,
            read=read_share,
        ),
        PageSource(
            code="list",
            label="作品列表接口",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="需签名，仅读留存；" + LIST_NOTE,
            matches=lambda page: extract.has(page, "aweme_list"),
            read=read_list,
        ),
        PageSource(
            code="rendered",
            label="用户页（浏览器所见）",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="无时间，由编号推算；" + LIST_NOTE,
            browser=True,
            matches=lambda page: 'data-e2e="scroll-list"' in page.text,
            read=read_rendered,
            urls=urls,
        ),
        PageSource(
            code="detail",
            label="单个作品",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="只证明这一个",
            matches=lambda page: (
                extract.has(page, "aweme_detail") or bool(json_at(page, "item_list") or json_at(page, "filter_list"))
            ),
            read=read_detail,
        ),
        PageSource(
            code="people",
            label="用户搜索或关系列表",
            proves=ClaimType.NAME | ClaimType.BODY,
            note="只能证明有",
            matches=lambda page: any(
                text_at(json_at(page, key, 0, *extra), "nickname")
                for key in ("data", "user_list")
                for extra in ((), ("user_info",))
            ),
            read=read_people,
        ),
    ),
)
