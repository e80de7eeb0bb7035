"""Edits of the table of observations: reading the stored bytes again contradicts each, or the kind is declared.

python -m tests.support.row_mutations --count 2000
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select

from monitors.app_context import AppContext
from monitors.jobs.evidence_replay import replay_observations
from storage.evidence import EvidenceArchive
from storage.observations import OBSERVATION
from tests.support.recorded_year import recorded_year

Row = dict[str, Any]
DIRTY = "改"


def _document(row: Row, dice: random.Random, among: tuple[str, ...]) -> Row:
    """Another value of one field that the page settles."""
    document = json.loads(row["document"])
    name = dice.choice([name for name in among if document.get(name)] or ["reason"])
    value = document.get(name) or ""
    if isinstance(value, str):
        document[name] = f"{value}{DIRTY}"
    else:
        document[name] = value[:-1]
    return row | {"document": json.dumps(document, ensure_ascii=False)}


def _words(row: Row, dice: random.Random) -> Row:
    return _document(row, dice, ("name", "reason", "url", "account_id", "verified_body"))


def _posts(row: Row, dice: random.Random) -> Row:
    """A post is missing, or it came out another day."""
    document = json.loads(row["document"])
    if document.get("posts") and dice.random() < 0.5:
        post = dice.choice(document["posts"])
        post["published_at"] = "2026-01-0" + f"{dice.randrange(1, 9)}T03:00:00+08:00"
        return row | {"document": json.dumps(document, ensure_ascii=False)}
    return _document(row, dice, ("posts",))


def _outcome(row: Row, dice: random.Random) -> Row:
    """Another outcome, in the column and the document alike or in one of them."""
    other = dice.choice([each for each in ("ok", "gone", "empty", "blocked", "unreadable") if each != row["outcome"]])
    document = json.loads(row["document"]) | {"outcome": other}
    both = {"outcome": other, "document": json.dumps(document, ensure_ascii=False)}
    return row | dice.choice([both, {"outcome": other}, {"document": both["document"]}])


def _moved(row: Row, dice: random.Random) -> Row:
    """Another time in the document."""
    document = json.loads(row["document"])
    document["observed_at"] = f"2026-0{dice.randrange(1, 9)}-03T03:0{dice.randrange(9)}:07+08:00"
    return row | {"document": json.dumps(document, ensure_ascii=False)}


def _other_evidence(row: Row, dice: random.Random) -> Row:
    """It cites bytes that are not there."""
    document, other = json.loads(row["document"]), row["evidence"][:-24] + f"{dice.getrandbits(96):024x}"
    return row | {"evidence": other, "document": json.dumps(document | {"evidence": other}, ensure_ascii=False)}


EDITS: dict[str, Callable[[Row, random.Random], Row]] = {
    "row: words edited": _words,
    "row: posts edited": _posts,
    "row: outcome edited": _outcome,
    "row: time edited": _moved,
    "row: evidence edited": _other_evidence,
}


def run(count: int, seed: int, folder: Path) -> tuple[Counter[str], list[tuple[str, int]]]:
    """Try ``count`` edits. Returns how many of each kind were tried, and what was not found."""
    context, dice = recorded_year(folder, 6, 28), random.Random(seed)
    archive, tried, unfound = EvidenceArchive(context.evidence), Counter[str](), list[tuple[str, int]]()
    with context.store.database.engine.begin() as connection:
        query = select(OBSERVATION).where(OBSERVATION.c.evidence != "")
        rows = [dict(row._mapping) for row in connection.execute(query)]
        connection.execute(delete(OBSERVATION))
    while tried.total() < count:
        kind, row = list(EDITS)[tried.total() % len(EDITS)], dice.choice(rows)
        tried[kind] += 1
        if not _noticed(context, archive, EDITS[kind](row, dice)):
            unfound.append((kind, tried.total()))
    assert not any(_noticed(context, archive, row) for row in rows), "an untouched row was accused"
    context.store.close()
    return tried, unfound


def _noticed(context: AppContext, archive: EvidenceArchive, row: Row) -> bool:
    """Whether replay contradicts the one row of the table."""
    with context.store.database.engine.begin() as connection:
        connection.execute(insert(OBSERVATION), [row])
    try:
        return any(each["result"] != "same" for each in replay_observations(context, archive))
    finally:
        with context.store.database.engine.begin() as connection:
            connection.execute(delete(OBSERVATION))


def main() -> int:
    """Entry of the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.row_mutations")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xunjian-rows-") as folder:
        tried, unfound = run(asked.count, asked.seed, Path(folder))
    for kind, number in sorted(tried.items()):
        print(f"{kind:36} {number:7}")
    print(f"{tried.total()} edits, {len(unfound)} not found: {unfound[:10]}")
    return 1 if unfound else 0


if __name__ == "__main__":
    raise SystemExit(main())
