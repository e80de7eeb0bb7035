"""The runner of mutations, at the size of the suite; docs/evidence.md records the large run."""

from __future__ import annotations

from pathlib import Path

from tests.support import evidence_mutations, row_mutations
from tests.support.evidence_forgeries import DAMAGES, FORGERIES
from tests.support.evidence_mutations import EXPIRED, EXPIRED_DECLARED, HEAD_ROWS, Finder

COUNT, EDITS = 2300, 60


def test_every_change_is_found_by_what_its_kind_declares() -> None:
    tally = evidence_mutations.run(COUNT, seed=16)
    assert tally.count == COUNT
    assert tally.unfound == []
    assert set(tally.found) == {*DAMAGES, *FORGERIES, *HEAD_ROWS, *EXPIRED}
    assert all(tally.found[kind].keys() == {Finder.ALONE} for kind in DAMAGES)
    assert all(tally.found[kind].keys() == {Finder.ANCHOR} for kind in FORGERIES), "declared, and rightly"
    assert {next(iter(tally.found[kind])) for kind in EXPIRED_DECLARED} == {Finder.ANCHOR, Finder.ROW}


def test_an_edited_observation_is_contradicted_by_its_bytes(tmp_path: Path) -> None:
    tried, unfound = row_mutations.run(EDITS, 16, tmp_path)
    assert tried.keys() == row_mutations.EDITS.keys()
    assert unfound == []
