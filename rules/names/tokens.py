"""The Latin letters of a name as tokens: runs cut at separators, digits, Chinese characters and camel humps."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rules.names.fold import FOLD, GAP, MAX_UNITS, is_han


@dataclass(frozen=True, slots=True)
class Token:
    """Letters that belong together, lower-cased; `start` and `end` are offsets into the name as given.

    `run` is the whole run of letters it is part of and `at` its place in it; `upper`: it was written in capitals;
    `spaced`: its letters were written apart, as in N.W.P.U.
    """

    text: str
    start: int
    end: int
    run: str
    at: int
    upper: bool
    spaced: bool = False


Letter = tuple[str, int, bool]  # folded letter, offset, written as a capital


def _cased(char: str) -> bool:
    """False for a letter that only looks like a Latin one and has no small form: it goes with the letter before it."""
    if char.isascii() or char.isupper():
        return True
    return char.islower() and unicodedata.category(char) == "Ll" and "SMALL CAPITAL" not in unicodedata.name(char, "")


def _letters(name: str) -> Iterator[list[Letter]]:
    """Runs of letters; nothing invisible ends a run."""
    run: list[Letter] = []
    for at, char in enumerate(name):
        folded = FOLD[char]
        if not folded:
            continue
        if char == "0" and run and name[at + 1 : at + 2].isalpha():
            folded = "o"  # g0ng
        if folded == GAP or is_han(folded[0]) or folded[0].isdigit():
            if run:
                yield run
            run = []
            continue
        capital = char.isupper() if _cased(char) else run[-1][2] if run else True
        run += [(part, at, capital) for part in folded if part != GAP]
    if run:
        yield run


def _humps(run: list[Letter]) -> list[int]:
    """Where tokens of a run start: at a capital after a small letter, and at the last capital before small letters."""
    cuts = [0]
    for i in range(1, len(run)):
        here, before = run[i][2], run[i - 1][2]
        after = run[i + 1][2] if i + 1 < len(run) else True
        if here and (not before or not after):
            cuts.append(i)
    return cuts


def _tokens(run: list[Letter]) -> Iterator[Token]:
    text = "".join(letter for letter, _, _ in run)
    cuts = [*_humps(run), len(run)]
    for left, right in pairwise(cuts):
        piece = run[left:right]
        yield Token(text[left:right], piece[0][1], piece[-1][1] + 1, text, left, all(p[2] for p in piece))


def tokens(name: str) -> list[Token]:
    """The tokens of a name; three or more single letters in a row are also joined into one."""
    found: list[Token] = []
    singles: list[Token] = []
    for run in _letters(name):
        made = list(_tokens(run))
        found += made
        if len(run) == 1:
            singles.append(made[0])
            continue
        found += _joined(singles)
        singles = []
        if len(found) > MAX_UNITS:
            break
    return found + _joined(singles)


def _joined(singles: list[Token]) -> list[Token]:
    if len(singles) < 3:
        return []
    text = "".join(token.text for token in singles)
    return [Token(text, singles[0].start, singles[-1].end, text, 0, True, spaced=True)]
