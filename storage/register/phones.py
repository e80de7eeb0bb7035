"""Telephone numbers and e-mail addresses as one spelling: half-width, a mobile number without gaps."""

from __future__ import annotations

import re
import unicodedata

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))
_MOBILE = re.compile(r"(?<!\d)(\+?86[-. ]*)?(1[-. ]*[3-9](?:[-. ]*\d){9})(?![-. ]*\d)")
_WHOLE = re.compile(r"\+?\d[\d-]{6,}")


def tidy(contact: str) -> tuple[str, ...]:
    """One item of 联系电话 or 电子邮箱, NFKC; 138 0013 8000 is 13800138000, and two whole numbers side by side are two."""
    found = " ".join(unicodedata.normalize("NFKC", contact).translate(_DASHES).split())
    parts = found.split(" ")
    if len(parts) > 1 and all(_WHOLE.fullmatch(part) for part in parts):
        return tuple(parts)
    return (_MOBILE.sub(lambda match: ("+86" if match[1] else "") + re.sub(r"\D", "", match[2]), found),)
