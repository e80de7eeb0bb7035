"""Xiaohongshu: a profile or a note, where the state object is served at all; the profile's notes carry no time."""

from __future__ import annotations

import re
from typing import Any

from crawler.page import extract
from crawler.page.extract import dicts_at, json_at, make_observation, require, text_at, unix_time_at
from crawler.page.page import Page
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import ClaimType, Observation, Platform, Post, Precision, SearchHit


def state(page: Page) -> Any:
    """window.__INITIAL_STATE__, in its page or saved alone."""
    return json_at(page) or require(
        extract.embedded(page.text, "window.__INITIAL_STATE__"), "bad_state: 页面数据无法解析"
    )


def from_id(note: str) -> Any:
    """The time inside a note id; when the draft was made, so close to the publication and never after it."""
    return unix_time_at(int(note[:8], 16)) if re.fullmatch(r"[0-9a-f]{24}", note) else None


def card(item: dict[str, Any]) -> Post | None:
    """One note of a list, old and new naming."""
    note = extract.get_path(item, "noteCard") or extract.get_path(item, "note_card") or item
    ident = text_at(item, "id") or text_at(note, "noteId") or text_at(note, "note_id")
    if not ident:
        return None
    sticky = (
        any(extract.get_path(note, key, "sticky") is True for key in ("interactInfo", "interact_info"))
        or item.get("sticky") is True
    )
    return Post(
        id=ident,
        title=text_at(note, "displayTitle") or text_at(note, "display_title") or text_at(note, "title"),
        url=f"https://www.xiaohongshu.com/explore/{ident}",
        published_at=from_id(ident),
        precision=Precision.DERIVED,
        pinned=sticky,
    )


def author(item: dict[str, Any]) -> str:
    """Who wrote one note of a list."""
    return next(
        (
            text
            for path in (
                ("noteCard", "user", "userId"),
                ("note_card", "user", "user_id"),
                ("note", "user", "userid"),
                ("user", "userId"),
                ("user", "user_id"),
                ("user", "userid"),
            )
            if (text := text_at(item, *path))
        ),
        "",
    )


def read_profile(page: Page) -> Observation:
    """user/profile/ID."""
    user = extract.get_path(state(page), "user")
    data = extract.get_path(user, "userPageData") or extract.get_path(user, "userPageData", "_rawValue")
    basic = extract.get_path(data, "basicInfo") or extract.get_path(data, "basic_info")
    name = require(text_at(basic, "nickname"), "no_identity: 主页没有账号，可能需要登录")
    # Groups by tab: 笔记, 收藏, 点赞. Only the first is the account's own work.
    flat = dicts_at(user, "notes", 0)
    asked = extract.first(r"/user/profile/([0-9a-f]{24})", extract.address(page)) or text_at(
        user, "noteQueries", 0, "userId"
    )
    account = asked or extract.majority_owner(author(item) for item in flat)
    own = [item for item in flat if author(item) in ("", account)]
    body = next((text_at(tag, "name") for tag in dicts_at(data, "verifyInfo")), "") or text_at(
        data, "verifyInfo", "redOfficialVerifyContent"
    )
    return make_observation(
        page,
        Platform.XIAOHONGSHU,
        name=name,
        account_id=account or text_at(basic, "redId"),
        verified_body=body,
        posts=[post for item in own if (post := card(item))],
    )


def read_user(page: Page) -> Observation:
    """user/otherinfo as saved: who it is, by the number that people see."""
    data = extract.get_path(extract.page_json(page), "data")
    body = next((text_at(tag, "name") for tag in dicts_at(data, "verify_info")), "")
    name, shown = text_at(data, "basic_info", "nickname"), text_at(data, "basic_info", "red_id")
    return make_observation(page, Platform.XIAOHONGSHU, name=name, account_id=shown, verified_body=body)


def read_note(page: Page) -> Observation:
    """One note, in the page's state."""
    return note_of(page, opened(page))


def opened(page: Page) -> Any:
    """The note that the page shows; profiles carry an entry for none."""
    entries = extract.get_path(state(page), "note", "noteDetailMap")
    notes = [extract.get_path(entry, "note") for entry in entries.values()] if isinstance(entries, dict) else []
    return next((note for note in notes if text_at(note, "noteId") or text_at(note, "time")), None)


def read_bare_note(page: Page) -> Observation:
    """A note object saved alone."""
    return note_of(page, extract.page_json(page))


