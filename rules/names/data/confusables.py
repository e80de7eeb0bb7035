"""Writes confusables.tsv from Unicode's table of look-alikes: `python -m rules.names.data.confusables FILE`.

FILE is confusables.txt of UTS #39 (Unicode security mechanisms). Kept are the characters that stand for one Latin
letter, and the kana and radicals that stand for one Chinese character; what unicodedata folds by itself is left out, as
are digits and Chinese characters (shapes.tsv knows what those look like). Run by hand, never at run time.
"""

import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
HEAD = (
    "# What each sign is mistaken for: the target, a tab, the signs. From confusables.txt of UTS #39, version {version},\n"
    "# © {year} Unicode, Inc., used under the Unicode License v3 (https://www.unicode.org/license.txt); built by confusables.py.\n"
    "# Unicode draws I, 1 and | to l; here they are i unless the sign is some script's L.\n"
)
_ELLS = frozenset(("L", "LAMDA", "EL", "LA", "LAN", "LE"))  # what an L is called in the names of its signs
_ALSO = {"rn": "m", "vv": "w"}  # Unicode writes m as r and n


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Each single character of the table with what it is mistaken for."""
    for line in text.splitlines():
        fields = line.partition("#")[0].split(";")
        if len(fields) > 2:
            source, target = ("".join(chr(int(code, 16)) for code in f.split()) for f in fields[:2])
            if len(source) == 1:
                yield source, target


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c)[0] != "M")


def _han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _asian(name: str) -> bool:
    return name.startswith(("KATAKANA", "HIRAGANA", "HANGUL", "BOPOMOFO"))


def letter(source: str, target: str) -> str:
    """The Latin letter or Chinese character that a sign is taken for; '' where it is left out."""
    name, bare = unicodedata.name(source, ""), _bare(target)
    bare = _ALSO.get(bare, bare)
    if len(bare) != 1 or unicodedata.category(source) in ("Nd", "No") or "IDEOGRAPH" in name or not name:
        return ""
    plain = unicodedata.normalize("NFKC", source)
    if _bare(plain).isascii() or plain == bare or _han(plain[0]):
        return ""
    if _han(bare):
        return bare if "KATAKANA" in name or "RADICAL" in name else ""
    if not (bare.isascii() and bare.isalpha()) or unicodedata.category(source)[0] != "L" or _asian(name):
        return ""  # signs such as × and ∣ separate
    if bare != "l":
        return bare.lower()
    return "l" if name.partition(" WITH ")[0].split()[-1] in _ELLS else "i"


def main() -> None:
    """The command line."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8-sig")
    version = next(line.split(":")[1].strip() for line in text.splitlines() if line.startswith("# Version:"))
    year = next(line.split("©")[1].split()[0] for line in text.splitlines() if "©" in line)
    found: dict[str, list[str]] = {}
    for source, target in pairs(text):
        meant = letter(source, target)
        if meant:
            found.setdefault(meant, []).append(source)
    body = "".join(f"{meant}\t{''.join(signs)}\n" for meant, signs in sorted(found.items()))
    (HERE / "confusables.tsv").write_text(HEAD.format(version=version, year=year) + body, encoding="utf-8")


if __name__ == "__main__":
    main()
