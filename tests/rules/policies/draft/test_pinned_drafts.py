"""Sentences and whole regulations keep their readings; `python -m bench.drafts_pinned` writes the readings anew."""

import json
from pathlib import Path
from typing import Any

import pytest

from rules.policies.draft.assemble import READERS
from rules.policies.draft.text import Sentence
from tests.support.drafts import ARTICLE, clause_row, draft_row


def pinned(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(__file__).with_name(name).read_text("utf-8").splitlines()]


@pytest.mark.parametrize("part", range(4))
def test_a_sentence_is_read_as_it_was(part: int) -> None:
    for row in pinned("pinned_sentences.jsonl")[part::4]:
        found = [clause_row(clause) for read in READERS if (clause := read(Sentence(ARTICLE, row["sentence"])))]
        assert (row["sentence"], json.loads(json.dumps(found))) == (row["sentence"], row["clauses"])


@pytest.mark.parametrize("row", pinned("pinned_drafts.jsonl"), ids=lambda row: str(row["code"]))
def test_a_regulation_is_drafted_as_it_was(shared: Path, row: dict[str, Any]) -> None:
    assert draft_row(shared / "regulations" / f"{row['code']}.txt") == row
