"""Readings of characters, and Latin letters read as pinyin."""

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from rules.names.tables import institutions, usual

_MARKS = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_BASIC = range(0x4E00, 0x9FA6)
_MANY = 2  # further readings are of no living use


@cache
def _readings() -> dict[str, str]:
    """Code point → readings, as pypinyin has them. Its file is read, for importing the package reads half a second of phrases
    that nobody here asks for. Raises FileNotFoundError where pypinyin is not installed."""
    spec = find_spec("pypinyin")
    folders = spec.submodule_search_locations if spec else None
    table = Path((folders or [""])[0]) / "pinyin_dict.json"
    readings: dict[str, str] = json.loads(table.read_text("utf-8"))
    return readings


def _readings_of(char: str) -> list[str]:
    return _readings().get(str(ord(char)), "").split(",")


@cache
def toned(char: str) -> frozenset[str]:
    """The readings of a character with tone digits, such as `li3`."""
    found = _readings_of(char)[:_MANY] if len(char) == 1 else []
    return frozenset(_number(reading) for reading in found if reading)


@cache
def _number(reading: str) -> str:
    letters, tone = "", "5"
    for part in unicodedata.normalize("NFD", reading.replace("ü", "v").replace("ɡ", "g")):
        if part in _MARKS:
            tone = _MARKS[part]
        elif part.isascii():
            letters += part
    return letters + tone


def reading(char: str) -> str:
    """The usual reading of a character without tone; '' where it has none."""
    return _number(_readings_of(char)[0])[:-1]


@cache
def plain(char: str) -> frozenset[str]:
    """The readings of a character without tone."""
    return frozenset(reading[:-1] for reading in toned(char))


@cache
def _by_sound() -> dict[str, str]:
    found: dict[str, str] = {}
    for char in map(chr, _BASIC):
        for sound in {_number(reading)[:-1] for reading in _readings_of(char)[:_MANY] if reading}:
            found[sound] = found.get(sound, "") + char
    return found


def sounding(sound: str) -> str:
    """The characters of the basic block with this reading."""
    return _by_sound().get(sound, "")


@cache
def syllables() -> frozenset[str]:
    """Every syllable that the readings of the basic block use."""
    written = {reading for char in map(chr, _BASIC) for reading in _readings_of(char)[:_MANY] if reading}
    return frozenset(s for s in (_number(reading)[:-1] for reading in written) if len(s) > 1 or s in "aeo")


@cache
def _used() -> frozenset[str]:
    return frozenset(char for item in institutions() for char in item.name)


@cache
def odd(char: str) -> bool:
    """True for a Chinese character that next to nobody writes: in a school's place it stands for one it looks like."""
    return len(char) == 1 and char >= "\u3400" and char not in usual() and char not in _used()


@cache
def _pattern() -> re.Pattern[str]:
    ordered = sorted((s for s in syllables() if s.isalpha()), key=lambda s: (-len(s), s))
    return re.compile("(?:" + "|".join(ordered) + ")+")


@lru_cache(maxsize=4096)
def split(run: str) -> tuple[str, ...]:
    """A run of letters as pinyin syllables, the longest first; empty when it is not all pinyin."""
    if len(run) > 48 or not _pattern().fullmatch(run):
        return ()
    known, best = syllables(), {0: ()}
    ways: dict[int, tuple[str, ...]] = dict(best)
    for end in range(1, len(run) + 1):
        for size in range(min(6, end), 0, -1):
            before = ways.get(end - size)
            piece = run[end - size : end]
            if before is not None and piece in known and (end not in ways or len(before) + 1 < len(ways[end])):
                ways[end] = (*before, piece)
    return ways.get(len(run), ())
