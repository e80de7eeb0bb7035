"""Names nobody wrote by hand: imitations of any school by category, and names that only look like one.

The categories are those of the shared labelled.tsv, so that a school nobody tuned for can be asked for each of them.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from opencc import OpenCC

from bench.names_sets import Row
from rules.names import ProtectedSchool
from rules.names.pinyin import plain
from rules.names.pinyin_spellings import spellings
from rules.names.tables import institutions, shapes
from rules.names.terms import folded, sharers
from rules.names.word_list import frequencies

SUFFIXES = (
    "表白墙",
    "校园墙",
    "学生会",
    "招生办",
    "考研",
    "二手群",
    "树洞",
    "图书馆",
    "研究生会",
    "新生群",
    "失物招领",
    "社联",
)
BARE = ("", *SUFFIXES)  # long names also stand alone
INTROS = ("爱在", "走进", "玩转", "掌上", "品味", "微", "i", "今日")
NICKS = ("{}er", "{}人", "{}那些事", "{}吃瓜", "i{}", "{}小姐姐", "{}er的日常", "翱翔{}", "{}百事通")
SIGNS = ("·", "★", "-", "_", "~", "、", " ", "❤", "|", "丨", ".", "🎓")
HIDDEN = ("\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad")
RADICALS = dict(zip("工大西南山北山方文日木水火田石立里言", "⼯⼤⻄南⼭北⼭⽅⽂⽇⽊⽔⽕⽥⽯⽴⾥⾔", strict=True))
LEET = {"I": "1", "O": "0", "S": "5", "T": "7", "B": "8", "A": "4", "U": "|_|", "W": "VV", "Z": "2", "E": "3", "C": "("}
CYRILLIC = dict(zip("ABCEHIJKMNOPSTUXYZ", "АВСЕНІЈКМΝОРЅТՍХУΖ", strict=True))
Make = Callable[[ProtectedSchool], str | None]


@dataclass
class Attacks:
    """One disguise at a time, drawn with `random`; look-alikes come from `looks`, the matcher's own table by default."""

    seed: int
    looks: dict[str, str] = field(default_factory=shapes)

    def __post_init__(self) -> None:
        """Homophones are drawn from the characters that jieba's list uses as words."""
        self.random = random.Random(self.seed)
        self.traditional = OpenCC("s2t").convert
        self.sounds: dict[str, list[str]] = defaultdict(list)
        for char in (w for w, f in frequencies().all().items() if len(w) == 1 and f > 500):
            for sound in plain(char):
                self.sounds[sound].append(char)

    def sounding(self, char: str) -> list[str]:
        """Characters that sound like `char`."""
        return [s for p in sorted(plain(char)) for s in self.sounds[p] if s != char]

    def looking(self, char: str) -> str:
        """Characters that look like `char`, the likest first."""
        return self.looks.get(char, "")[:8]

    def swap(self, name: str, options: Callable[[str], Sequence[str]], keep: str = "大学院") -> str | None:
        """The name with one character replaced by one of its `options`."""
        spots = [i for i, c in enumerate(name) if c not in keep and options(c)]
        if not spots:
            return None
        at = self.random.choice(spots)
        return name[:at] + self.random.choice(options(name[at])) + name[at + 1 :]

    def make(self, kind: str, name: str) -> str | None:
        """One disguise of `name`; None where the kind does not apply."""
        pick, at = self.random, self.random.randrange(1, len(name))
        if kind in ("missing_char", "extra_char", "reorder") and len(name) < 6:
            return None
        match kind:
            case "plain":
                return name
            case "inserted_symbols":
                return pick.choice(SIGNS).join(name)
            case "one_symbol":
                return name[:at] + pick.choice(SIGNS) + name[at:]
            case "zero_width":
                return pick.choice(HIDDEN).join(name)
            case "traditional":
                return self.traditional(name) if self.traditional(name) != name else None
            case "kangxi_radical":
                made = "".join(RADICALS.get(c, c) for c in name)
                return made if made != name else None
            case "homophone":
                return self.swap(name, self.sounding)
            case "lookalike":
                return self.swap(name, self.looking, "院")
            case "mixed_pinyin":
                return self.swap(name, lambda c: sorted(plain(c)))
            case "pinyin":
                return spellings(name)[0] if len(name) > 2 and spellings(name) else None
            case "missing_char":
                return name[:at] + name[at + 1 :]
            case "extra_char":
                return name[:at] + pick.choice(("的", "新", "小", "市", name[at])) + name[at:]
            case "reorder":
                return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
            case "combined":
                first = self.swap(name, self.sounding) or name
                return pick.choice(SIGNS).join(self.traditional(first))
        raise ValueError(kind)

    def latin(self, kind: str, short: str) -> str | None:
        """One disguise of an abbreviation in capitals; None where the kind does not apply."""
        spots = [i for i, c in enumerate(short) if c in (LEET if kind == "digit_leet" else CYRILLIC)]
        if kind == "fullwidth":
            return "".join(chr(ord(c) + 0xFEE0) for c in short)
        if kind == "latin_styled":
            first = self.random.choice((0x24B6, 0x1D400, 0x1D5D4, 0x1F130))
            return "".join(chr(first + ord(c) - 65) for c in short)
        if not spots:
            return None
        if kind == "digit_leet":
            at = self.random.choice(spots)
            return short[:at] + LEET[short[at]] + short[at + 1 :]
        return "".join(CYRILLIC.get(c, c) for c in short)


