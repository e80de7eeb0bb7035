"""What staff who read Chinese only must not meet on a page: codes, machine times, cron lines, English words, exception texts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

KNOWN = frozenset(
    [
        "pdf",
        "csv",
        "excel",
        "word",
        "url",
        "https",
        "qq",
        "id",
        "rss",
        "app",
        "uid",
        "ip",
        "wps",
        "bit",
        "dut",
        "sias",
        "gh_",
    ]
)
"""Letters that Chinese offices use as words, and the abbreviations that schools use for themselves."""
NUMBER = re.compile(r"\b[A-Z]{2,8}(?:-\d+)+\b")
"""A case's number, a filing's."""
ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d")
CRON = re.compile(r"(?:^|\s)[\d*/,-]+(?: [\d*/,-]+){3} (?:\*|\d|[a-z]{3})(?:\s|$)")
ERROR = re.compile(r"[A-Z][A-Za-z]+(?:Error|Exception|Warning)\b|Traceback|\bNone\b|\bTrue\b|\bFalse\b|undefined")
ADDRESS = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+|\b[\w-]+(?:\.[\w-]+)*\.(?:cn|com|example|test|org|net)\b[/\w.-]*")
FILE = re.compile(r"\b[\w-]+\.(?:xlsx|docx|csv|toml|yaml|db)\b")
ENGLISH = re.compile(r"[A-Za-z_]{3,}")
THEIRS = re.compile(
    r"<(bdi|pre|code|textarea|title|style)\b.*?</\1>|<span class=\"(?:number|plainurl)\".*?</span>", re.S
)
"""What strangers wrote, addresses and numbers: shown as they are."""


def text_of(page: str) -> str:
    """The words of a page that are the product's own."""
    body = THEIRS.sub(" ", page[page.index("<body") :])
    shown = re.findall(r'(?:aria-label|placeholder|alt|title)="([^"]*)"', body)
    return html.unescape(" ".join([re.sub(r"<[^>]+>", " ", body), *shown]))


def foreign_words(page: str) -> Iterator[str]:
    """Everything on a page that staff should not have to read."""
    text = text_of(page)
    for pattern in (ISO_TIME, CRON, ERROR):
        yield from (found[0].strip() for found in pattern.finditer(text))
    plain = NUMBER.sub(" ", FILE.sub(" ", ADDRESS.sub(" ", text)))
    for found in ENGLISH.finditer(plain):
        if found[0].lower() not in KNOWN:
            yield found[0]
