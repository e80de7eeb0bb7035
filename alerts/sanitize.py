"""Make strangers' words safe to print: one line, visible characters only, short."""

from __future__ import annotations

import re
import unicodedata

from rules.model import Platform

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


_GAP = r"[ .·-]{1,3}"
"""What people put between the groups of a number."""
_GROUPS = (
    (11,), (3, 8), (3, 4, 4), (3, 3, 5), (4, 3, 4), (4, 4, 3), (5, 6), (6, 5), (7, 4), (3, 4, 2, 2), (3, 2, 2, 2, 2), (1,) * 11
)  # fmt: skip
"""How the digits of a mobile number are grouped; a gap anywhere would take dates and tables for numbers."""


def _digits(groups: tuple[int, ...]) -> str:
    return _GAP.join(rf"\d{{{size}}}" for size in groups)


_KEYS = "|".join(Platform)
_START, _END = r"(?<![0-9A-Za-z])(?<![0-9A-Za-z][_=/-])", r"(?![0-9A-Za-z])"
_MOBILE = rf"(?:\+?86(?:{_GAP})?)?(?=1(?:{_GAP})?[3-9])(?:{'|'.join(map(_digits, _GROUPS))})"
PERSONAL = re.compile(
    rf"(?P<kept>(?:https?://|www\.)[!-?A-~]++(?!@)|\b(?:{_KEYS}):[\w-]+)"
    rf"|{_START}(?:\d{{17}}[\dXx]|{_digits((6, 8))}{_GAP}\d{{3}}[\dXx]){_END}"
    rf"|{_START}{_MOBILE}{_END}"
    rf"|{_START}(?:\(0\d{{2,3}}\)(?:{_GAP})?|0\d{{2,3}}{_GAP})\d{{3,4}}(?:{_GAP})?\d{{4}}{_END}"
    r"|(?<![A-Za-z0-9_.+])[A-Za-z0-9_][A-Za-z0-9_.+-]*+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
)
"""A resident identity number, a telephone number, an e-mail address; addresses and account keys are ``kept``."""


def mask_personal_data(text: str) -> str:
    """The text with personal data masked, however it is spelled: what a document for the public may repeat."""
    folded, places = _folded(text)
    said, end = [], 0
    for match in PERSONAL.finditer(folded):
        if match["kept"] is None:
            first, last = places[match.start()], places[match.end() - 1]
            said += [text[end:first], text[first : first + 2], "***", text[last]]
            end = last + 1
    return "".join((*said, text[end:]))


def _folded(text: str) -> tuple[str, list[int]]:
    """Half-width, every blank and dash the plain one, nothing invisible; and where each character stood.

    Only what an input method leaves: NFKC would turn ① into a digit of the number behind it.
    """
    folded, places = [], []
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category == "Cf":
            continue
        if category in ("Nd", "Zs", "Pd"):
            character = {"Zs": " ", "Pd": "-"}.get(category) or str(unicodedata.digit(character))
        elif "\uff01" <= character <= "\uff5e":
            character = chr(ord(character) - 0xFEE0)
        folded.append("-" if character == "\u2212" else character)
        places.append(place)
    return "".join(folded), places
