"""Aligns a term with a stretch of a name, character by character, and says what each change costs and is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rules.names.fold import NameUnit, is_han
from rules.names.model import NameKind
from rules.names.pinyin import odd, plain, sounding, toned
from rules.names.tables import shapes, words

INSERT, DELETE, SWAP, TURN = 0.75, 0.85, 0.70, 0.90
TAIL = 0.50  # leaving out what people do leave out: the 学 of 大学, the 北 of 北京 (京 alone is Beijing)
TWICE = 0.30  # a character written twice: a slip, or a way round a filter, hardly ever another name
RARE = 0.54  # a character that nobody writes, for any one: dearer than every likeness, so that the likest name wins
STRANGE = 1.0  # reading any other character for one of the name: never enough to accuse anybody
WINDOW = 48  # units looked at together; a longer name is cut into overlapping windows
BIG = 99.0


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: the characters of the term, what the name has in their place, and of what kind it is."""

    was: str
    now: str
    kind: NameKind


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a term lies in the units (`start` to `end`, exclusive), at what cost, with which changes."""

    start: int
    end: int
    cost: float
    edits: tuple[Edit, ...]


Cost = tuple[float, NameKind]


@lru_cache(maxsize=65536)
def likeness(was: str, now: str) -> Cost | None:
    """What it costs to read `now` as `was`; None when nobody would."""
    if len(now) > 1 or now.isascii():
        return (0.20, NameKind.PINYIN) if now in plain(was) else None
    if toned(was) & toned(now):
        return 0.30, NameKind.HOMOPHONE
    alike = now in shapes().get(was, "")
    if plain(was) & plain(now):
        return (0.35, NameKind.SHAPE) if alike else (0.45, NameKind.HOMOPHONE)
    if alike:
        return 0.40, NameKind.SHAPE
    return (RARE, NameKind.SHAPE) if odd(now) else None


@lru_cache(maxsize=8192)
def stand_ins(was: str) -> frozenset[str]:
    """Everything that may be read as `was`, but for rare characters, which may be read as anything."""
    same = (char for sound in plain(was) for char in sounding(sound))
    return frozenset((*same, *plain(was), *shapes().get(was, "")))


@lru_cache(maxsize=65536)
def strict(was: str, now: str) -> Cost | None:
    """A character for itself, or for one that sounds or looks like it."""
    return (0.0, NameKind.EXACT) if was == now else likeness(was, now)


@lru_cache(maxsize=65536)
def lenient(was: str, now: str) -> Cost | None:
    """The same, and any other Chinese character for any, dearly."""
    return strict(was, now) or ((STRANGE, NameKind.EDITED) if is_han(now[0]) else None)


@lru_cache(maxsize=8192)
def leaving(term: str, head: str = "") -> tuple[float, ...]:
    """What it costs to leave out each character of a term in a text that begins with `head`."""
    costs = [DELETE] * len(term)
    if len(term) > 4 and term.endswith("大学"):
        costs[-1] = TAIL
    if len(term) > 5 and term[1] == head and term[:2] in words("place_last"):
        costs[0] = TAIL
    return tuple(costs)


Step = tuple[float, int, int, Edit | None]
Substitute = Callable[[str, str], Cost | None]


def _steps(term: str, text: Sequence[str], i: int, j: int, rows: list[list[float]], sub: Substitute) -> list[Step]:
    """The ways to reach cell (i, j): cost, cell before, the change."""
    left_out = leaving(term, text[0])
    ways: list[Step] = []
    if i and j:
        found = sub(term[i - 1], text[j - 1])
        if found:
            edit = Edit(term[i - 1], text[j - 1], found[1]) if found[0] else None
            ways.append((rows[i - 1][j - 1] + found[0], i - 1, j - 1, edit))
    if i:
        gone = Edit(term[i - 1], "", NameKind.EDITED)
        ways.append((rows[i - 1][j] + left_out[i - 1], i - 1, j, gone))
    if j and 0 < i < len(term):
        more = Edit("", text[j - 1], NameKind.EDITED)
        ways.append((rows[i][j - 1] + adding(text, j), i, j - 1, more))
    if i > 1 and j > 1 and term[i - 2] != term[i - 1] and term[i - 2] == text[j - 1] and term[i - 1] == text[j - 2]:
        swap = Edit(term[i - 2 : i], text[j - 2] + text[j - 1], NameKind.REORDERED)
        ways.append((rows[i - 2][j - 2] + SWAP, i - 2, j - 2, swap))
    return ways


def adding(text: Sequence[str], j: int) -> float:
    """What it costs that the item before `j` stands in the text and not in the term."""
    return TWICE if j > 1 and text[j - 1] == text[j - 2] else INSERT


def _row(was: str, text: Sequence[str], above: list[float], sub: Substitute, gone: float, inner: bool) -> list[float]:
    """One row of the table without swaps: what it costs to have read the term up to `was` (`gone` to leave it out)."""
    row = [above[0] + gone]
    left = row[0]
    for j, now in enumerate(text):
        best = above[j + 1] + gone
        more = left + (TWICE if j and now == text[j - 1] else INSERT)
        if inner and more < best:
            best = more
        if above[j] < best:
            found = sub(was, now)
            if found and above[j] + found[0] < best:
                best = above[j] + found[0]
        row.append(best)
        left = best
    return row


def _swapped(term: str, text: Sequence[str], i: int, rows: list[list[float]]) -> None:
    """Lowers row i where two neighbours of the term stand in the other order."""
    first, second, row = term[i - 2], term[i - 1], rows[i]
    for j in range(2, len(text) + 1):
        if text[j - 1] == first != second == text[j - 2]:
            cost = rows[i - 2][j - 2] + SWAP
            for k in range(j, len(row)):  # a cheaper cell also makes the insertions after it cheaper
                if cost >= row[k]:
                    break
                row[k] = cost
                cost += INSERT if i < len(term) else BIG


def align(term: str, text: Sequence[str], sub: Substitute = strict, cap: float = BIG) -> Alignment | None:
    """The cheapest place of `term` in `text` (at most WINDOW items), the earliest of several; None above `cap`."""
    rows = [[0.0] * (len(text) + 1)]
    before = 0.0
    for i, (was, gone) in enumerate(zip(term, leaving(term, *text[:1]), strict=True), 1):
        rows.append(_row(was, text, rows[-1], sub, gone, i < len(term)))
        if i > 1:
            _swapped(term, text, i, rows)
        least = min(rows[-1])
        if least > cap < before:  # a swap reaches back two rows
            return None
        before = least
    last = rows[-1]
    end = min(range(len(last)), key=lambda j: (round(last[j], 6), j))
    if last[end] > cap:
        return None
    edits: list[Edit] = []
    i, j = len(term), end
    while i:
        _, i, j, edit = min(_steps(term, text, i, j, rows, sub), key=lambda step: step[0])
        if edit:
            edits.append(edit)
    return Alignment(j, end, last[end], tuple(reversed(edits)))


def windows(count: int) -> range:
    """Where windows over `count` units start."""
    return range(0, max(1, count - WINDOW // 2), WINDOW // 2)


def turned(term: str, text: str) -> Alignment | None:
    """A long term whose characters are all there in another order, as 师范华中大学."""
    size, wanted = len(term), sorted(term)
    for at in range(len(text) - size + 1):
        piece = text[at : at + size]
        if piece != term and sorted(piece) == wanted:
            return Alignment(at, at + size, TURN, (Edit(term, piece, NameKind.REORDERED),))
    return None


def texts(found: Sequence[NameUnit]) -> list[str]:
    """The folded text of each unit."""
    return [unit.text for unit in found]
