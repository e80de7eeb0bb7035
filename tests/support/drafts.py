"""Readings of regulations as JSON, for what is pinned."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from rules.policies.draft.assemble import draft_of
from rules.policies.draft.model import DraftClause
from rules.policies.draft.text import read_regulation, school_in

ARTICLE = "第一条"
REGULATIONS = Path(__file__).parents[3] / "shared" / "regulations"


def clause_row(clause: DraftClause) -> dict[str, Any]:
    """What was read, without the sentence and where it stands, and without what is as always."""
    row = asdict(clause)
    return {name: row[name] for name in row if name not in ("article", "sentence") and row[name] not in (None, "", ())}


def draft_row(file: Path) -> dict[str, Any]:
    """The whole draft of one regulation, clause by clause, rung by rung."""
    text = read_regulation(file.read_text("utf-8"))
    known = school_in(text)
    draft = draft_of(text, file.stem, known.name if known else "示范大学", known, date(2030, 1, 1))
    row = {
        "code": file.stem,
        "policy": dict(draft.policy),
        "clauses": [[clause.article, clause.sentence[:24], clause_row(clause)] for clause in draft.clauses],
        "ladder": [asdict(step) for step in draft.ladder],
        "open": [sentence.text[:24] for sentence in draft.open],
    }
    whole: dict[str, Any] = json.loads(json.dumps(row, ensure_ascii=False, default=str))
    return whole
