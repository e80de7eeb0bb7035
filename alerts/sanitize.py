"""Make strangers' words safe to print: one line, visible characters only, short."""

from __future__ import annotations

import re
import unicodedata

HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp", "Zs"}
"""Categories that print as nothing, or that turn the text around them (bidi controls are Cf)."""
BLANK = set("\u3164\u115f\u1160\uffa0\u2800\u034f\u17b4\u17b5")
"""Letters by category, blanks to the eye."""
NAME, SENTENCE = 40, 400
"""How long a name and a sentence may be, in characters."""


def clean(value: object, limit: int = SENTENCE) -> str:
    """The value as one line of at most ``limit`` visible characters; ``…`` marks what was cut."""
    text = str(value)
    # A 10 MB name must not cost 10 MB of category look-ups, nor NFKC blow up: cut first, generously.
    shown = "".join(_visible(character) for character in text[: limit * 20])
    shown = re.sub(r"\s+", " ", _unstack(shown)).strip()
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def name(value: object, limit: int = NAME) -> str:
    """A cleaned name, or a placeholder a reader understands where nothing visible is left."""
    return clean(value, limit) or "（名称为空或不可见）"


def _visible(character: str) -> str:
    if character in BLANK:
        return " "
    category = unicodedata.category(character)
    if category not in HIDDEN:
        return character
    return " " if category.startswith("Z") or character in "\t\r\n\v\f" else ""


def _unstack(text: str) -> str:
    """At most one combining mark on a letter: towers of them paint over the neighbouring lines."""
    kept: list[str] = []
    for character in text:
        mark = unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me")
        if not (mark and kept and unicodedata.category(kept[-1]) in ("Mn", "Me")):
            kept.append(character)
    return "".join(kept)


PERSONAL = re.compile(
    r"(?<![0-9A-Za-z/=:_-])(?P<phone>(?:\+?86[- ]?)?1[3-9]\d{9})(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])(?P<id>\d{17}[\dXx])(?![0-9A-Za-z])"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
)
"""A mobile number, a resident identity number, an e-mail address; office landlines are not personal data."""


def mask_personal_data(text: str) -> str:
    """The text with personal data masked: what a document for the public may repeat."""
    return PERSONAL.sub(lambda match: match[0][:2] + "***" + match[0][-1:], text)
