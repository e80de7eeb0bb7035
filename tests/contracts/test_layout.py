"""Tests stand where their sources stand, and share what they share through `tests/support`."""

import re
from pathlib import Path

import pytest

ROOT = next(p for p in Path(__file__).parents if (p / "pyproject.toml").exists())
MODULES = sorted((ROOT / "tests").rglob("*.py"))
OWN_ROOMS = {"end_to_end", "contracts", "support", "pages"}
"""Rooms of tests that have no source of their own: they cross the folders."""


@pytest.mark.parametrize("folder", sorted({m.parent for m in MODULES}), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_folder_of_tests_has_the_path_of_its_source(folder: Path) -> None:
    path = folder.relative_to(ROOT / "tests")
    if path.parts and path.parts[0] not in OWN_ROOMS and path != Path("rules/years"):
        assert (ROOT / path).is_dir(), f"tests/{path} stands for {path}, which does not exist"


def test_no_test_module_imports_another() -> None:
    borrowing = [
        f"{module.relative_to(ROOT)}: {line}"
        for module in MODULES
        for line in re.findall(
            r"^from tests\.(?:\w+\.)*(?:test_\w+|\w+\.conftest) import .*$", module.read_text("utf-8"), re.M
        )
    ]
    assert borrowing == [], "what two test modules need stands in tests/support"


OPENS_A_CONNECTION = re.compile(r"\.database\.(?:read|write|engine)\b|\bcreate_engine\(|\.engine\.(?:begin|connect)\(")


def test_no_connection_is_opened_outside_storage() -> None:
    """Whoever needs another question of the database gives storage a method: a renamed column is then seen by the type checker."""
    sources = [file for folder in ("rules", "crawler", "alerts", "monitors") for file in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 300
    assert OPENS_A_CONNECTION.search((ROOT / "storage" / "database.py").read_text("utf-8"))
    assert [str(file.relative_to(ROOT)) for file in sources if OPENS_A_CONNECTION.search(file.read_text("utf-8"))] == []
