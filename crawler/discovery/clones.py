"""仿冒网站: a page on a foreign host that copies a school's own, by title, wording and layout. The host decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from crawler.platforms.website.fingerprint import Fingerprint, similarity

COPIED = 0.6
"""Overall likeness from which a page is called a copy: measured, an imitation stays above, strangers stay below 0.4."""
SAME = 0.5
"""Likeness of the title or of the wording alone that a copy must have. The layout may be the content system's, and a
footer with the school's licence number is copied by anybody."""
PARTS = {"title": "标题", "text": "文字", "layout": "版式", "footer": "页脚（备案号、版权）"}
NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ReferencePage:
    """A page of the school's own as it was stored: where it stands and what it looks like."""

    host: str
    mark: Fingerprint


@dataclass(frozen=True, slots=True)
class LookalikeMatch:
    """Which page is copied and how much of it."""

    original: str
    likeness: float
    parts: tuple[str, ...]

    def sentence(self, host: str) -> str:
        """Why in Chinese, for the person who looks at it."""
        return (
            f"{host} 不在学校域名之下，页面却与学校网站 {self.original} 相似 {self.likeness:.0%}"
            f"（{'、'.join(self.parts)}相同或相近），疑为仿冒网站。页脚备案号可以照抄，不作为归属依据。"
        )


def find_lookalike(mark: Fingerprint, own: Iterable[ReferencePage]) -> LookalikeMatch | None:
    """The page of the school's that this one copies most, None where it copies none. The caller knows the host."""
    best: LookalikeMatch | None = None
    for page in own:
        likeness = similarity(mark, page.mark)
        if likeness < COPIED or (best and likeness <= best.likeness):
            continue
        alike = {name: part(mark, page.mark, name) for name in PARTS}
        if max(alike["title"], alike["text"]) >= SAME:
            best = LookalikeMatch(page.host, likeness, tuple(PARTS[name] for name in PARTS if alike[name] >= SAME))
    return best


def part(one: Fingerprint, other: Fingerprint, name: str) -> float:
    """How alike two pages are in one respect alone."""
    empty: dict[str, Any] = dict.fromkeys((each for each in PARTS if each != name), NONE)
    return similarity(replace(one, **empty), replace(other, **empty))
