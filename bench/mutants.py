"""`make mutants`: makes random single changes in a folder, asks the tests that run the line, and counts who notices.

Docstrings, annotations, log texts and messages are left alone: a change there alters no behaviour that a test should hold.
The work is done in a copy, so that the checkout stays as it is.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.forked_tests import WarmTests, ask, warm
from bench.witnesses import Witness, measured, nearest, witnesses

ROOT = Path(__file__).parent.parent
COPIED = ("rules", "storage", "crawler", "alerts", "monitors", "tests", "bench", "docs", "deploy", "pyproject.toml")
COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"), ast.In: (" in ", " not in "), ast.NotIn: (" not in ", " in "),
    ast.Is: (" is ", " is not "), ast.IsNot: (" is not ", " is "),
}  # fmt: skip


LEFT_ALONE = {"migrations", "data"}
"""Folders of what runs once: steps between versions of the tables, and the script that made the table of institutions."""


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


@contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """The change in place, for as long as it is asked about."""
    before, times = mutant.module.read_bytes(), mutant.module.stat()
    mutant.module.write_bytes(before[: mutant.start] + mutant.new.encode() + before[mutant.end :])
    try:
        yield
    finally:
        mutant.module.write_bytes(before)
        os.utime(mutant.module, ns=(times.st_atime_ns, times.st_mtime_ns))


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


def _row(mutant: Mutant, root: Path) -> dict[str, str]:
    raw = mutant.module.read_bytes()
    return {
        "where": f"{mutant.module.relative_to(root)}:{mutant.line}:{mutant.start}",
        "kind": mutant.kind,
        "change": f"{raw[mutant.start : mutant.end].decode()!r} -> {mutant.new!r}",
        "line": raw.decode().splitlines()[mutant.line - 1].strip(),
    }


def _function(mutant: Mutant) -> str:
    """The qualified name of the outermost function whose body holds the change, or nothing."""
    source = mutant.module.read_text("utf-8")
    starts = _offsets(source)
    names: list[str] = []
    inside: ast.AST | None = ast.parse(source)
    while inside:
        parents, inside = list(ast.iter_child_nodes(inside)), None
        for node in parents:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                first = node.body[0]
                begins, last = starts[first.lineno - 1] + first.col_offset, starts[node.end_lineno or 0]
                if begins <= mutant.start < last:
                    names.append(node.name)
                    if not isinstance(node, ast.ClassDef):
                        return ".".join(names)
                    inside = node
    return ""


def _noticed(mutant: Mutant, warm_tests: WarmTests, asked: list[str], near: int) -> str:
    """The nearest tests first, then the others, at last the nearest in a process that imports the changed file itself."""
    function = _function(mutant)

    def answer(tests: list[str], *, anew: bool) -> str:
        return ask(tests) if anew or not function else warm_tests.ask(mutant.module, function, tests)

    for tests, anew in ((asked[:near], False), (asked[near:], False), (asked[:near], True)):
        if not tests or (anew and not function):
            continue
        with applied(mutant):
            noticed = answer(tests, anew=anew)
        if noticed:
            return "unfit" if answer(tests, anew=anew) else noticed
    return ""


def judge(
    chosen: list[Mutant], root: Path, warm_tests: WarmTests, tests: list[Witness], out: Path, *, given: list[str]
) -> list[dict[str, str]]:
    """One row a change, with `noticed`: printed and kept as soon as it is known; what `out` holds already is not asked again.

    Tests that fail are asked once more without the change: only where they pass then did they notice it.
    """
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.is_file() else []
    known = {(row["where"], row["change"]): row for row in rows}
    found = []
    for number, mutant in enumerate(chosen, 1):
        row = _row(mutant, root)
        if (row["where"], row["change"]) not in known:
            asked = given or witnesses(tests, root, str(mutant.module.relative_to(root)), mutant.line)
            began = time.monotonic()
            row["noticed"] = _noticed(mutant, warm_tests, asked, len(given) or nearest(tests, asked)) if asked else ""
            row["asked"] = str(len(asked))
            with out.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(row, ensure_ascii=False) + "\n")
            told = (
                f"{row['noticed'] or 'NOT NOTICED'}  {row['where']} {row['kind']}: {row['change']}  in: {row['line']}"
            )
            print(f"{number}/{len(chosen)} {time.monotonic() - began:.1f} s, {len(asked)} tests: {told}", flush=True)
        found.append(known.get((row["where"], row["change"]), row))
    return found


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=["rules", "storage"], help="folders or modules")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines", type=Path, default=ROOT / "var" / "lines_by_test.jsonl", help="what each test runs")
    parser.add_argument("--out", type=Path, help="where the rows are kept: var/mutants-SEED.jsonl")
    parser.add_argument("--tests", nargs="+", default=[], help="ask these tests alone, not those that run the line")
    return parser.parse_args()


def main() -> None:
    """Print each change and who noticed it, then the figure."""
    given = _given()
    out = (given.out or ROOT / "var" / f"mutants-{given.seed}.jsonl").absolute()
    for file in (out, given.lines):
        file.parent.mkdir(parents=True, exist_ok=True)
    lines = given.lines.absolute()
    with tempfile.TemporaryDirectory() as folder:
        root = copy(Path(folder))
        tests = [] if given.tests else measured(root, lines)
        files = given.tests or sorted({test.name.partition("::")[0] for test in tests})
        warm(root, files)
        warm_tests = WarmTests(files)
        modules = [
            m for t in given.targets for m in ([root / t] if t.endswith(".py") else sorted((root / t).rglob("*.py")))
        ]
        every = [mutant for m in modules if not LEFT_ALONE.intersection(m.parts) for mutant in mutants(m)]
        chosen = random.Random(given.seed).sample(every, min(given.count, len(every)))
        rows = judge(
            sorted(chosen, key=lambda m: (str(m.module), m.start)), root, warm_tests, tests, out, given=given.tests
        )  # in the order of the files: what slipped through is read beside its neighbours
    counted = Counter(row["noticed"] for row in rows)
    print(
        f"{counted['failed'] + counted['timed out']} of {counted.total()} changes were noticed, {counted['timed out']} of them by tests that "
        f"never ended ({len(every)} possible, seed {given.seed}); {sum(row['asked'] == '0' for row in rows)} no test runs, "
        f"{counted['unfit']} asked tests that fail without a change too"
    )


if __name__ == "__main__":
    main()
