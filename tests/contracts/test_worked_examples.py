"""docs/contributing.md is followed to the letter, in a copy of the project: what it shows is enough, and it works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = next(p for p in Path(__file__).parents if (p / "pyproject.toml").exists())
TREE = ("rules", "storage", "crawler", "alerts", "monitors", "tests", "pyproject.toml", "docs")
BLOCK = re.compile(r"^```\w+\n# (?P<path>[\w./]+?)(?:, before: (?P<before>[^\n]+))?\n(?P<text>.*?)^```$", re.M | re.S)
FILES = {"A platform": 3, "A rule": 2, "A channel": 1, "A scheduled job": 1, "A console page": 2, "A command": 2}
"""How many files of the program each takes at most."""


@dataclass(frozen=True)
class Step:
    """One block of an example: a new file, or lines in front of the line of another that holds ``before``."""

    path: str
    before: str | None
    text: str

    def take(self, root: Path) -> None:
        """Do what the page says."""
        file = root / self.path
        if self.before is None:
            assert not file.exists(), f"{self.path} is there already"
            file.write_text(self.text, "utf-8")
            return
        lines = file.read_text("utf-8").splitlines(keepends=True)
        (at,) = [n for n, line in enumerate(lines) if self.before in line]
        file.write_text("".join([*lines[:at], self.text, *lines[at:]]), "utf-8")


def examples() -> Iterator[tuple[str, list[Step]]]:
    """Each section of the page with its steps."""
    page = (ROOT / "docs" / "contributing.md").read_text("utf-8")
    for section in page.split("\n## ")[1:]:
        title, text = section.split("\n", 1)
        yield title, [Step(m["path"], m["before"], m["text"]) for m in BLOCK.finditer(text)]


EXAMPLES = dict(examples())


def test_an_example_for_each_thing() -> None:
    assert set(EXAMPLES) == set(FILES)


@pytest.mark.parametrize("thing", FILES)
def test_a_new_thing_touches_few_files(thing: str) -> None:
    touched = {step.path for step in EXAMPLES[thing] if not step.path.startswith("tests/")}
    assert 0 < len(touched) <= FILES[thing]
    assert any(step.path.startswith("tests/") for step in EXAMPLES[thing]), "and has a test"


def test_the_examples_work(tmp_path: Path) -> None:
    """All of them in one copy, for starting Python costs more than the tests."""
    for name in TREE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "pages"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    steps = [step for each in EXAMPLES.values() for step in each]
    for step in steps:
        step.take(tmp_path)
    tests = [step.path for step in steps if step.path.startswith("tests/")]
    tests += ["tests/monitors/console/test_access.py::test_the_table_and_the_house_have_the_same_routes"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    where = [sys.executable, "-c", "import rules.catalogue as c; print(c.__file__, 'stated_purpose' in c.RULES)"]
    told = subprocess.run(where, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert told.split() == [str(tmp_path / "rules/catalogue/__init__.py"), "True"], (
        "the copy was tried, not the project"
    )
