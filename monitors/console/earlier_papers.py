"""What the papers said that an answer is about: shown beside a draft that corrects, decides or closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.notices.notice import Notice
from alerts.notices.reading import facts_of
from monitors.app_context import AppContext
from rules.model import DocumentType
from storage.letters import LEFT
from storage.notices import NoticeState, OutboxNotice
from storage.serialization import load

ANSWERS = (DocumentType.CORRECTION, DocumentType.APPEAL_DECISION, DocumentType.CLOSURE)
TOLD = ("问题", "依据", "要求")
"""Which of a paper's statements an answer to it takes up."""


@dataclass(frozen=True, slots=True)
class EarlierPaper:
    """A paper that left, and what it said."""

    row: OutboxNotice
    facts: Mapping[str, str]


def earlier_papers(context: AppContext, draft: OutboxNotice) -> list[EarlierPaper]:
    """The papers of a draft answer's cases that left before it, oldest first; none beside a step of the ladder."""
    if draft.state is not NoticeState.DRAFT or draft.document_type not in ANSWERS:
        return []
    outbox = context.store.outbox
    about = {row.id: row for number in outbox.cases_of(draft.id) for row in outbox.all(case=number)}
    left = [row for row in about.values() if row.state in LEFT and row.document_type not in ANSWERS]
    return [EarlierPaper(row, _told(row)) for row in sorted(left, key=lambda row: (row.created_at, row.id))]


def _told(row: OutboxNotice) -> dict[str, str]:
    return {label: text for label, text in facts_of(load(Notice, row.document)).items() if label.endswith(TOLD)}
