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


def command(names: Sequence[str], protected: Path) -> float:
    """Processor seconds of `xunjian names screen` over these names."""
    asked = [sys.executable, "-c", "from monitors.cli.main import main; main()"]
    asked += ["--data", str(protected.parent), "names", "screen", "--protected", str(protected), "-"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(asked, input="\n".join(names), text=True, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len(done.stdout.splitlines()) == len(names)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    shared = parser.parse_args().shared
    names, schools = [row["name"] for row in table(shared / "names/general.tsv")], labelled_schools(shared)
    in_process(names, schools)
    with tempfile.TemporaryDirectory() as folder:
        protected = Path(folder) / "protected.json"
        protected.write_text(json.dumps({"schools": [school.model_dump() for school in schools]}), encoding="utf-8")
        ten = min(command(names[:10], protected) for _ in range(ROUNDS))
        every = min(command(names, protected) for _ in range(ROUNDS))
    print(f"names screen: ten names {ten:.2f} s, {len(names):,} names {every:.2f} s", end="")
    print(f" ({len(names) / every:,.0f}/s, once running {(len(names) - 10) / (every - ten):,.0f}/s)")


if __name__ == "__main__":
    main()
