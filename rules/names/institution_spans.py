"""Who else a stretch of a name may belong to: the other institutions, written plainly or in disguise."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import ahocorasick

from rules.names.align import align, lenient
from rules.names.fold import is_han
from rules.names.pinyin import plain
from rules.names.tables import Institution, institutions, shapes
from rules.names.terms import core_length, folded

NEAR = 1.35
MOST = 600  # institutions aligned with one doubtful name, the likeliest first
_COMMON = frozenset("大学院职业技术专科等高校")


@dataclass(frozen=True, slots=True)
class InstitutionSpan:
    """An institution's name lying at start..end of a text, at a cost (0: letter by letter)."""

    start: int
    end: int
    cost: float
    name: str
    text: str
    gone: int = 0

    @property
    def worth(self) -> float:
        """How much of the text it explains, less what had to be assumed."""
        return len(self.text) - self.gone - 1.2 * self.cost


def _texts(item: Institution) -> Iterable[str]:
    name = folded(item.name)
    yield name
    yield from (folded(short) for short in item.short)
    size = core_length(name)
    if size >= 4:
        yield name[:size]


@cache
def _automaton() -> ahocorasick.Automaton:
    """Every institution name, short name and core, as one automaton."""
    found: dict[str, list[str]] = {}
    for item in institutions():
        for text in _texts(item):
            names = found.setdefault(text, [])
            if item.name not in names:
                names.append(item.name)
    built = ahocorasick.Automaton()
    for text, names in found.items():
        built.add_word(text, (text, tuple(names)))
    built.make_automaton()
    return built


def spans(text: str) -> list[InstitutionSpan]:
    """Every institution named in a folded text; several entries where a short name is shared."""
    found: list[InstitutionSpan] = []
    for end, (written, names) in _automaton().iter(text):
        found += [InstitutionSpan(end + 1 - len(written), end + 1, 0.0, name, written) for name in names]
    return found


@cache
def _postings() -> tuple[tuple[str, ...], dict[str, list[int]], dict[str, str], dict[str, str]]:
    """Names; character → names that have it; syllable → characters; look-alike → characters."""
    names = tuple(dict.fromkeys(folded(item.name) for item in institutions()))
    where: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        for char in set(name) - _COMMON:
            where.setdefault(char, []).append(number)
    sounds: dict[str, str] = {}
    looks: dict[str, str] = {}
    for char in where:
        for sound in plain(char):
            sounds[sound] = sounds.get(sound, "") + char
        for alike in shapes().get(char, ""):
            looks[alike] = looks.get(alike, "") + char
    return names, where, sounds, looks


@cache
def _sizes() -> tuple[int, ...]:
    """How many telling characters each name has."""
    return tuple(len(set(name) - _COMMON) for name in _postings()[0])


def _meant(part: str) -> set[str]:
    """The characters of institution names that a unit may stand for."""
    _, where, sounds, looks = _postings()
    found = set(sounds.get(part, "")) | set(looks.get(part, ""))
    if is_han(part[0]):
        found.update(char for sound in plain(part) for char in sounds.get(sound, ""))
        if part in where:
            found.add(part)
    return found


@lru_cache(maxsize=4096)
def nearest(text: tuple[str, ...]) -> tuple[InstitutionSpan, ...]:
    """The institutions whose full name is in the units `text`, perhaps in disguise; the best explained first."""
    names, where, _, _ = _postings()
    own = _sizes()
    counts: Counter[int] = Counter()
    for part in set(text):
        numbers = {number for char in _meant(part) for number in where[char]}
        counts.update(numbers)
    found: list[InstitutionSpan] = []
    full = (
        number for number, count in counts.items() if count + 1 >= own[number] and len(names[number]) <= len(text) + 1
    )
    for number in sorted(full, key=lambda n: -counts[n])[:MOST]:
        name = names[number]
        place = align(name, text, lenient, NEAR)
        if place:
            gone = sum(len(edit.was) for edit in place.edits if not edit.now)
            found.append(InstitutionSpan(place.start, place.end, place.cost, name, name, gone))
    return tuple(sorted(found, key=lambda owner: (-owner.worth, owner.name))[:8])


@cache
def _provinces() -> dict[str, str]:
    return {item.name: item.province for item in institutions()}


def longer(
    found: Sequence[InstitutionSpan], start: int, end: int, provinces: Collection[str] = ()
) -> InstitutionSpan | None:
    """The longest other name that holds start..end and more; of several users the one in a province named beside it."""
    holding = [o for o in found if o.start <= start and end <= o.end and o.end - o.start > end - start]
    return max(holding, key=lambda o: (o.end - o.start, _provinces()[o.name] in provinces, o.name), default=None)
