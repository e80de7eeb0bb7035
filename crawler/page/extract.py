"""Small strict helpers every reader shares: they dig into foreign JSON, scripts and HTML and trust none of it."""

from __future__ import annotations

import base64
import html
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import lxml.html
from lxml.etree import LxmlError
from lxml.html import HtmlElement

from crawler.page.dates import parse_when
from crawler.page.page import Page, Unreadable
from rules.model import BEIJING, ClaimType, Observation, Outcome, Platform, Post, Precision

EVERYTHING = ~ClaimType.NONE
"""A reader's default claim; `crawler.observe.parse` cuts it down to what the source can show and the page really held."""
LONGEST = 500
"""Characters kept of one name or title."""
EARLIEST = datetime(2000, 1, 1, tzinfo=BEIJING)
MAX_UNIX = 4_102_444_800
AHEAD = timedelta(days=1)
"""A time further ahead than this is an event or a mistake, not a publication."""
ENTITY = re.compile(r"&#?\w{1,32};")
"""With its semicolon: without it, &timestamp= in an address would begin with a multiplication sign."""
SPACE = re.compile(r"[\s\u200b\u200e\u200f\ufeff]+")
T = TypeVar("T")


def page_json(page: Page) -> Any:
    """The page's JSON, parsed once per page (several recognisers look at it). Raises Unreadable when it is none."""
    if "_data" not in page.__dict__:
        page.__dict__["_data"] = page.json() if page.text.lstrip()[:1] in ("{", "[") else None
    if page.__dict__["_data"] is None:
        raise Unreadable("not_json: 应为 JSON，实际不是")
    return page.__dict__["_data"]


def json_at(page: Page, *path: str | int) -> Any:
    """What lies at ``path`` in the page's JSON; None where the page is no JSON or has no such place. Never raises."""
    try:
        return get_path(page_json(page), *path)
    except Unreadable:
        return None


def has(page: Page, *path: str | int) -> bool:
    """Whether the page's JSON has this place at all, even when it holds null."""
    parent = json_at(page, *path[:-1])
    return isinstance(parent, dict) and path[-1] in parent


