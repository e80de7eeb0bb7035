"""One word, one meaning: no two public classes of the program share a name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = next(p for p in Path(__file__).parents if (p / "pyproject.toml").exists())
FOLDERS = ("rules", "storage", "crawler", "alerts", "monitors")


def public_classes() -> Iterator[tuple[str, str]]:
    """(name, file) of every class at the top of a module."""
    for folder in FOLDERS:
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.parse(file.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    yield node.name, str(file.relative_to(ROOT))


def test_each_public_class_has_a_name_of_its_own() -> None:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for name, file in public_classes():
        homes[name].append(file)
    assert len(homes) > 300, "the program was read"
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
