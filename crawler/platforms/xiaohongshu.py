"""Xiaohongshu: a profile or a note, where the state object is served at all; the profile's notes carry no time."""

from __future__ import annotations

import re
from typing import Any

from crawler.page import extract
from crawler.page.extract import need, peek, rows, seen, unix, word
from crawler.page.page import Page
from crawler.platforms.spec import PlatformSpec, Source, Target
from rules.model import Found, Observation, Platform, Post, Precision, Proof


def state(page: Page) -> Any:
    """window.__INITIAL_STATE__, in its page or saved alone."""
    return peek(page) or need(extract.embedded(page.text, "window.__INITIAL_STATE__"), "bad_state: 页面数据无法解析")


def from_id(note: str) -> Any:
    """The time inside a note id; when the draft was made, so close to the publication and never after it."""
    return unix(int(note[:8], 16)) if re.fullmatch(r"[0-9a-f]{24}", note) else None


def card(item: dict[str, Any]) -> Post | None:
    """One note of a list, old and new naming."""
    note = extract.dig(item, "noteCard") or extract.dig(item, "note_card") or item
    ident = word(item, "id") or word(note, "noteId") or word(note, "note_id")
    if not ident:
        return None
    sticky = (
        any(extract.dig(note, key, "sticky") is True for key in ("interactInfo", "interact_info"))
        or item.get("sticky") is True
    )
    return Post(
        id=ident,
        title=word(note, "displayTitle") or word(note, "display_title") or word(note, "title"),
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
            if (text := word(item, *path))
        ),
        "",
    )


def read_profile(page: Page) -> Observation:
    """user/profile/ID."""
    user = extract.dig(state(page), "user")
    data = extract.dig(user, "userPageData") or extract.dig(user, "userPageData", "_rawValue")
    basic = extract.dig(data, "basicInfo") or extract.dig(data, "basic_info")
    name = need(word(basic, "nickname"), "no_identity: 主页没有账号，可能需要登录")
    # Groups by tab: 笔记, 收藏, 点赞. Only the first is the account's own work.
    flat = rows(user, "notes", 0)
    asked = extract.first(r"/user/profile/([0-9a-f]{24})", extract.address(page)) or word(
        user, "noteQueries", 0, "userId"
    )
    account = asked or extract.owner(author(item) for item in flat)
    own = [item for item in flat if author(item) in ("", account)]
    body = next((word(tag, "name") for tag in rows(data, "verifyInfo")), "") or word(
        data, "verifyInfo", "redOfficialVerifyContent"
    )
    return seen(
        page,
        Platform.XIAOHONGSHU,
        name=name,
        account_id=account or word(basic, "redId"),
        verified_body=body,
        posts=[post for item in own if (post := card(item))],
    )


def read_user(page: Page) -> Observation:
    """user/otherinfo as saved: who it is, by the number that people see."""
    data = extract.dig(extract.data(page), "data")
    body = next((word(tag, "name") for tag in rows(data, "verify_info")), "")
    name, shown = word(data, "basic_info", "nickname"), word(data, "basic_info", "red_id")
    return seen(page, Platform.XIAOHONGSHU, name=name, account_id=shown, verified_body=body)


def read_note(page: Page) -> Observation:
    """One note, in the page's state."""
    return note_of(page, opened(page))


def opened(page: Page) -> Any:
    """The note that the page shows; profiles carry an entry for none."""
    entries = extract.dig(state(page), "note", "noteDetailMap")
    notes = [extract.dig(entry, "note") for entry in entries.values()] if isinstance(entries, dict) else []
    return next((note for note in notes if word(note, "noteId") or word(note, "time")), None)


def read_bare_note(page: Page) -> Observation:
    """A note object saved alone."""
    return note_of(page, extract.data(page))


