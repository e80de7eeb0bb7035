"""Apple App Store: the open lookup interface; the date of the current version is the app's last sign of life (UTC)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from crawler.page import extract
from crawler.page.extract import need, rows, seen, when, word
from crawler.page.page import Page
from crawler.platforms.spec import PlatformSpec, Source, Target
from rules.model import Found, Observation, Platform, Post, Proof

LOOKUP = "https://itunes.apple.com/lookup?country=cn&id="
SEARCH = "https://itunes.apple.com/search?country=cn&entity=software&limit=50&term="


def version(item: Any, page: Page) -> Post:
    """The current version as a post; ``releaseDate`` is the app's first version."""
    at, precision = when(word(item, "currentVersionReleaseDate") or word(item, "releaseDate"), page)
    return Post(
        id=f"{word(item, 'trackId')}@{word(item, 'version')}",
        title=f"{word(item, 'trackName')} {word(item, 'version')}",
        url=word(item, "trackViewUrl"),
        published_at=at,
        precision=precision,
    )


def is_app(item: dict[str, Any]) -> bool:
    """The same answers carry developers, songs and podcasts."""
    kind = word(item, "kind") or word(item, "wrapperType")
    return bool(word(item, "trackId") and word(item, "trackName")) and kind in ("software", "mac-software", "")


def read_result(page: Page, items: list[dict[str, Any]]) -> Observation:
    """The apps of an answer; the first one fills the observation. ``sellerName`` is the legal body."""
    apps = [item for item in items if is_app(item)]
    top = need(apps, "no_app: 结果里没有应用")[0]
    results = tuple(
        Found(
            platform=Platform.APP,
            name=word(item, "trackName"),
            account_id=word(item, "trackId"),
            url=word(item, "trackViewUrl"),
            verified_body=word(item, "sellerName"),
            last_post_at=version(item, page).published_at,
        )
        for item in apps
    )
    return seen(
        page,
        Platform.APP,
        name=word(top, "trackName"),
        account_id=word(top, "trackId"),
        verified_body=word(top, "sellerName"),
        posts=[version(top, page)],
        results=results if len(apps) > 1 else (),
        # Of several apps the first is a guess, and the first version says nothing about the present one.
        proves=extract.EVERYTHING if len(apps) == 1 and word(top, "currentVersionReleaseDate") else ~Proof.INACTIVE,
    )


def read_lookup(page: Page) -> Observation:
    """lookup and search answers."""
    return read_result(page, rows(extract.data(page), "results"))


def read_bare(page: Page) -> Observation:
    """One app saved without the envelope."""
    return read_result(page, [extract.data(page)])


def urls(target: Target) -> tuple[str, ...]:
    """Lookup by number."""
    return (LOOKUP + target.account_id,) if target.account_id.isdigit() else ()


SPEC = PlatformSpec(
    platform=Platform.APP,
    hosts=("itunes.apple.com",),
    delay_seconds=4.0,
    daily_budget=1000,
    sources=(
        Source(
            code="lookup",
            label="App Store 查询",
            proves=Proof.ACTIVE | Proof.INACTIVE | Proof.NAME | Proof.BODY,
            note="版本日期（UTC）；查无结果只说明该区域没有",
            recognises=lambda page: extract.has(page, "resultCount"),
            read=read_lookup,
            urls=lambda target: urls(target) or ((SEARCH + quote(target.name),) if target.name else ()),
        ),
        Source(
            code="app",
            label="App Store 单个应用",
            proves=Proof.ACTIVE | Proof.INACTIVE | Proof.NAME | Proof.BODY,
            note="版本日期（UTC）",
            recognises=lambda page: extract.has(page, "trackId") and extract.has(page, "trackName"),
            read=read_bare,
        ),
    ),
)
