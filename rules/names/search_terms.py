"""What to search for to discover accounts that use or imitate a school's name, and whose a verified body is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rules.names import institution_spans
from rules.names.model import NameKind
from rules.names.pinyin import toned
from rules.names.pinyin_spellings import spellings
from rules.names.protected import ProtectedSchool
from rules.names.tables import shapes
from rules.names.terms import folded
from rules.names.word_list import frequencies

MOST = 2000
SUFFIXES = (
    ("", 1.0), ("表白墙", 0.95), ("校园墙", 0.94), ("万能墙", 0.8), ("墙", 0.75), ("树洞", 0.72), ("二手", 0.7), ("考研", 0.68),
    ("新生群", 0.66), ("学生会", 0.64), ("招生", 0.62), ("校友会", 0.6), ("校园集市", 0.55), ("跑腿", 0.5), ("兼职", 0.48),
    ("驾校", 0.45), ("吃瓜", 0.45), ("官方", 0.44), ("同学圈", 0.4), ("拼车", 0.38), ("失物招领", 0.36), ("保研", 0.35),
    ("图书馆", 0.33), ("团委", 0.32), ("社团", 0.3), ("就业", 0.3), ("家教", 0.28), ("青年", 0.25), ("之声", 0.25),
)  # fmt: skip
_ALONE = 3  # a name of two characters is never searched for without a campus word
_BEFORE = ("共青团", "中共", "中国共产党", "中国共产主义青年团")


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """One query: what to type, the protected name it hunts for, how it is disguised, how much it is worth (0–1)."""

    query: str
    term: str
    kind: NameKind
    worth: float


def _names(school: ProtectedSchool) -> Iterator[tuple[str, NameKind, float, bool]]:
    """Protected names: text, kind, worth, whether it may be searched for without a suffix."""
    names = school.names
    groups = (
        (names.full, NameKind.EXACT, 1.0),
        (names.short, NameKind.SHORT, 0.98),
        (names.nickname, NameKind.NICKNAME, 0.8),
        (names.abbreviation, NameKind.ABBREVIATION, 0.7),
        (names.contested, NameKind.SHORT, 0.5),
        (names.english, NameKind.ENGLISH, 0.5),
        (names.historic, NameKind.HISTORIC, 0.45),
        (names.units, NameKind.EXACT, 0.4),
    )
    for texts, kind, worth in groups:
        for text in texts:
            sure = len(folded(text)) >= _ALONE and text not in names.contested and kind is not NameKind.ABBREVIATION
            yield text, kind, worth, sure


def _common(char: str) -> int:
    return frequencies().get(char)


@lru_cache(maxsize=4096)
def _homophones(char: str) -> tuple[str, ...]:
    """The two commonest characters that sound the same, tone included."""
    sounds = toned(char)
    alike = (c for c in frequencies().all() if len(c) == 1 and c != char and toned(c) & sounds)
    return tuple(sorted(alike, key=lambda c: (-_common(c), c))[:2])


def _swaps(text: str, kind: NameKind) -> Iterator[str]:
    """The text with one character replaced by one that sounds or looks alike."""
    for at, char in enumerate(text):
        if char in "大学院":
            continue
        found = _homophones(char) if kind is NameKind.HOMOPHONE else shapes().get(char, "")[:2]
        yield from (text[:at] + other + text[at + 1 :] for other in found)


def _disguises(text: str) -> Iterator[tuple[str, NameKind, float]]:
    """A Chinese name as people disguise it."""
    yield text, NameKind.EXACT, 1.0
    if len(text) < _ALONE or not all(char > "\u3400" for char in text):
        return
    yield "·".join(text), NameKind.SYMBOL, 0.5
    yield from ((way, NameKind.PINYIN, 0.5) for way in spellings(text)[:1])
    yield from ((made, NameKind.HOMOPHONE, 0.45) for made in _swaps(text, NameKind.HOMOPHONE))
    yield from ((made, NameKind.SHAPE, 0.4) for made in _swaps(text, NameKind.SHAPE))


def _all(school: ProtectedSchool) -> Iterator[SearchTerm]:
    for text, kind, base, alone in _names(school):
        for made, disguise, weight in _disguises(text):
            for suffix, share in SUFFIXES if kind is not NameKind.ENGLISH else SUFFIXES[:1]:
                if suffix or alone or disguise is not NameKind.EXACT:
                    shown = kind if disguise is NameKind.EXACT else disguise
                    yield SearchTerm(made + suffix, text, shown, round(base * weight * share, 4))


def search_terms(school: ProtectedSchool, limit: int) -> tuple[SearchTerm, ...]:
    """Queries for one school, the worthiest first, no query twice; at most `limit` (and never more than MOST)."""
    best: dict[str, SearchTerm] = {}
    for term in _all(school):
        if term.query not in best or best[term.query].worth < term.worth:
            best[term.query] = term
    ordered = sorted(best.values(), key=lambda term: (-term.worth, len(term.query), term.query))
    return tuple(ordered[: max(0, min(limit, MOST))])


def _openers(found: Sequence[institution_spans.InstitutionSpan], text: str) -> list[institution_spans.InstitutionSpan]:
    """Full names at the beginning, or after 共青团 and the like."""
    return [o for o in found if text[: o.start] in ("", *_BEFORE) and (folded(o.name) == o.text or o.end == len(text))]


def institution_of(text: str) -> str | None:
    """The institution that a 认证主体 names: itself, or a body of it such as a foundation; None when there is none.

    A short name counts only when it is the whole text and one institution alone uses it.
    """
    plain = folded(text[:200])
    found = _openers(institution_spans.spans(plain), plain)
    if not found:
        return None
    longest = max(o.end - o.start for o in found)
    names = {o.name for o in found if o.end - o.start == longest}
    full = {name for name in names if folded(name) in plain}
    return next(iter(full or names)) if len(full or names) == 1 else None
