"""Every file and folder of ours that the documents name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = next(p for p in Path(__file__).parents if (p / "pyproject.toml").exists())
NAMED = re.compile(r"`((?:rules|storage|crawler|alerts|monitors|tests|bench|deploy|docs)/[\w./*-]*)`")


@pytest.mark.parametrize("document", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_what_the_documents_name_exists(document: Path) -> None:
    named = set(NAMED.findall(document.read_text("utf-8")))
    missing = sorted(name for name in named if not any(ROOT.glob(name.rstrip("/"))))
    assert missing == []


def test_paths_are_looked_for_at_all() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert len(set(NAMED.findall(text))) >= 15
