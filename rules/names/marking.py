"""Which letters of a name are the protected ones: what a page marks, so that a person sees at once what the match means."""

from __future__ import annotations

from difflib import SequenceMatcher

from rules.names.fold import FOLD

SLACK = 3
"""How many more letters than the term a stretch may have: signs put in between, letters added."""


def marked(name: str, term: str) -> tuple[tuple[str, bool], ...]:
    """The name in pieces, each with whether it is (or stands for) part of the term. A term written as it is is marked as it
    is; else the stretch from the first letter of the term to the last, with what was put between them or in their place.
    """
    start, end = _span(name, term)
    pieces = ((name[:start], False), (name[start:end], True), (name[end:], False))
    return tuple(piece for piece in pieces if piece[0])


def _span(name: str, term: str) -> tuple[int, int]:
    plain, wanted = _plain(name), _plain(term)
    if not wanted:
        return 0, 0
    at = plain.find(wanted)
    if at >= 0:
        return at, at + len(wanted)
    blocks = [
        block for block in SequenceMatcher(None, plain, wanted, autojunk=False).get_matching_blocks() if block.size
    ]
    if not blocks:
        return 0, 0
    start = max(0, blocks[0].a - blocks[0].b)
    end = min(len(name), blocks[-1].a + len(wanted) - blocks[-1].b)
    return (start, end) if end - start <= len(wanted) + SLACK else (blocks[0].a, blocks[0].a + blocks[0].size)


def _plain(text: str) -> str:
    """One character for each of the text's, so that places agree."""
    return "".join((FOLD[character] or "\0")[0] for character in text).casefold()
