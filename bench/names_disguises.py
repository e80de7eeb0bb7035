"""Disguises kept apart from the matcher's own tables: other scripts, letters of signs, slips of the pen, glued words.

`names_attacks` draws look-alikes and homophones from the tables that the matcher uses; what is here is written down
independently of them, so that a figure over it says something about names that nobody tuned for.
"""

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from bench.names_attacks import SUFFIXES, taken
from bench.names_sets import Row
from rules.names import ProtectedSchool
from rules.names.pinyin_spellings import spellings

# Scripts as the names of their letters begin: what a keyboard of fancy letters types for a Latin one.
SCRIPTS = (
    "MATHEMATICAL BOLD CAPITAL {}", "MATHEMATICAL ITALIC CAPITAL {}", "MATHEMATICAL BOLD SCRIPT CAPITAL {}",
    "MATHEMATICAL BOLD FRAKTUR CAPITAL {}", "MATHEMATICAL DOUBLE-STRUCK CAPITAL {}", "MATHEMATICAL MONOSPACE CAPITAL {}",
    "MATHEMATICAL SANS-SERIF ITALIC CAPITAL {}", "NEGATIVE SQUARED LATIN CAPITAL LETTER {}", "SQUARED LATIN CAPITAL LETTER {}",
    "NEGATIVE CIRCLED LATIN CAPITAL LETTER {}", "CIRCLED LATIN CAPITAL LETTER {}", "PARENTHESIZED LATIN SMALL LETTER {}",
    "REGIONAL INDICATOR SYMBOL LETTER {}", "FULLWIDTH LATIN CAPITAL LETTER {}", "LATIN LETTER SMALL CAPITAL {}",
    "MODIFIER LETTER CAPITAL {}", "TAG LATIN CAPITAL LETTER {}",
)  # fmt: skip
LISU = dict(zip("ABCDEFGHIJKLMNOPRSTUVWXYZ", "ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", strict=True))
CHEROKEE = dict(zip("ABCDEGHIJKLMPRSTVWYZ", "ᎪᏴᏟᎠᎬᏀᎻᏆᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᎩᏃ", strict=True))
COPTIC = dict(zip("BCHIKMNOPTXYZ", "ⲂⲤⲎⲒⲔⲘⲚⲞⲢⲦⲬⲨⲌ", strict=True))
SYLLABICS = dict(zip("ABDHJKLMPSTUVWX", "ᗅᗷᗞᕼᒍᐸᒪᗰᑭᔕᎢᑌᐯᗯ᙭", strict=True))
ARMENIAN = dict(zip("SUOTHN", "ՏՍՕԵՀՈ", strict=True)) | {"T": "Ҭ", "H": "Ԋ", "N": "Ν"}
TIFINAGH = dict(zip("OIEXSW", "ⵔⵏⴹⵝⵚⵡ", strict=True)) | {"E": "ⴹ"}
LETTERS = (LISU, CHEROKEE, COPTIC, SYLLABICS, ARMENIAN)
SIGNS = {
    "A": ("/\\", "/-\\", "4", "@"), "B": ("|3", "8", "13"), "C": ("(", "<", "["), "D": ("|)", "|>", "[)", "|]"),
    "E": ("3", "€"), "F": ("|=", "ƒ"), "G": ("6", "9"), "H": ("|-|", "#", "}{"), "I": ("1", "!", "|"), "J": ("_|",),
    "K": ("|<", "|{"), "L": ("|_", "1", "£"), "M": ("|\\/|", "/\\/\\", "^^"), "N": ("|\\|", "/\\/"), "O": ("0", "()"),
    "P": ("|>", "|*"), "Q": ("0_", "(,)"), "R": ("|2", "12"), "S": ("5", "$"), "T": ("7", "+", "†"), "U": ("|_|", "(_)", "µ"),
    "V": ("\\/",), "W": ("\\/\\/", "VV", "vv"), "X": ("><", "}{"), "Y": ("`/", "¥"), "Z": ("2", "7_"),
}  # fmt: skip
GLUED = (
    "sec",
    "box",
    "hub",
    "lab",
    "bot",
    "helper",
    "wiki",
    "mirror",
    "ctf",
    "wall",
    "lib",
    "club",
    "cloud",
    "map",
    "course",
)
EAR = (("zh", "j"), ("sh", "s"), ("ng", "n"), ("ei", "ay"), ("qi", "chi"), ("x", "sh"), ("ch", "c"), ("y", "i"), ("ia", "a"),
       ("c", "s"), ("ph", "f"), ("i", "y"), ("ou", "o"), ("gu", "kw"))  # fmt: skip
ADDED = ("新", "小", "市", "的", "堂", "科", "省", "好", "之", "老")


def _named(pattern: str, letter: str) -> str:
    """The character of that name; the letter where there is none."""
    try:
        return unicodedata.lookup(pattern.format(letter))
    except KeyError:
        return letter