HAN = ("plain", "inserted_symbols", "one_symbol", "zero_width", "traditional", "kangxi_radical", "homophone", "lookalike",
       "mixed_pinyin", "pinyin", "missing_char", "extra_char", "reorder", "combined")  # fmt: skip
LATIN = ("fullwidth", "latin_styled", "latin_homoglyph", "digit_leet")


def taken(made: str) -> bool:
    """True when a disguise happens to be another institution's own name."""
    return folded(made) in sharers()


def imitations(school: ProtectedSchool, attacks: Attacks) -> Iterator[Row]:
    """Every category of use that the school's names allow."""
    pick, names = attacks.random, school.names
    for name in (*names.full, *(s for s in names.short if len(s) > 2)):
        for kind in HAN:
            made = attacks.make(kind, folded(name))
            if made and (kind == "plain" or not taken(made)):
                yield Row(made + pick.choice(SUFFIXES if len(name) < 4 else BARE), school.name, kind)
    for short in (s for s in names.short if len(s) > 1):
        yield Row(short + pick.choice(SUFFIXES), school.name, "abbreviation_in_name")
        yield Row(pick.choice(INTROS) + short, school.name, "abbreviation_in_name")
        yield Row(pick.choice(NICKS).format(short), school.name, "nickname")
    for name in names.historic:
        yield Row(name + pick.choice(SUFFIXES), school.name, "historic_name")
    for short in (s.upper() for s in names.abbreviation if s.isascii() and len(s) > 2):
        yield Row(short + pick.choice(SUFFIXES), school.name, "abbreviation_in_name")
        for kind in LATIN:
            made = attacks.latin(kind, short)
            if made:
                yield Row(made + pick.choice(SUFFIXES), school.name, kind)
    for name in names.english:
        yield from (Row(made, school.name, "english") for made in _english(name, attacks))


def _english(name: str, attacks: Attacks) -> Iterator[str]:
    yield name.lower()
    yield name.replace(" ", "") + " Alumni"
    yield name.replace("University", "Univ.").replace("Technology", "Tech")
    word = max(name.split(), key=len)
    at = attacks.random.randrange(1, len(word) - 2)
    yield name.replace(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :])


def disguised_others(schools: Sequence[ProtectedSchool], attacks: Attacks) -> Iterator[Row]:
    """The same disguises of all other institutions' names: none of them may be flagged."""
    mine = {s.name for s in schools}
    for item in institutions():
        owned = item.name in mine or any(item.name in s.names.historic or item.name.startswith(s.name) for s in schools)
        for kind in () if owned else HAN:
            made = attacks.make(kind, folded(item.name))
            if made:
                yield Row(made + attacks.random.choice(BARE), None, kind)


def everyday(schools: Sequence[ProtectedSchool], attacks: Attacks, each: int = 8) -> Iterator[Row]:
    """Words of daily language in which a short name, or the sound of one, happens to stand."""
    words = [w for w, f in frequencies().all().items() if f > 300 and 1 < len(w) < 5]
    for school in schools:
        for short in {*school.names.short, *school.names.contested}:
            ends = [w for w in words if w.endswith(short[0]) and short not in w]
            starts = [w for w in words if w.startswith(short[1:]) and w != short[1:]]
            for _ in range(each if ends and starts and len(short) == 2 else 0):
                made = attacks.random.choice(ends) + attacks.random.choice(starts)
                if not any(short in s for s in sharers() if s in made):
                    yield Row(made, None, "hard_negative_word_boundary", school.name)
            sound = spellings(short)[:1]
            for word in (w for w in words if len(w) == len(short) and w != short and spellings(w)[:1] == sound):
                yield Row(
                    word + attacks.random.choice(("", "工作室", "网", "俱乐部")), None, "hard_negative_homophone_word"
                )
