"""What makes a page look like another: title, footer, wording and layout, for finding imitations of a school's site.

An imitator copies the layout and the text, replaces the school's name here and there, and often forgets the footer:
the same ICP number on another domain is the strongest sign. Fingerprints are small, so that thousands can be kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

from crawler.page.page import Page
from crawler.platforms.website.document import parse

SKETCH = 128
"""Smallest shingle hashes kept: the share two sketches have in common estimates what the whole sets have, ±0.05."""
SHINGLE = 5
TAGS = 4
ICP = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][Ii][Cc][Pp][备证]\s?(\d{5,10})号?")
POLICE = re.compile(r"公网安备\s?(\d{10,16})")
OWNER = re.compile(
    r"(?:版权所有|copyright|©|主办单位)[^一-龥]{0,30}(?:版权所有|主办单位)?[^一-龥]{0,6}([一-龥]{4,30})", re.I
)
NOT_WORD = re.compile(r"[\W_]+")
WEIGHTS = {"layout": 0.4, "text": 0.3, "title": 0.15, "footer": 0.15}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything `similarity` compares. ``footer`` holds ICP and 公网安备 numbers and the copyright owner."""

    title: frozenset[str]
    footer: frozenset[str]
    text: frozenset[int]
    layout: frozenset[int]


def fingerprint(page: Page) -> Fingerprint:
    """The page's fingerprint. Pure; raises Unreadable where there is no page to look at."""
    document = parse(page)
    whole = NOT_WORD.sub("", "".join(text.text for text in document.texts))
    said = " ".join(text.text for text in document.texts)
    tags = [node.tag or "" for node in document.tree.css("*")]
    title = NOT_WORD.sub("", document.title)
    owners = (owner.removesuffix("版权所有") for owner in OWNER.findall(said)[:1])
    footer = {*ICP.findall(said), *POLICE.findall(said), *owners}
    return Fingerprint(
        title=frozenset(title[i : i + 2] for i in range(len(title) - 1)),
        footer=frozenset(footer),
        text=_sketch(whole[i : i + SHINGLE] for i in range(len(whole) - SHINGLE + 1)),
        layout=_sketch(" ".join(tags[i : i + TAGS]) for i in range(len(tags) - TAGS + 1)),
    )


def similarity(one: Fingerprint, other: Fingerprint) -> float:
    """0 (nothing in common) to 1 (the same page); what either page lacks is left out of the weighing."""
    parts = {
        "layout": _alike(one.layout, other.layout),
        "text": _alike(one.text, other.text),
        "title": _overlap(one.title, other.title),
        "footer": 1.0 if one.footer & other.footer else 0.0 if one.footer and other.footer else None,
    }
    known = {name: value for name, value in parts.items() if value is not None}
    weight = sum(WEIGHTS[name] for name in known)
    return sum(WEIGHTS[name] * value for name, value in known.items()) / weight if weight else 0.0


def _sketch(shingles: Iterable[str]) -> frozenset[int]:
    return frozenset(sorted({crc32(shingle.encode("utf-8", "replace")) for shingle in shingles})[:SKETCH])


def _alike(one: frozenset[int], other: frozenset[int]) -> float | None:
    """The estimated Jaccard index of the sets behind two bottom-k sketches."""
    if not one or not other:
        return None
    lowest = sorted(one | other)[:SKETCH]
    return sum(value in one and value in other for value in lowest) / len(lowest)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float | None:
    return len(one & other) / len(one | other) if one and other else None