def scripts(short: str, pick: random.Random) -> Iterator[str]:
    """An abbreviation in capitals, in letters of other scripts."""
    for pattern in SCRIPTS:
        made = "".join(_named(pattern, c) for c in short)
        if made != short and "TAG" not in pattern:
            yield made
    for table in LETTERS:
        known = [i for i, c in enumerate(short) if c in table]
        if known:
            yield "".join(table.get(c, c) for c in short)
            at = pick.choice(known)
            yield short[:at] + table[short[at]] + short[at + 1 :]


def signs(short: str, pick: random.Random) -> Iterator[str]:
    """One, then two letters of an abbreviation built of signs."""
    spots = [i for i, c in enumerate(short) if c in SIGNS]
    for count in (1, 1, 2):
        chosen = pick.sample(spots, min(count, len(spots)))
        yield "".join(pick.choice(SIGNS[c]) if i in chosen else c for i, c in enumerate(short))


def doubled(name: str, pick: random.Random) -> Iterator[str]:
    """A character of a long name twice; a character put in before its last word."""
    for at in range(len(name)):
        yield name[: at + 1] + name[at:]
    at = pick.randrange(2, len(name))
    yield name[:at] + pick.choice(ADDED) + name[at:]


def misspelt(name: str, pick: random.Random) -> Iterator[str]:
    """An English name with one slip in one word: swapped, dropped, doubled, wrong vowel, as heard."""
    words = name.split()
    for at in (i for i, w in enumerate(words) if len(w) > 4):
        word = words[at]
        spot = pick.randrange(1, len(word) - 1)
        vowels = [i for i, c in enumerate(word) if c in "aeiou" and i]
        made = [word[:spot] + word[spot + 1] + word[spot] + word[spot + 2 :], word[:spot] + word[spot + 1 :],
                word[:spot] + word[spot] + word[spot:]]  # fmt: skip
        if vowels:
            i = pick.choice(vowels)
            made.append(word[:i] + pick.choice("aeiou".replace(word[i], "")) + word[i + 1 :])
        heard = [word.lower().replace(a, b, 1).capitalize() for a, b in EAR if a in word.lower()]
        made += pick.sample(heard, min(1, len(heard)))
        yield from (" ".join([*words[:at], m, *words[at + 1 :]]) for m in made if m != word)


def glued(short: str, pick: random.Random) -> Iterator[str]:
    """An abbreviation and a Latin word without anything between."""
    word = pick.choice(GLUED)
    yield from (short + word, short.lower() + word, short + word.capitalize())


def mixed(name: str, pick: random.Random) -> Iterator[str]:
    """A long name partly in pinyin: a part of it, and every second character."""
    at = pick.randrange(1, len(name) - 1)
    end = pick.randrange(at + 1, len(name) + 1)
    for cut in ((at, end), (0, at), (end - 1, end)):
        way = spellings(name[slice(*cut)])
        if way:
            yield name[: cut[0]] + way[0] + name[cut[1] :]
            yield name[: cut[0]] + way[0].upper() + name[cut[1] :]


KINDS: dict[str, tuple[str, Callable[[str, random.Random], Iterator[str]]]] = {
    "script": ("abbreviation", scripts), "signs": ("abbreviation", signs), "glued": ("abbreviation", glued),
    "doubled": ("full", doubled), "mixed": ("full", mixed), "misspelt": ("english", misspelt),
}  # fmt: skip


def disguises(school: ProtectedSchool, seed: int) -> Iterator[Row]:
    """Every kind for every name of a school that the kind applies to; abbreviations with a campus word behind them."""
    pick = random.Random(f"{seed}{school.name}")
    for kind, (key, make) in KINDS.items():
        for name in getattr(school.names, key):
            if key == "abbreviation" and not (name.isascii() and name.isalpha() and len(name) > 2):
                continue
            for made in make(name.upper() if key == "abbreviation" else name, pick):
                tail = pick.choice(SUFFIXES) if kind in ("script", "signs") else pick.choice(("", *SUFFIXES))
                if key == "english" or kind == "glued":
                    tail = ""
                if not taken(made):
                    yield Row(made + tail, school.name, kind)


BORDERS = ("大街", "大厦", "大道", "大酒店", "大药房", "大剧院", "大桥", "大楼", "大集", "大妈")
LEARNING = ("城", "城店", "习", "习强国", "路", "路口", "学问", "生活动中心", "堂餐厅")


def borders(schools: Sequence[ProtectedSchool]) -> Iterator[Row]:
    """Words that only begin inside a protected name: …大街 for a short name in 大, …大学城 for a full one."""
    for school in schools:
        for short in {*school.names.short, *school.names.contested}:
            if short.endswith("大"):
                yield from (Row(short[:-1] + word, None, "border", school.name) for word in BORDERS)
        for full in school.names.full:
            if full.endswith("大学"):
                yield from (Row(full + word, None, "learning", school.name) for word in LEARNING[:2] + LEARNING[2:4])
