"""`make mutants`: makes random single changes in a folder, runs the tests that cover the module, and counts who notices.

Docstrings, annotations, log texts and messages are left alone: a change there alters no behaviour that a test should hold.
The work is done in a copy, so that the checkout stays as it is.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
COPIED = ("rules", "storage", "crawler", "alerts", "monitors", "tests", "bench", "docs", "deploy", "pyproject.toml")
COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"), ast.In: (" in ", " not in "), ast.NotIn: (" not in ", " in "),
    ast.Is: (" is ", " is not "), ast.IsNot: (" is not ", " is "),
}  # fmt: skip
SLOW = ("demo_world", "run_sweep(", "playwright")
"""Words of test files that sweep the demo campus or open a browser: minutes for each change."""
SECONDS = 240


@dataclass(frozen=True)
class Mutant:
    """One change: the text between two places of a module, and what stands there instead."""

    module: Path
    start: int
    end: int
    new: str
    line: int
    kind: str


def _offsets(source: str) -> list[int]:
    """Where each line begins, in bytes, as ast counts columns."""
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _inert(tree: ast.AST) -> set[int]:
    """Nodes whose change alters no behaviour: annotations, log calls, assertions for the type checker."""
    roots: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            roots.append(node.annotation)
        elif isinstance(node, ast.arg):
            roots += [node.annotation] if node.annotation else []
        elif isinstance(node, ast.FunctionDef) and node.returns:
            roots.append(node.returns)
        elif (
            isinstance(node, ast.Assert)
            or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
            or (isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] in ("log", "logger", "LOG"))
            or (isinstance(node, ast.Call) and ast.unparse(node.func) in ("lru_cache", "cache", "dataclass"))
        ):
            roots.append(node)
    return {id(inner) for root in roots for inner in ast.walk(root)}


def mutants(module: Path) -> Iterator[Mutant]:
    """Every single change that this script knows for a module."""
    source = module.read_text("utf-8")
    raw, starts, tree = source.encode(), _offsets(source), ast.parse(source)
    inert = _inert(tree)

    def place(node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None  # noqa: PT018
        return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset

    for node in ast.walk(tree):
        if id(node) in inert:
            continue
        for start, end, new, kind in _changes(node, raw, place):
            if raw[start:end].decode() != new:
                yield Mutant(module, start, end, new, raw[:start].count(b"\n") + 1, kind)


def _changes(node: ast.AST, raw: bytes, place: object) -> Iterator[tuple[int, int, str, str]]:
    assert callable(place)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        start, end = place(node)
        yield start, end, f"({raw[slice(*place(node.operand))].decode()})", "drop not"
    elif isinstance(node, ast.Compare):
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            start, end = place(left)[1], place(right)[0]
            old, new = COMPARISONS[type(op)]
            between = raw[start:end].decode()
            if between.count(old.strip()) == 1:
                yield start, end, between.replace(old.strip(), new.strip()), "comparison"
            left = right
    elif isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for one, two in zip(node.values, node.values[1:], strict=False):
            start, end = place(one)[1], place(two)[0]
            if (between := raw[start:end].decode()).count(old) == 1:
                yield start, end, between.replace(old, new), "and/or"
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield *place(node), str(not node.value), "boolean"
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield *place(node), str(node.value + 1), "number"
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield *place(node.value), "None", "return nothing"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        start, end = place(node.left)[1], place(node.right)[0]
        old, new = ("+", "-") if isinstance(node.op, ast.Add) else ("-", "+")
        if (between := raw[start:end].decode()).count(old) == 1:
            yield start, end, between.replace(old, new), "plus/minus"


def _helpers(text: str, root: Path) -> str:
    """The shared modules that a test module imports."""
    names = sorted(set(re.findall(r"^from tests\.support\.(\w+) import", text, re.M)))
    return "".join((root / "tests" / "support" / f"{name}.py").read_text("utf-8") for name in names)


def covering(module: Path, root: Path) -> list[str]:
    """Test files that stand where the module stands, or speak of it, of its package, or of the repository it is on the store."""
    dotted = ".".join(module.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    package, _, name = dotted.rpartition(".")
    words = [dotted, f"from {package} import", f"import {dotted}"]
    words += [f".{name}."] if package == "storage" else [package] if "." in package else []
    found = []
    for path in sorted((root / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        near = path.parent.relative_to(root / "tests") == module.parent.relative_to(root)
        if near or any(word in text or word in _helpers(text, root) for word in words):
            found.append(str(path.relative_to(root)))
    quick = [f for f in found if not any(word in (root / f).read_text("utf-8") for word in SLOW)]
    return sorted(quick, key=lambda f: dotted.rpartition(".")[2] not in f)


def caught(mutant: Mutant, root: Path, tests: list[str]) -> bool:
    """True where a test fails, or never ends, with the change in place."""
    before = mutant.module.read_bytes()
    mutant.module.write_bytes(before[: mutant.start] + mutant.new.encode() + before[mutant.end :])
    command = [sys.executable, "-B", "-m", "pytest", "-qx", "-p", "no:cacheprovider", "--no-header", *tests]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, timeout=SECONDS, check=False)
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        mutant.module.write_bytes(before)


def copy(folder: Path) -> Path:
    """The checkout in a folder of its own, with ../shared beside it where there is one."""
    root = folder / "checkout"
    root.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name)  # with what is compiled: each run begins without compiling
        else:
            shutil.copy(source, root / name)
    if (ROOT.parent / "shared").is_dir():
        os.symlink((ROOT.parent / "shared").resolve(), folder / "shared")
    return root


def main() -> None:
    """Print each change that nobody noticed, then the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=["rules", "storage"], help="folders or modules")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--tests", nargs="+", default=[], help="ask these tests alone, not all that speak of the module"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = copy(Path(folder))
        modules = [
            m for t in given.targets for m in ([root / t] if t.endswith(".py") else sorted((root / t).rglob("*.py")))
        ]
        every = [mutant for m in modules if "migrations" not in m.parts for mutant in mutants(m)]
        chosen = random.Random(given.seed).sample(every, min(given.count, len(every)))
        counted = Counter[bool]()
        for mutant in sorted(chosen, key=lambda m: (str(m.module), m.start)):
            noticed = caught(mutant, root, given.tests or covering(mutant.module, root))
            counted[noticed] += 1
            if not noticed:
                old = mutant.module.read_bytes()[mutant.start : mutant.end].decode()
                where = f"{mutant.module.relative_to(root)}:{mutant.line}"
                print(f"not noticed: {where} {mutant.kind}: {old!r} -> {mutant.new!r}", flush=True)
        total = counted.total()
        print(f"{counted[True]} of {total} changes were noticed ({len(every)} possible, seed {given.seed})")


if __name__ == "__main__":
    main()
