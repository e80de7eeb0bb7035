"""The short form of a message, for channels with little room: lines with weights, cut from the lightest, never inside a character."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.sanitize import mask_personal_data

JOINER = "\u200d"
MORE = "另有 {} 项未显示，请到控制台查看"


@dataclass(frozen=True, slots=True)
class BriefLine:
    """One line; the greater ``weight`` stays longer. A heading goes with the last of its lines. ``url`` may be empty."""

    text: str
    weight: int
    heading: bool = False
    url: str = ""


def plain_lines(text: str) -> tuple[BriefLine, ...]:
    """The lines of a document, what stands first weighing most, personal data masked: a group is not its addressee."""
    lines = [line.strip() for line in mask_personal_data(text).splitlines() if line.strip()]
    return tuple(BriefLine(line, len(lines) - place) for place, line in enumerate(lines))


def fit(
    lines: Sequence[BriefLine], limit: int, show: Callable[[BriefLine], str], *, gap: str = "\n"
) -> tuple[list[str], int]:
    """The lines as ``show`` writes them, at most ``limit`` bytes of UTF-8 with ``gap`` between them, and how many were left
    out. A single line that is too long by itself is cut."""
    kept = list(lines)
    sizes = {id(line): len(show(line).encode()) + len(gap.encode()) for line in kept}
    total = sum(sizes.values())
    dropped = 0
    while len(_items(kept)) > 1 and total > limit:
        lightest = min(reversed(_items(kept)), key=lambda line: line.weight)
        kept = _without_bare_headings([line for line in kept if line is not lightest])
        total, dropped = sum(sizes[id(line)] for line in kept), dropped + 1
    if total <= limit:
        return [show(line) for line in kept], dropped
    return [clip(gap.join(show(line) for line in kept), limit)], dropped


def _items(lines: Sequence[BriefLine]) -> list[BriefLine]:
    return [line for line in lines if not line.heading]


def _without_bare_headings(lines: Sequence[BriefLine]) -> list[BriefLine]:
    return [
        line
        for line, following in zip(lines, [*lines[1:], None], strict=True)
        if not line.heading or (following is not None and not following.heading)
    ]


def clip(text: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8; what is cut ends with … and not inside a character, nor between it and its marks."""
    if len(text.encode()) <= limit:
        return text
    end, size = 0, len("…".encode())
    for place, character in enumerate(text):
        size += len(character.encode())
        if size > limit:
            break
        end = place + 1
    while end and _continues(text, end):
        end -= 1
    return text[:end].rstrip() + "…"


def _continues(text: str, place: int) -> bool:
    """Whether the character at a place belongs to the one before it: an accent, a skin tone, a part of a joined emoji."""
    if place >= len(text):
        return False
    here = text[place]
    joined = JOINER in (here, text[place - 1]) or "\U0001f3fb" <= here <= "\U0001f3ff"
    return joined or unicodedata.category(here) in ("Mn", "Me", "Mc")
