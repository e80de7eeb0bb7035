"""Folds a name to plain characters: full-width, traditional, look-alike letters and invisible signs are undone."""

import re
import unicodedata
from dataclasses import dataclass

from opencc import OpenCC

from rules.names.tables import letters

GAP = " "
STROKES = frozenset("丨丶丿亅乀乁〆〡ㅣㆍ々ー")  # letters to Unicode, separators to users
MAX_UNITS = 512  # nothing calls itself more; bounds every later step
_TO_SIMPLE = OpenCC("t2s")
_BASE = re.compile(r"LATIN (?:CAPITAL |SMALL |LETTER SMALL CAPITAL )?(?:LETTER )?([A-Z])(?: WITH .*)?$")
_RINGED = ((0x1F1E6, 26), (0x1F150, 26), (0x1F170, 26), (0x1F130, 26))


def is_han(char: str) -> bool:
    """True for a CJK ideograph of the blocks in common use."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or char >= "\U00020000"


def _plain(char: str) -> str:
    """One NFKC character to its plain form; '' when it cannot be seen, GAP when it only separates."""
    if char in STROKES:
        return GAP
    mapped = letters().get(char)
    if mapped:
        return mapped
    if is_han(char):
        return str(_TO_SIMPLE.convert(char))
    if char.isascii():
        return char.lower() if char.isalnum() else _ascii_gap(char)
    return _other(char)


def _ascii_gap(char: str) -> str:
    return GAP if char.isprintable() or char.isspace() else ""


def _other(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cf", "Mn", "Me", "Cc", "Cs", "Cn", "Co"} or char in "\u115f\u1160\u3164\uffa0\u180e":
        return ""
    if category[0] in "PSZ":
        return GAP
    named = _BASE.match(unicodedata.name(char, ""))
    return named.group(1).lower() if named else char.lower()


def fold_char(char: str) -> str:
    """One written character to what it stands for: '' (invisible), GAP, or folded characters."""
    if char in letters():
        return letters()[char]
    for first, count in _RINGED:
        if first <= ord(char) < first + count:
            return chr(ord("a") + ord(char) - first)
    parts = unicodedata.normalize("NFKC", char)
    if len(parts) > 1:
        parts = "".join(p for p in unicodedata.normalize("NFD", parts) if unicodedata.category(p) != "Mn")
    elif not is_han(parts) and not parts.isascii():
        base = unicodedata.normalize("NFD", parts)
        parts = base[0] if base[:1].isascii() and base else parts
    folded = "".join(_plain(p) for p in parts)
    return folded.strip() or (GAP if GAP in folded else "")


class _Cache(dict[str, str]):
    """Character → folded text, worked out once per character; bounded by Unicode."""

    def __missing__(self, char: str) -> str:
        self[char] = value = fold_char(char)
        return value


FOLD = _Cache()


@dataclass(frozen=True, slots=True)
class NameUnit:
    """One Han character, or one run of Latin letters, or one of digits, of a folded name.

    `start` and `end` are offsets into the name as given; `gap` tells that something separated it from the unit before.
    """

    text: str
    start: int
    end: int
    gap: bool
    raw: str

    @property
    def han(self) -> bool:
        """True for a Han character."""
        return is_han(self.text[0])


def _runs(name: str) -> list[tuple[str, int, bool]]:
    """Folded characters with their offset and whether a gap came before."""
    found: list[tuple[str, int, bool]] = []
    gap = False
    for at, char in enumerate(name):
        folded = FOLD[char]
        if folded == GAP:
            gap = True
        elif folded:
            for part in folded:
                found.append((part, at, gap))
                gap = False
            if len(found) > MAX_UNITS:
                break
    return found


def units(name: str) -> list[NameUnit]:
    """The units of a name, at most MAX_UNITS."""
    made: list[NameUnit] = []
    for char, at, gap in _runs(name):
        last = made[-1] if made else None
        joins = last and not gap and not last.han and not is_han(char) and last.text[-1].isdigit() == char.isdigit()
        if last and joins:
            made[-1] = NameUnit(last.text + char, last.start, at + 1, last.gap, name[last.start : at + 1])
        else:
            made.append(NameUnit(char, at, at + 1, gap, name[at]))
    return made[:MAX_UNITS]