def note_of(page: Page, note: Any) -> Observation:
    """One note object. ``lastUpdateTime`` is an edit."""
    user = extract.get_path(note, "user")
    account = text_at(user, "userId") or text_at(user, "user_id")
    ident = (
        text_at(note, "noteId")
        or text_at(note, "note_id")
        or extract.first(r"/(?:explore|discovery/item)/([0-9a-f]{24})", page.url)
    )
    at, precision = unix_time_at(note, "time", per_second=1000), Precision.SECOND
    if not at:
        at, precision = from_id(ident), Precision.DERIVED
    name = text_at(user, "nickname") or text_at(user, "nickName")
    require(ident and (account or name or at), "no_identity: 笔记没有作者和编号")
    return make_observation(
        page,
        Platform.XIAOHONGSHU,
        name=name,
        account_id=account,
        posts=[
            Post(
                id=ident,
                title=text_at(note, "title") or text_at(note, "desc")[:80],
                published_at=at,
                precision=precision,
                url=f"https://www.xiaohongshu.com/explore/{ident}",
            )
        ],
    )


def read_api(page: Page) -> Observation:
    """Saved answers of the interface: one author's notes, one note, or search results."""
    data = extract.get_path(extract.page_json(page), "data")
    notes, items = dicts_at(data, "notes"), dicts_at(data, "items")
    if len(items) == 1 and not notes:
        return note_of(page, extract.get_path(items[0], "note_card"))
    if not notes:
        return found_in(page, items)
    whose = require(
        extract.majority_owner(author(item) for item in notes),
        "no_own_items: 列表里没有作者，或作者各不相同（收藏、推荐）",
    )
    own = [item for item in notes if author(item) == whose]
    user = next(
        (u for item in own if (u := extract.get_path(item, "user") or extract.get_path(item, "note_card", "user"))),
        None,
    )
    posts = [post for item in own if (post := card(item))]
    return make_observation(
        page, Platform.XIAOHONGSHU, name=extract.either(user, "nickname", "nick_name"), account_id=whose, posts=posts
    )


def found_in(page: Page, items: list[dict[str, Any]]) -> Observation:
    """The authors behind the notes that a search found."""
    found: dict[str, SearchHit] = {}
    for item in items:
        writer = extract.get_path(item, "note_card", "user") or extract.get_path(item, "note", "user")
        ident, name = author(item), extract.either(writer, "nickname", "nick_name")
        url = f"https://www.xiaohongshu.com/user/profile/{ident}"
        if name and ident:
            found.setdefault(ident, SearchHit(platform=Platform.XIAOHONGSHU, name=name, account_id=ident, url=url))
    require(found, "no_result: 没有结果；不能证明账号不存在")
    return make_observation(page, Platform.XIAOHONGSHU, results=tuple(found.values()))


def has_state(page: Page, key: str) -> bool:
    """A page with the state object that has this part."""
    served = "window.__INITIAL_STATE__" in page.text or extract.has(page, "note") or extract.has(page, "user")
    return served and f'"{key}"' in page.text


def urls(target: Target) -> tuple[str, ...]:
    """The profile page."""
    ident = target.account_id
    return (f"https://www.xiaohongshu.com/user/profile/{ident}",) if re.fullmatch(r"[0-9a-f]{24}", ident) else ()


SPEC = PlatformSpec(
    platform=Platform.XIAOHONGSHU,
    hosts=("www.xiaohongshu.com",),
    delay_seconds=20.0,
    daily_budget=100,
    sources=(
        PageSource(
            code="note",
            label="单篇笔记",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="只证明这一篇；今多为登录墙",
            matches=lambda page: has_state(page, "noteDetailMap") and bool(opened(page)),
            read=read_note,
        ),
        PageSource(
            code="profile",
            label="主页",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="无时间，由编号推算；今多为登录墙",
            matches=lambda page: has_state(page, "userPageData"),
            read=read_profile,
            urls=urls,
        ),
        PageSource(
            code="bare_note",
            label="单篇笔记（留存）",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="只证明这一篇",
            matches=lambda page: extract.has(page, "noteId") and extract.has(page, "time"),
            read=read_bare_note,
        ),
        PageSource(
            code="user",
            label="账号资料接口",
            proves=ClaimType.NAME,
            note="需签名，仅读留存；只有小红书号",
            matches=lambda page: bool(text_at(json_at(page, "data", "basic_info", "nickname"))),
            read=read_user,
        ),
        PageSource(
            code="api",
            label="接口留存",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="需签名，仅读留存",
            matches=lambda page: bool(json_at(page, "data", "notes") or json_at(page, "data", "items")),
            read=read_api,
        ),
    ),
)