def get_path(value: Any, *path: str | int) -> Any:
    """The value at ``path``; None as soon as anything is missing or of another type."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def dicts_at(value: Any, *path: str | int) -> list[dict[str, Any]]:
    """The objects of the list at ``path``; a lone object counts as one (WeChat albums do that); else nothing."""
    found = get_path(value, *path)
    if isinstance(found, dict):
        return [found]
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def tidy(text: str) -> str:
    """One line without markup entities, zero-width marks and lone surrogates, at most `LONGEST` characters."""
    plain_text = ENTITY.sub(lambda entity: html.unescape(entity.group()), text[: 8 * LONGEST])
    clean = SPACE.sub(" ", plain_text).strip()[:LONGEST]
    return clean.encode("utf-8", "ignore").decode()


def text_at(value: Any, *path: str | int) -> str:
    """The text or number at ``path`` as tidy text; empty where there is none."""
    found = get_path(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return tidy(found if isinstance(found, str) else str(int_at(found) or 0) if found else "")


def either(value: Any, *keys: str) -> str:
    """The first of these keys that holds text: platforms rename fields and keep the old ones in old answers."""
    return next((text for key in keys if (text := text_at(value, key))), "")


def int_at(value: Any, *path: str | int) -> int | None:
    """The whole number at ``path``, also when written as text."""
    found = get_path(value, *path)
    if isinstance(found, str) and re.fullmatch(r"-?[0-9]{1,19}", found.strip()):
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int):
        return None
    return found if -(2**63) < found < 2**63 else None


def flag_at(value: Any, *path: str | int) -> bool:
    """Whether a flag is set at ``path``: true or 1, also when written as text."""
    found = get_path(value, *path)
    return found in (True, 1) or (isinstance(found, str) and found.strip().lower() in ("1", "true"))


def asks_only(page: Page, harmless: frozenset[str]) -> bool:
    """Whether the address asks for the beginning of a list as it is: page 1, and no parameter that could choose a part."""
    try:
        query = parse_qsl(urlsplit(unquote(page.requested_url or page.url)).query)
    except ValueError:
        return False
    return all(name in harmless or value == "0" or (name, value) == ("page", "1") for name, value in query)


def unix_time_at(value: Any, *path: str | int, per_second: int = 1) -> datetime | None:
    """Unix time at ``path`` as Beijing time; None outside 2000–2100 (zeros and ids are no times)."""
    stamp = int_at(value, *path)
    if stamp is None or not 0 < stamp // per_second < MAX_UNIX:
        return None
    moment = datetime.fromtimestamp(stamp // per_second, BEIJING)
    return moment if moment > EARLIEST else None


def when(text: str, page: Page) -> tuple[datetime | None, Precision]:
    """A written time, full or relative to the fetch; (None, DAY) where the text holds none."""
    found = parse_when(text, page.fetched_at) if text else None
    return (found.at, found.precision) if found else (None, Precision.DAY)


def plain(markup: str) -> str:
    """Text of a short HTML fragment; a tag that is cut off is no text."""
    return tidy(re.sub(r"<[^<>]*(?:>|$)", "", markup[: 16 * LONGEST]))


def html_text_at(value: Any, *path: str | int) -> str:
    """The HTML fragment at ``path`` as tidy text; empty where there is none."""
    found = get_path(value, *path)
    return plain(found) if isinstance(found, str) else ""


def first(pattern: str | re.Pattern[str], text: str) -> str:
    """The first group that took part in the first match, tidied; empty where nothing matches."""
    match = re.search(pattern, text)
    return tidy(next(filter(None, match.groups()), "")) if match else ""


def tree(page: Page) -> HtmlElement:
    """The page as an HTML tree. Raises Unreadable where lxml finds no element in it."""
    try:
        # lxml refuses text with an encoding declaration, and control characters.
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", page.text)
        return lxml.html.document_fromstring(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "", text))
    except (LxmlError, ValueError, AssertionError) as error:
        raise Unreadable("not_html: 不是网页") from error


def find(node: HtmlElement, path: str) -> list[HtmlElement]:
    """Elements at an XPath."""
    found = node.xpath(path)
    return [item for item in found if isinstance(item, HtmlElement)] if isinstance(found, list) else []


def xpath_text(node: HtmlElement, path: str) -> str:
    """Text of the first match of an XPath, element or attribute; empty where there is none."""
    found = node.xpath(path)
    if not isinstance(found, list) or not found:
        return ""
    item = found[0]
    return tidy(item.text_content() if isinstance(item, HtmlElement) else str(item))


def css(name: str) -> str:
    """XPath condition for one class name."""
    return f'contains(concat(" ", normalize-space(@class), " "), " {name} ")'


def address(page: Page) -> str:
    """Where the page is from: as fetched, else as it says of itself (a saved page has no other address)."""
    if page.requested_url or page.url:
        return page.requested_url or page.url
    head = page.text[:20_000]
    stated = re.search(r'<meta[^>]{0,80}property="og:url"[^>]{0,80}content="([^"]{0,500})"', head)
    stated = stated or re.search(r'<link[^>]{0,80}rel="canonical"[^>]{0,80}href="([^"]{0,500})"', head)
    return tidy(stated.group(1)) if stated else ""


def embedded(text: str, marker: str) -> Any:
    """The JSON object or array that follows ``marker`` in a script; None where it cannot be read."""
    at = text.find(marker)
    start = re.compile(r"[{\[]").search(text, at + len(marker)) if at >= 0 else None
    if not start or start.start() - at > len(marker) + 80:
        return None
    end = text.find("</script", start.start())
    script = text[start.start() : end if end > 0 else None]
    # State dumped by JavaScript is JSON but for `undefined`.
    script = re.sub(r"(?<=[:,\[])\s*undefined(?=\s*[,}\]])", "null", script)
    try:
        return json.JSONDecoder().raw_decode(script)[0]
    except (ValueError, RecursionError):
        return None


def biz_of(number_text: str) -> str:
    """WeChat's __biz for the account number that other places print bare."""
    return base64.b64encode(number_text.encode()).decode() if number_text.isdigit() else ""


def majority_owner(ids: Iterable[str]) -> str:
    """Whose list this is: the id that at least half of the items carry, and more than any other.

    Empty where nobody does: recommendations, favourites and timelines are nobody's list.
    """
    counted = Counter(item for item in ids if item)
    (top, most), (_, next_most) = (*counted.most_common(2), ("", 0), ("", 0))[:2]
    return top if most > next_most and 2 * most >= counted.total() else ""


def require(value: T | None, reason: str) -> T:
    """The value, or Unreadable with the reason where it is missing or empty."""
    if not value:
        raise Unreadable(reason)
    return value


def make_observation(page: Page, platform: Platform, **facts: Any) -> Observation:
    """An observation of this page; outcome ok unless said otherwise. Times that lie ahead of the fetch are dropped."""
    latest = page.fetched_at + AHEAD
    posts = tuple(
        replace(post, published_at=None) if post.published_at and post.published_at > latest else post
        for post in facts.pop("posts", ())
    )
    facts = {
        key: value or None if key in ("name", "account_id", "verified_body") else value for key, value in facts.items()
    }
    return Observation(
        platform=platform,
        source="",
        url=page.url,
        observed_at=page.fetched_at,
        address=page.address or None,
        posts=unique(posts),
        **{"outcome": Outcome.OK, "proves": EVERYTHING, **facts},
    )


def unique(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Each item once, in page order: pinned items are often repeated in the list proper."""
    kept: dict[str, Post] = {}
    for post in posts:
        kept.setdefault(post.id or post.url or post.title, post)
    return tuple(kept.values())
