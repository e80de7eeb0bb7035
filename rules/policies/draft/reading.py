"""What every reader of a sentence shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rules.policies.draft.model import DraftClause
from rules.policies.draft.quantities import Quantity, quantities
from rules.policies.draft.text import Sentence

Reader = Callable[[Sentence], DraftClause | None]
"""Knows one thing that regulations ask and answers None for every other sentence. Numbers are the sentence's own: what
the rule cannot express (seven calendar days for a filing, which the rule counts in working days) is not read."""

FILED = r"(?:备案|报备|申报|登记|审批)"
OPENED = r"(?:创建|创办|开通|开设|上线|注册|建立|开办|设立|启用|运行)"


def clause(
    sentence: Sentence, rule: str, sure: float, settings: dict[str, Any] | None = None, **more: Any
) -> DraftClause:
    """The sentence as this rule."""
    return DraftClause(sentence.article, sentence.text, rule, settings or {}, sure, **more)


def counted(
    sentence: Sentence, rule: str, quantity: Quantity, sure: float, settings: dict[str, Any], **more: Any
) -> DraftClause:
    """The sentence as this rule, with the length of time it gives."""
    return clause(sentence, rule, sure, settings, number=quantity.number, unit=quantity.unit or None, **more)


def lengths(text: str) -> list[Quantity]:
    """The lengths of time in a sentence but for cycles (每月)."""
    return [q for q in quantities(text) if not q.cycle]
