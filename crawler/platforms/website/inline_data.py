"""Reads lists that stand in the page as data for a script: __INITIAL_STATE__, __NEXT_DATA__, JSON in a script tag."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawler.page.dates import When, parse_when
from crawler.page.extract import plain, text_at
from crawler.platforms.website.document import ParsedPage
from rules.model import Post

MOST_SCRIPTS, MOST_ROWS, MOST_NODES = 40, 300, 20_000
MOST_STARTS, LONGEST_SCRIPT = 20, 2_000_000
ENOUGH = 2
"""Rows with title and date from which a list is one of publications."""
ASSIGNED = re.compile(r"(?:window(?:\.|\[[\"'])|self\.|var |let |const |^|;)\s*[\w$.\"'\]]{1,60}\s*=\s*(?=[\[{])")
RETURNED = re.compile(r"\breturn\s*(?=[\[{])|\(\s*(?=\{)")
MAY_HOLD = re.compile(r"(?:title|name|subject|headline|bt)\\?[\"']?\s*:", re.I)
"""Libraries, which are most of what scripts hold, have no such key beside a date."""
HAS_TIME = re.compile(r"20\d\d[-/.年]?\d|\b1[3-9]\d{8}(?:\d{3})?\b")
LOOSE = re.compile(
    r"""(?P<double>"(?:[^"\\]|\\.)*")|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<open>[{,]\s*)(?P<key>[A-Za-z_$][\w$]*)(?=\s*:)"""
    r"""|(?P<before>:\s*|(?<=[\[,])\s*)(?P<word>void 0|!\d|[A-Za-z_$][\w$.]*)(?=\s*[,}\]])|(?P<comma>,)(?=\s*[}\]])"""
)
"""What a script writes that JSON does not: 'text', bare keys, variables, a comma too many."""
PARSED = re.compile(r"JSON\.parse\(\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*\)")
HOLDERS = "[data-news], [data-list], [data-items], [data-json], [data-props], [data-page], [data-state], [data-data]"
"""Tags that hold the list of a script in an attribute."""
TITLES = (
    "title",
    "articletitle",
    "newstitle",
    "infotitle",
    "maintitle",
    "subject",
    "headline",
    "name",
    "bt",
    "wbtitle",
)
DATES = (
    "publishtime", "publishdate", "publishedat", "publishedtime", "publisheddate", "datepublished", "published", "pubtime",
    "pubdate", "publish", "releasetime", "releasedate", "releaseat", "issuetime", "issuedate", "showtime", "showdate",
    "displaytime", "newstime", "newsdate", "articledate", "wbdate", "fbsj", "fbrq", "posttime", "postdate", "date", "time",
    "addtime", "adddate", "inputtime", "createtime", "createdat", "createdate", "createdtime", "gmtcreate", "ctime",
)  # fmt: skip
"""Keys that hold when something was published, in the order of trust; creation last, edits and deadlines never."""
LINKS = ("url", "link", "href", "path", "weburl", "detailurl", "staticurl", "linkurl", "visiturl")
IDS = ("id", "articleid", "newsid", "infoid", "contentid", "uuid", "_id")
EVENT_KEYS = frozenset(
    (
        "starttime",
        "endtime",
        "begintime",
        "startdate",
        "enddate",
        "begindate",
        "deadline",
        "place",
        "venue",
        "lecturer",
        "speaker",
    )
)
"""What an event has and a publication has not."""


def inline_posts(document: ParsedPage, now: datetime) -> tuple[Post, ...]:
    """The dated rows of every list in the page's script data, each address once; () where there is no such list."""
    found: dict[str, Post] = {}
    for value in _values(document):
        for rows in _lists(value):
            posts = [post for row in rows[:MOST_ROWS] if (post := _post(row, document, now))]
            if len(posts) >= ENOUGH:
                found |= {post.id: post for post in posts if post.id not in found}
    return tuple(found.values())


def _values(document: ParsedPage) -> Iterator[Any]:
    yield from _scripted(document)
    for node in document.tree.css(HOLDERS)[:MOST_SCRIPTS]:
        for text in node.attributes.values():
            if text and text[:1] in "[{" and len(text) <= LONGEST_SCRIPT and (value := _decoded(text, 0)) is not None:
                yield value


def _scripted(document: ParsedPage) -> Iterator[Any]:
    for script in document.tree.css("script")[:MOST_SCRIPTS]:
        text = script.text().strip()
        if len(text) > LONGEST_SCRIPT or not (MAY_HOLD.search(text) and HAS_TIME.search(text)):
            continue
        for candidate in (text, *(_unquoted(match[1]) for match in PARSED.finditer(text))):
            starts = [match.end() for pattern in (ASSIGNED, RETURNED) for match in pattern.finditer(candidate)]
            for start in (0, *starts[:MOST_STARTS]):
                if (value := _decoded(candidate, start)) is not None:
                    yield value


def _decoded(text: str, start: int) -> Any:
    if text[start : start + 1] not in ("{", "["):
        return None
    for written in (text[start:], None):
        try:
            return json.JSONDecoder().raw_decode(LOOSE.sub(_strict, text[start:]) if written is None else written)[0]
        except (ValueError, RecursionError):
            continue
    return None


def _strict(match: re.Match[str]) -> str:
    """One thing of a script as JSON writes it; a variable's value is not in the page: null."""
    if match["double"] is not None or match["word"] in ("true", "false", "null"):
        return match[0]
    if match["single"] is not None:
        return json.dumps(match["single"].replace("\\'", "'"), ensure_ascii=False)
    if match["key"]:
        return f'{match["open"]}"{match["key"]}"'
    return "" if match["comma"] else f"{match['before']}null"


def _unquoted(literal: str) -> str:
    """The JSON that a script holds as a string; "" where the string is no JSON string."""
    if literal[0] == "'":
        literal = '"' + literal[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    try:
        found = json.loads(literal)
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""


def _lists(value: Any) -> Iterator[list[dict[str, Any]]]:
    """Every list of objects, however deep it lies."""
    waiting, seen = [value], 0
    while waiting and seen < MOST_NODES:
        node, seen = waiting.pop(), seen + 1
        if isinstance(node, list):
            if len(rows := [row for row in node if isinstance(row, dict)]) >= ENOUGH:
                yield rows
            waiting.extend(each for each in node if isinstance(each, dict | list))
        elif isinstance(node, dict):
            waiting.extend(each for each in node.values() if isinstance(each, dict | list))


def _post(row: dict[str, Any], document: ParsedPage, now: datetime) -> Post | None:
    """A row as a post; None for one without a title or a date, and for an event."""
    flat = {key.lower().replace("_", "").replace("-", ""): value for key, value in row.items()}
    title = next((text for key in TITLES if (text := plain(text_at(flat, key)))), "")
    when = next((when for key in DATES if (when := _when(flat.get(key), now))), None)
    if not title or when is None or not EVENT_KEYS.isdisjoint(flat):
        return None
    url = next((found for key in LINKS if (text := text_at(flat, key)) and (found := document.absolute(text))), "")
    identifier = url or next((text for key in IDS if (text := text_at(flat, key))), title)
    return Post(
        id=identifier,
        title=title,
        url=url,
        published_at=when.at,
        precision=when.precision,
        year_inferred=when.year_inferred,
    )


def _when(value: Any, now: datetime) -> When | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return parse_when(str(value), now)
