"""The rungs that a text itself names for silence: 收到整改通知1个月后未更新的，公开通报."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rules.model import DocumentType
from rules.policies.draft.activity import LATER, SILENT
from rules.policies.draft.model import DraftClause, DraftStep
from rules.policies.draft.reading import lengths
from rules.policies.draft.text import Sentence

_FIRST = ((r"提醒|提示|督促|约谈", DocumentType.REMINDER), (r"整改", DocumentType.RECTIFICATION))
_LATER = (
    (r"关停|关闭|注销|停用|停止运[营行]", DocumentType.SHUTDOWN),
    (r"通报", DocumentType.PUBLIC_NOTICE),
    (r"整改", DocumentType.RECTIFICATION),
)
_ORDER = (DocumentType.REMINDER, DocumentType.RECTIFICATION, DocumentType.PUBLIC_NOTICE, DocumentType.SHUTDOWN)


def silence_ladder(sentences: Sequence[Sentence], clauses: Sequence[DraftClause]) -> tuple[DraftStep, ...]:
    """The rungs, lightest first; () where the text names none, or not in an order that climbs.

    A rung counts from the delivery of the paper before it: a sentence that counts from the silence itself (连续6个月未更新
    的，予以关停) is none.
    """
    start = next((c for c in clauses if c.rule == "inactivity" and not c.waits), None)
    if start is None:
        return ()
    first = _first(start)
    if first is None:
        return ()
    steps = [first, *(step for s in sentences if _main(s.article) == _main(start.article) for step in _later(s))]
    order = [_ORDER.index(step.document) for step in steps]
    return tuple(steps) if order == sorted(set(order)) else ()


def _main(article: str) -> str:
    """第六条(四) → 第六条: rungs may be items of one article."""
    return article.partition("(")[0]


def _first(start: DraftClause) -> DraftStep | None:
    """What follows the silence at once, where the sentence says that somebody writes to the unit."""
    after = re.split(SILENT, start.sentence, maxsplit=1)[-1]
    found = next((document for word, document in _FIRST if re.search(word, after)), None)
    return DraftStep(start.article, start.sentence, found) if found else None


def _later(sentence: Sentence) -> Iterator[DraftStep]:
    """收到整改通知1个月后未进行更新的，将进行公开通报."""
    before = re.search(LATER, sentence.text)
    silent = re.search(SILENT, sentence.text)
    found = lengths(sentence.text)
    if not before or not silent or len(found) != 1 or not found[0].as_period:
        return
    what = sentence.text[silent.end() :]
    document = next((document for word, document in _LATER if re.search(word, what)), None)
    if document and found[0].end <= silent.start():
        yield DraftStep(sentence.article, sentence.text, document, found[0].as_period, found[0].number, found[0].unit)
