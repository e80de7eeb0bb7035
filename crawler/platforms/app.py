"""Apple App Store: the open lookup interface; the date of the current version is the app's last sign of life (UTC)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from crawler.page import extract
from crawler.page.extract import dicts_at, make_observation, require, text_at, when
from crawler.page.page import Page
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import ClaimType, Observation, Platform, Post, SearchHit

LOOKUP = "https://itunes.apple.com/lookup?country=cn&id="
SEARCH = "https://itunes.apple.com/search?country=cn&entity=software&limit=50&term="


SEARCHED = re.compile(r"/search\b|[?&]term=")


def version(item: Any, page: Page) -> Post:
    """The current version as a post; ``releaseDate`` is the app's first version."""
    at, precision = when(text_at(item, "currentVersionReleaseDate") or text_at(item, "releaseDate"), page)
    return Post(
        id=f"{text_at(item, 'trackId')}@{text_at(item, 'version')}",
        title=f"{text_at(item, 'trackName')} {text_at(item, 'version')}",
        url=text_at(item, "trackViewUrl"),
        published_at=at,
        precision=precision,
    )


def is_app(item: dict[str, Any]) -> bool:
    """The same answers carry developers, songs and podcasts."""
    kind = text_at(item, "kind") or text_at(item, "wrapperType")
    return bool(text_at(item, "trackId") and text_at(item, "trackName")) and kind in ("software", "mac-software", "")


def read_result(page: Page, items: list[dict[str, Any]]) -> Observation:
    """The apps of an answer; the first one fills the observation. ``sellerName`` is the legal body."""
    apps = [item for item in items if is_app(item)]
    top = require(apps, "no_app: 结果里没有应用")[0]
    results = tuple(
        SearchHit(
            platform=Platform.APP,
            name=text_at(item, "trackName"),
            account_id=text_at(item, "trackId"),
            url=text_at(item, "trackViewUrl"),
            verified_body=text_at(item, "sellerName"),
            last_post_at=version(item, page).published_at,
        )
        for item in apps
    )
    if SEARCHED.search(page.requested_url or page.url):
        # Whoever bears the name that was asked for: nobody's own page, however few were found.
        return make_observation(page, Platform.APP, results=results)
    return make_observation(
        page,
        Platform.APP,
        name=text_at(top, "trackName"),
        account_id=text_at(top, "trackId"),
        verified_body=text_at(top, "sellerName"),
        posts=[version(top, page)],
        results=results if len(apps) > 1 else (),
        # Of several apps the first is a guess, and the first version says nothing about the present one.
        proves=extract.EVERYTHING
        if len(apps) == 1 and text_at(top, "currentVersionReleaseDate")
        else ~ClaimType.INACTIVE,
    )


def read_lookup(page: Page) -> Observation:
    """lookup and search answers."""
    return read_result(page, dicts_at(extract.page_json(page), "results"))


def read_bare(page: Page) -> Observation:
    """One app saved without the envelope."""
    return read_result(page, [extract.page_json(page)])


def urls(target: Target) -> tuple[str, ...]:
    """Lookup by number."""
    return (LOOKUP + target.account_id,) if target.account_id.isdigit() else ()


SPEC = PlatformSpec(
    platform=Platform.APP,
    hosts=("itunes.apple.com",),
    delay_seconds=4.0,
    daily_budget=1000,
    sources=(
        PageSource(
            code="lookup",
            label="App Store 查询",
            proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="版本日期（UTC）；查无结果只说明该区域没有",
            matches=lambda page: extract.has(page, "resultCount"),
            read=read_lookup,
            urls=lambda target: urls(target) or ((SEARCH + quote(target.name),) if target.name else ()),
        ),
        PageSource(
            code="app",
            label="App Store 单个应用",
            proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="版本日期（UTC）",
            matches=lambda page: extract.has(page, "trackId") and extract.has(page, "trackName"),
            read=read_bare,
        ),
    ),
)
