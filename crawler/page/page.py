"""One fetched page and the strict helpers that read it, with the tree of errors a reader may raise."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

MAX_BYTES = 10 * 1024 * 1024
"""Largest body that is read; a longer one is unreadable, whatever it holds. (Real article pages reach 3.3 MB.)"""


class PageError(Exception):
    """Base of what a reader says about a page it will not turn into facts. Caught by `crawler.observe.parse`, never above it."""


class Blocked(PageError):
    """A wall: captcha, login, rate limit, robots. Raised by verdict and readers; becomes outcome ``blocked``."""


class Unreadable(PageError):
    """The page is not what the reader knows: layout changed, truncated, wrong kind. Becomes ``unreadable``."""


@dataclass(frozen=True)
class Page:
    """Bytes as fetched, with where and when. ``fetched_at`` is aware (Asia/Shanghai); relative dates need it."""

    url: str
    body: bytes
    fetched_at: datetime
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names."""
    requested_url: str = ""
    """What was asked for; differs from ``url`` after a redirect."""
    address: str = ""
    """The IP address that answered, where known."""

    @cached_property
    def text(self) -> str:
        """The body as text: strict UTF-8 first (declared GBK is often a lie), then what is declared, then GB18030."""
        return decode(self.body, self.headers.get("content-type", ""))

    def json(self) -> Any:
        """The body as JSON. Raises Unreadable when it is not."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise Unreadable("应为 JSON，实际不是") from error


DECLARED_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})""", re.I)
UTF8_TAIL = 3


def decode(body: bytes, content_type: str = "") -> str:
    """Bytes to text as browsers of Chinese sites must. Never raises; undecodable bytes become U+FFFD."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A page cut in the middle of a character is still UTF-8.
        if error.start >= len(body) - UTF8_TAIL:
            return body.decode("utf-8-sig", "ignore")
    declared = DECLARED_CHARSET.search(content_type.encode("latin-1", "ignore")) or DECLARED_CHARSET.search(body[:4096])
    charset = declared.group(1).decode("ascii").lower() if declared else "gb18030"
    if charset in ("gb2312", "gbk", "gb_2312-80"):
        charset = "gb18030"
    for candidate in (charset, "gb18030"):
        try:
            return body.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
    utf8, gb = body.decode("utf-8", "replace"), body.decode("gb18030", "replace")
    return utf8 if utf8.count("\ufffd") <= gb.count("\ufffd") else gb
