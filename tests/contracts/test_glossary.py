"""The glossary holds what the code says: its generated parts, its words, and every name that is stored or published."""

from __future__ import annotations

import re

import pytest
import yaml
from sqlmodel import SQLModel

import rules.model
import storage.tables
from monitors.docs import DOCS, stale
from monitors.settings import Settings
from tests.contracts.shapes import PUBLISHED

GLOSSARY = (DOCS / "glossary.md").read_text("utf-8")
AGREED = yaml.safe_load(PUBLISHED.read_text("utf-8"))
"""Collected from a scrape and from what the commands print; `test_published_names` holds it against the running code."""


def listed(heading: str) -> dict[str, str]:
    """The names under a heading with their Chinese terms."""
    section = GLOSSARY.split(f"## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.M))


def test_generated_parts_are_fresh() -> None:
    assert stale() == [], "run `make docs`"


@pytest.mark.parametrize("word", ["Filing", "Observation", "AccountState", "Account", "Finding", "RuleResult"])
def test_the_words_of_the_glossary_are_classes(word: str) -> None:
    assert f"| {word}" in GLOSSARY or f", {word} |" in GLOSSARY
    assert isinstance(getattr(rules.model, word), type)


def test_every_table_has_its_word() -> None:
    assert storage.tables.FilingRow.metadata is SQLModel.metadata
    assert set(listed("Tables")) == set(SQLModel.metadata.tables)


def test_every_metric_has_its_word() -> None:
    assert {f"xunjian_{name}" for name in listed("Metrics")} == set(AGREED["metrics"])


def test_every_key_has_its_word() -> None:
    printed = {key.rsplit(".", 1)[-1] for keys in AGREED["commands"].values() for key in keys}
    assert set(listed("JSON keys")) == {key for key in printed if not key.endswith(":")}, (
        "a channel's name is no key of ours"
    )


def test_every_setting_is_described() -> None:
    described = re.findall(r"^\| `(\w+)` \| `.*` \| (\S+.*) \|$", (DOCS / "settings.md").read_text("utf-8"), re.M)
    assert [name for name, _ in described] == list(Settings.model_fields)


def test_a_term_stands_for_one_name_of_a_kind() -> None:
    for heading in ("Tables", "Metrics"):
        terms = list(listed(heading).values())
        assert sorted(set(terms)) == sorted(terms), heading
