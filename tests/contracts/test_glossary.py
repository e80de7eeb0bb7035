"""The documents that are made from the code hold what the code says."""

import pytest

import rules.model
from monitors.docs import DOCS, stale


def test_generated_parts_are_fresh() -> None:
    assert stale() == [], "run `make docs`"


@pytest.mark.parametrize("word", ["Filing", "Observation", "AccountState", "Account", "Finding", "RuleResult"])
def test_the_words_of_the_glossary_are_classes(word: str) -> None:
    assert f"| {word}" in (text := (DOCS / "glossary.md").read_text(encoding="utf-8")) or f", {word} |" in text
    assert isinstance(getattr(rules.model, word), type)
