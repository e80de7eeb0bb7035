"""Writes shapes.tsv, look-alikes of common characters and of those in institutions' names, and usual.txt.

Run by hand, never at run time: `python -m rules.names.data.shapes --char-similar DIR --images FILE` where DIR is the
`data` folder of an unpacked char-similar 0.0.2 (MIT) and FILE was written by glyphs.py. A look-alike is dropped where
it would turn one real institution into another.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from rules.names.tables import DATA, institutions

KEEP, FLOOR = 30, 0.48
KIN, KIN_FLOOR = 24, 0.36  # characters that share a component, the commonest first: those are the ones people can type
LIVING = 13.1  # log frequency of the 3,000th character: any of these may be in the name of a body not in the table
USUAL = 4500  # the commonest characters: any other one in a school's place stands for one that it looks like
EVERYDAY = 20.3  # log frequency: nobody takes 不, 人 or 有 for another character
STROKE, CORNER, PARTS, INSIDE = 0.40, 0.25, 0.20, 0.15  # the weights measured in shared/notes/naming.md, section 5


class Glyphs:
    """char-similar's tables, read once."""

    def __init__(self, folder: Path, images: Path) -> None:
        """Reads the tables used; raises FileNotFoundError when the folder is not char-similar's."""
        rows = (line.split("\t") for line in images.read_text(encoding="utf-8").splitlines())
        self.images = {char: alike for char, alike in rows}
        self.order: dict[str, str] = self._load(folder, "order")
        self.corner: dict[str, str] = self._load(folder, "fourangle")
        self.parts: dict[str, list[str]] = self._load(folder, "stroke")
        self.common: dict[str, float] = self._load(folder, "frequency")
        self.chars = sorted(c for c in self.order if self.order[c])
        self.holders: dict[str, set[str]] = {}
        for char in self.chars:
            for part in self.parts.get(char, []):
                self.holders.setdefault(part, set()).add(char)

    @staticmethod
    def _load(folder: Path, name: str) -> Any:
        return json.loads((folder / f"char_{name}.dict").read_text(encoding="utf-8"))

    def likeness(self, left: str, right: str, strokes: float) -> float:
        """0–1; `strokes` is the similarity of the two stroke orders."""
        corners = zip(self.corner.get(left, "")[:4], self.corner.get(right, "")[:4], strict=False)
        a, b = set(self.parts.get(left, [left])), set(self.parts.get(right, [right]))
        shared = len(a & b) / len(a | b)
        inside = left in b or right in a
        corner = sum(x == y for x, y in corners) / 4
        return STROKE * strokes + CORNER * corner + PARTS * shared + INSIDE * inside

    def nearest(self, char: str) -> list[str]:
        """The characters most like `char`, best first."""
        scores = process.cdist(
            [self.order.get(char, "")], [self.order[c] for c in self.chars], scorer=Levenshtein.normalized_similarity
        )[0]
        found = [(self.likeness(char, c, float(s)), c) for c, s in zip(self.chars, scores, strict=True) if c != char]
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        best = [c for score, c in found[:KEEP] if score >= FLOOR]
        merged = dict.fromkeys([*best[:8], *self.images.get(char, ""), *best, *self.kin(char)])
        return [c for c in merged if self.common.get(c, 0) < EVERYDAY]

    def kin(self, char: str) -> list[str]:
        """Common characters built on `char`, or on its last component (the one that gives most of its look)."""
        last = self.parts.get(char, [])[-1:]
        pool = set(self.holders.get(char, ())) | {c for p in last for c in self.holders.get(p, ())}
        size = len(self.order.get(char, ""))
        near = [c for c in pool if c != char and abs(len(self.order[c]) - size) <= 4 and self.common.get(c, 0) > 9]
        strokes = {c: Levenshtein.normalized_similarity(self.order[char], self.order[c]) for c in near}
        alike = [c for c in near if self.likeness(char, c, strokes[c]) >= KIN_FLOOR]
        return sorted(alike, key=lambda c: (-self.common[c], c))[:KIN]


def lines(glyphs: Glyphs, names: Iterable[str]) -> Iterable[str]:
    """One line per character: the character, a tab, its look-alikes."""
    known = frozenset(names)
    living = (c for c, count in glyphs.common.items() if count >= LIVING)
    for char in sorted({c for c in (*"".join(known), *living) if c in glyphs.order and "\u4e00" <= c <= "\u9fff"}):
        pool = frozenset(name for name in known if char in name)
        alike = [c for c in glyphs.nearest(char) if not any(n.replace(char, c, 1) in known for n in pool)]
        yield f"{char}\t{''.join(alike)}\n"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--char-similar", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    args = parser.parse_args()
    names = [name for item in institutions() for name in (item.name, *item.short)]
    head = "# look-alikes, most alike first; from char-similar 0.0.2 (MIT) and pictures of Noto Sans CJK (OFL),\n# see shapes.py and glyphs.py; 2026-11\n"
    glyphs = Glyphs(args.char_similar, args.images)
    (DATA / "shapes.tsv").write_text(head + "".join(lines(glyphs, names)), encoding="utf-8")
    usual = sorted((c for c in glyphs.common if "\u4e00" <= c <= "\u9fff"), key=lambda c: (-glyphs.common[c], c))
    (DATA / "usual.txt").write_text("".join(usual[:USUAL]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
