"""The goals, measured on the shared names; the same figures as bench/names.py prints."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from rules.names import Matcher

BENCH = Path(__file__).resolve().parents[2] / "bench" / "names.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """bench/names.py as a module."""
    spec = importlib.util.spec_from_file_location("bench_names", BENCH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_names"] = module
    spec.loader.exec_module(module)
    return module


def test_labelled_names(shared: Path, bench: ModuleType) -> None:
    rows, predict = bench.labelled(shared), bench.ours(bench.labelled_schools(shared))
    answers = [predict(row.name) for row in rows]
    right, wrong, missed = bench.counts(rows, answers, 0.5)
    assert right / (right + wrong) >= 0.99
    assert right / (right + missed) >= 0.98
    caught, total = Counter[str](), Counter[str]()
    for row, (score, _) in zip(rows, answers, strict=True):
        if row.school:
            total[row.category] += 1
            caught[row.category] += score > 0
    low = {c: f"{caught[c]}/{n}" for c, n in total.items() if caught[c] < 0.95 * n and n - caught[c] > 2}
    assert low == {}


def test_no_real_account_is_accused(shared: Path, bench: ModuleType) -> None:
    matcher = Matcher(bench.labelled_schools(shared))
    accounts = bench.table(shared / "names/real_accounts.tsv")
    wrong = [a["name"] for a in accounts if a["gold"] == "none" and matcher.screen(a["name"]).flagged]
    missed = [a["name"] for a in accounts if a["gold"] == "use" and not matcher.screen(a["name"]).flagged]
    assert len(wrong) <= len(accounts) / 10_000, wrong
    assert len(missed) <= 2, missed


def test_schools_nobody_tuned_for(shared: Path, bench: ModuleType) -> None:
    drawn = bench.drawn_schools(23, 40)
    attacks, others = bench.synthetic(drawn, 23)
    predict = bench.ours(drawn)
    caught = sum(predict(row.name)[0] > 0 for row in attacks)
    accused = [row.name for row in others[::6] if predict(row.name)[0]]
    assert caught / len(attacks) >= 0.93
    assert accused == []


def test_speed_beside_partial_ratio_and_with_a_hundred_more_schools(shared: Path, bench: ModuleType) -> None:
    schools = bench.labelled_schools(shared)
    names = [row["name"] for row in bench.table(shared / "names/general.tsv")][::4]
    many = Matcher([*schools, *bench.drawn_schools(1, 100, {s.name for s in schools})])
    few, more, other = bench.rates(names, Matcher(schools).screen, many.screen, bench.partial(schools))
    assert few > 3 * other
    assert few < 3 * more  # bench/names.py shows the ratio over all names; this only catches a loop over schools
