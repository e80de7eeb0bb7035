"""The packaged facts: institutions, look-alike shapes, letters, and the small reviewed word lists."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

DATA = Path(str(files("rules.names.data")))


COMMON = 8  # a character in more institutions' names than this is another name, not a look-alike (hand-made ones stay)


@dataclass(frozen=True, slots=True)
class Institution:
    """One institution of higher education; `kind` is `current` or `former`."""

    name: str
    code: str
    province: str
    kind: str
    short: tuple[str, ...]
    english: tuple[str, ...]
    abbreviation: tuple[str, ...]
    historic: tuple[str, ...]


def _lines(name: str) -> list[str]:
    text = (DATA / name).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("# ")]


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part for part in (p.strip().rstrip("*") for p in cell.split(";")) if part and part[0] != "〔")


@cache
def institutions() -> tuple[Institution, ...]:
    """Every institution in the table (source and date: head of data/institutions.tsv)."""
    rows = (line.split("\t") for line in _lines("institutions.tsv")[1:])
    return tuple(Institution(r[0], r[1], r[2], r[3], *map(_list, r[4:8])) for r in rows)


@cache
def shapes() -> dict[str, str]:
    """Character → the characters that look like it."""
    used = Counter(char for item in institutions() for char in set(item.name))
    table: dict[str, str] = {}
    for name, most in (("shapes.tsv", COMMON), ("shapes_more.tsv", len(institutions()))):
        for line in _lines(name):
            char, _, alike = line.partition("\t")
            table[char] = table.get(char, "") + "".join(c for c in alike if used[c] <= most)
    return table


@cache
def usual() -> frozenset[str]:
    """The characters that people write: the 4,500 commonest."""
    return frozenset((DATA / "usual.txt").read_text(encoding="utf-8").strip())


@cache
def letters() -> dict[str, str]:
    """Character → the character it is mistaken for (Latin, Kana, radicals, variants): Unicode's table, then ours."""
    lines = (*_lines("confusables.tsv"), *_lines("letters.tsv"))
    return {ch: line[0] for line in lines for ch in line[2:].replace(" ", "")}


@cache
def signs() -> dict[str, tuple[str, ...]]:
    """Latin letter → how it is built of digits and signs."""
    return {line[0]: tuple(line[2:].split()) for line in _lines("signs.tsv")}


@cache
def words(name: str) -> frozenset[str]:
    """One section of words.tsv: `name`, a tab, words separated by blanks."""
    found: set[str] = set()
    for line in _lines("words.tsv"):
        key, _, rest = line.partition("\t")
        if key == name:
            found.update(rest.split())
    return frozenset(found)
