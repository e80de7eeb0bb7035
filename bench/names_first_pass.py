"""A first pass over 60,000 general names, in a fresh process, beside partial_ratio, and the command line with its output.

.venv/bin/python -m bench.names_first_pass [--shared ../shared]

Seconds are processor time. "Once running" is what the command line takes for all names less what it takes for ten.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.names_peers import partial
from bench.names_sets import labelled_schools, table
from rules.names import Matcher, ProtectedSchool

ROUNDS = 3


def in_process(names: Sequence[str], schools: Sequence[ProtectedSchool]) -> None:
    """Names a second of a matcher that has seen nothing yet, and of partial_ratio over every tenth name."""
    screen, other = Matcher(schools).screen, partial(schools)
    begun = time.process_time()
    for name in names:
        screen(name)
    middle = time.process_time()
    for name in names[::10]:
        other(name)
    first, slow = len(names) / (middle - begun), len(names[::10]) / (time.process_time() - middle)
    print(f"first pass {first:,.0f}/s   partial_ratio {slow:,.0f}/s   {first / slow:.1f} ×")


def command(names: Sequence[str], folder: Path) -> float:
    """Processor seconds of `xunjian names screen` from a file of these names to a file of answers."""
    given, answers = folder / "names.txt", folder / "answers.jsonl"
    given.write_text("\n".join(names), encoding="utf-8")
    asked = [sys.executable, "-c", "from monitors.cli.main import main; main()", "--data", str(folder)]
    asked += ["names", "screen", "--protected", str(folder / "protected.json"), str(given)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with answers.open("w") as out:
        subprocess.run(asked, stdout=out, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len(answers.read_text("utf-8").splitlines()) == len(names)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    shared = parser.parse_args().shared
    names, schools = [row["name"] for row in table(shared / "names/general.tsv")], labelled_schools(shared)
    in_process(names, schools)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "protected.json").write_text(
            json.dumps({"schools": [school.model_dump() for school in schools]}), encoding="utf-8"
        )
        ten = min(command(names[:10], folder) for _ in range(ROUNDS))
        every = min(command(names, folder) for _ in range(ROUNDS))
    print(f"names screen: ten names {ten:.2f} s, {len(names):,} names {every:.2f} s", end="")
    print(f" ({len(names) / every:,.0f}/s, once running {(len(names) - 10) / (every - ten):,.0f}/s)")


if __name__ == "__main__":
    main()