def note_of(page: Page, note: Any) -> Observation:
    """One note object. ``lastUpdateTime`` is an edit."""
    user = extract.dig(note, "user")
    account = word(user, "userId") or word(user, "user_id")
    ident = (
        word(note, "noteId")
        or word(note, "note_id")
        or extract.first(r"/(?:explore|discovery/item)/([0-9a-f]{24})", page.url)
    )
    at, precision = unix(note, "time", per_second=1000), Precision.SECOND
    if not at:
        at, precision = from_id(ident), Precision.DERIVED
    name = word(user, "nickname") or word(user, "nickName")
    need(ident and (account or name or at), "no_identity: 笔记没有作者和编号")
    return seen(
        page,
        Platform.XIAOHONGSHU,
        name=name,
        account_id=account,
        posts=[
            Post(
                id=ident,
                title=word(note, "title") or word(note, "desc")[:80],
                published_at=at,
                precision=precision,
                url=f"https://www.xiaohongshu.com/explore/{ident}",
            )
        ],
    )


def read_api(page: Page) -> Observation:
    """Saved answers of the interface: one author's notes, one note, or search results."""
    data = extract.dig(extract.data(page), "data")
    notes, items = rows(data, "notes"), rows(data, "items")
    if len(items) == 1 and not notes:
        return note_of(page, extract.dig(items[0], "note_card"))
    if not notes:
        return found_in(page, items)
    whose = need(
        extract.owner(author(item) for item in notes), "no_own_items: 列表里没有作者，或作者各不相同（收藏、推荐）"
    )
    own = [item for item in notes if author(item) == whose]
    user = next((u for item in own if (u := extract.dig(item, "user") or extract.dig(item, "note_card", "user"))), None)
    posts = [post for item in own if (post := card(item))]
    return seen(
        page, Platform.XIAOHONGSHU, name=extract.either(user, "nickname", "nick_name"), account_id=whose, posts=posts
    )


def found_in(page: Page, items: list[dict[str, Any]]) -> Observation:
    """The authors behind the notes that a search found."""
    found: dict[str, Found] = {}
    for item in items:
        writer = extract.dig(item, "note_card", "user") or extract.dig(item, "note", "user")
        ident, name = author(item), extract.either(writer, "nickname", "nick_name")
        url = f"https://www.xiaohongshu.com/user/profile/{ident}"
        if name and ident:
            found.setdefault(ident, Found(platform=Platform.XIAOHONGSHU, name=name, account_id=ident, url=url))
    need(found, "no_result: 没有结果；不能证明账号不存在")
    return seen(page, Platform.XIAOHONGSHU, results=tuple(found.values()))


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
        Source(
            code="note",
            label="单篇笔记",
            proves=Proof.ACTIVE | Proof.NAME,
            note="只证明这一篇；今多为登录墙",
            recognises=lambda page: has_state(page, "noteDetailMap") and bool(opened(page)),
            read=read_note,
        ),
        Source(
            code="profile",
            label="主页",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY,
            note="无时间，由编号推算；今多为登录墙",
            recognises=lambda page: has_state(page, "userPageData"),
            read=read_profile,
            urls=urls,
        ),
        Source(
            code="bare_note",
            label="单篇笔记（留存）",
            proves=Proof.ACTIVE | Proof.NAME,
            note="只证明这一篇",
            recognises=lambda page: extract.has(page, "noteId") and extract.has(page, "time"),
            read=read_bare_note,
        ),
        Source(
            code="user",
            label="账号资料接口",
            proves=Proof.NAME,
            note="需签名，仅读留存；只有小红书号",
            recognises=lambda page: bool(word(peek(page, "data", "basic_info", "nickname"))),
            read=read_user,
        ),
        Source(
            code="api",
            label="接口留存",
            proves=Proof.ACTIVE | Proof.NAME,
            note="需签名，仅读留存",
            recognises=lambda page: bool(peek(page, "data", "notes") or peek(page, "data", "items")),
            read=read_api,
        ),
    ),
)
