"""What a draft is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rules.model import AccountLevel, DocumentType, Platform
from rules.policies.draft.text import Sentence

UNSURE = 0.8
"""Below this a person must read the clause again before it counts."""


@dataclass(frozen=True, slots=True)
class DraftClause:
    """One sentence understood as a rule.

    ``number`` and ``unit`` are the sentence's own, None where it gives none; ``sure`` is how well the sentence fits the
    rule (0 to 1); ``to_confirm``: a number in ``settings`` is ours and not the regulation's.
    """

    article: str
    sentence: str
    rule: str
    settings: Mapping[str, Any]
    sure: float
    number: int | None = None
    unit: str | None = None
    to_confirm: bool = False
    levels: tuple[AccountLevel, ...] = ()
    platforms: tuple[Platform, ...] = ()
    duty: Literal["unit", "office"] = "unit"
    note: str = ""

    @property
    def waits(self) -> bool:
        """True where what it finds is only shown until the school has confirmed it."""
        return self.to_confirm or self.sure < UNSURE


@dataclass(frozen=True, slots=True)
class DraftStep:
    """One rung that the text itself names for silence: the paper, and how long after the one before it."""

    article: str
    sentence: str
    document: DocumentType
    after: str = "0天"
    number: int | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole draft. ``policy``: the policy file's content; ``open``: what nobody understood yet."""

    code: str
    policy: Mapping[str, Any]
    clauses: tuple[DraftClause, ...]
    ladder: tuple[DraftStep, ...]
    open: tuple[Sentence, ...]
