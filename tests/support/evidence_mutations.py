"""Damages and forgeries of a small archive, its manifest and the rows about it: each is found, or its kind is declared.

    python -m tests.support.evidence_mutations --count 100000 [--seed N]

exits 1 and names the first change that nothing found. Kinds whose author computed every hash anew are declared
(`Finder.ANCHOR`): the archive alone cannot notice them, a head that was mailed or time-stamped before has to.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from storage.evidence import EvidenceArchive, VerifyStatus, verify
from storage.evidence.chain import MANIFEST
from storage.evidence.expiry import LOCK, expire
from tests.support.evidence import AT, page
from tests.support.evidence_expiries import EXPIRY_DAMAGES, forged_expiry, undone
from tests.support.evidence_forgeries import DAMAGES, FORGERIES, Change, Files, chain_of

DAY = "2026-11-21"
RAM = Path("/dev/shm")


class Finder(StrEnum):
    """What noticed a change; `NOTHING` is a failure of ours."""

    ALONE = "the archive alone"
    ANCHOR = "a head mailed or time-stamped"
    ROW = "the database's row of the expiry"
    NOTHING = "nothing"


@dataclass
class Tally:
    """What found how many changes of each kind."""

    found: dict[str, Counter[Finder]] = field(default_factory=dict)
    unfound: list[tuple[str, int]] = field(default_factory=list)
    """(kind, number of the change) of what ought to have been found by its kind's finder and was not."""

    @property
    def count(self) -> int:
        """How many changes were tried."""
        return sum(sum(each.values()) for each in self.found.values())

    def add(self, kind: str, finder: Finder, number: int, *, declared: bool) -> None:
        """One more change. ``declared``: the archive alone need not notice this kind."""
        self.found.setdefault(kind, Counter())[finder] += 1
        if finder is Finder.NOTHING or (finder is not Finder.ALONE and not declared):
            self.unfound.append((kind, number))

    def __str__(self) -> str:
        """A line a kind."""
        lines = [
            f"{kind:36} {sum(finders.values()):7}  " + ", ".join(f"{finder}: {n}" for finder, n in finders.items())
            for kind, finders in sorted(self.found.items())
        ]
        return "\n".join([*lines, f"{self.count} changes, {len(self.unfound)} not found"])


@dataclass
class Specimen:
    """A sealed archive on a folder of its own, with its bytes, an earlier state of it, and the heads kept elsewhere."""

    root: Path
    files: Files
    earlier: Files
    """The whole archive as it stood before its last file was begun, for replays."""
    heads: Mapping[str, str]
    expired: Files
    """The same archive after some of its records expired."""
    expired_ids: frozenset[str]
    expired_heads: Mapping[str, str]
    _on_disk: Files = field(default_factory=dict)

    def put(self, files: Files) -> None:
        """Make the folder hold these files: only what differs is written."""
        for name in self._on_disk.keys() - files.keys():
            (self.root / name).unlink()
        for name, data in files.items():
            if self._on_disk.get(name) != data:
                (self.root / name).write_bytes(data)
        self._on_disk = dict(files)

    def finder(self, files: Files, heads: Mapping[str, str], stamped: Mapping[str, str]) -> Finder:
        """Who notices this state. A plain yes is the only answer that notices nothing."""
        self.put(files)
        if verify(self.root).status is not VerifyStatus.VERIFIED:
            return Finder.ALONE
        by_head = bool(heads) and verify(self.root, heads).status is not VerifyStatus.VERIFIED
        if by_head or (stamped and verify(self.root, stamped=stamped).status is not VerifyStatus.VERIFIED):
            return Finder.ANCHOR
        return Finder.NOTHING


@contextmanager
def specimen() -> Iterator[Specimen]:
    """Three sealed files of four pages, in memory where the machine has such a place; then some of the pages expire."""
    folder = Path(tempfile.mkdtemp(prefix="xunjian-", dir=RAM if RAM.is_dir() else None))
    try:
        earlier: Files = {}
        ids = []
        for run in range(3):
            earlier = _read(folder)
            with EvidenceArchive(folder, sync_every=1000) as archive:
                for number in range(4):
                    asked = {"User-Agent": "xunjian"} if number % 3 == 0 else None
                    body = f"<html>{run}-{number} 2026-11-2{number}</html>".encode() * 3
                    shown = page(number + 100 * run, body)
                    ids.append(archive.append(shown, request_headers=asked, run_id=f"r{run}"))
        files, heads = _read(folder), EvidenceArchive(folder).heads()
        gone = expire(folder, dict.fromkeys((ids[0], ids[5], ids[7]), ("personal", "到期")), AT)
        (folder / LOCK).unlink()
        known = frozenset(tombstone.evidence for tombstone in gone.done)
        expired = _read(folder)
        yield Specimen(folder, files, earlier, heads, expired, known, EvidenceArchive(folder).heads(), dict(expired))
    finally:
        shutil.rmtree(folder)


def _read(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(count: int, seed: int) -> Tally:
    """Try ``count`` changes, each on the untouched archive, all kinds in turn."""
    tally, dice = Tally(), random.Random(seed)
    with specimen() as given:
        assert given.finder(given.files, given.heads, {DAY: given.heads[MANIFEST]}) is Finder.NOTHING
        assert given.finder(given.expired, given.expired_heads, {}) is Finder.NOTHING
        kinds: Sequence[str] = [*DAMAGES, *FORGERIES, *HEAD_ROWS, *EXPIRED]
        while tally.count < count:
            kind = kinds[tally.count % len(kinds)]
            _try(given, kind, dice, tally)
    return tally


def _try(given: Specimen, kind: str, dice: random.Random, tally: Tally) -> None:
    head, number = given.heads[MANIFEST], tally.count
    if kind in HEAD_ROWS:
        files, heads, stamped = HEAD_ROWS[kind](given, dice)
        tally.add(kind, given.finder(files, heads, stamped), number, declared=True)
        return
    if kind in EXPIRED:
        tally.add(kind, EXPIRED[kind](given, dice), number, declared=kind in EXPIRED_DECLARED)
        return
    files, forgery = _changed(given, kind, dice), kind in FORGERIES
    # Either anchor has to do alone; the two take turns.
    heads, stamped = ({MANIFEST: head}, {}) if number % 2 else ({}, {DAY: head})
    tally.add(kind, given.finder(files, heads, stamped), number, declared=forgery)


def _changed(given: Specimen, kind: str, dice: random.Random) -> Files:
    """The archive after a change that changed something: a flip of the dice may put two equal records in each other's place."""
    files = given.files
    while files == given.files:
        files = (DAMAGES | FORGERIES)[kind](given.files, given.earlier, dice)
    return files


State = tuple[Files, Mapping[str, str], Mapping[str, str]]
"""Files, heads in the database, heads time-stamped."""


def _head_edited(given: Specimen, dice: random.Random) -> State:
    """One row of table chain_head, or of table timestamp, says another head; the files are whole."""
    other = "".join(dice.choices("0123456789abcdef", k=64))
    heads, stamped = dict(given.heads), {DAY: given.heads[MANIFEST]}
    if dice.random() < 0.5:
        return given.files, heads | {MANIFEST: other}, stamped
    return given.files, heads, {DAY: other}


def _forged_with_its_head(given: Specimen, dice: random.Random) -> State:
    """The archive is forged whole and the row of its head edited to fit, or deleted: the time-stamp is left."""
    files = _changed(given, dice.choice(list(FORGERIES)), dice)
    fitting = {MANIFEST: chain_of(files[MANIFEST]).head} if dice.random() < 0.5 else {}
    return files, fitting, {DAY: given.heads[MANIFEST]}


def _forged_without_its_stamp(given: Specimen, dice: random.Random) -> State:
    """The archive is forged whole and the rows of time-stamps deleted: the mailed head is left."""
    files = _changed(given, dice.choice(list(FORGERIES)), dice)
    return files, {MANIFEST: given.heads[MANIFEST]}, {}


HEAD_ROWS = {
    "database: head edited": _head_edited,
    "database: forged, head fitted": _forged_with_its_head,
    "database: forged, stamps deleted": _forged_without_its_stamp,
}


def _damaged(given: Specimen, dice: random.Random, change: Change) -> Finder:
    """A damage of the archive with expired records, which the archive alone has to notice."""
    files = given.expired
    while files == given.expired:
        files = change(given.expired, given.files, dice)
    return given.finder(files, {}, {})


def _undone(given: Specimen, dice: random.Random) -> Finder:
    """A head that was kept after the expiry is missed."""
    return given.finder(undone(given.expired, given.files, dice), given.expired_heads, {})


def _forged_expiry(given: Specimen, dice: random.Random) -> Finder:
    """No head misses anything: the manifest only went on. The database has no row of it."""
    files = forged_expiry(given.expired, given.files, dice)
    finder = given.finder(files, given.expired_heads, {})
    known = verify(given.root).expired == given.expired_ids
    return finder if finder is not Finder.NOTHING or known else Finder.ROW


EXPIRED_DECLARED = {"expiry: undone, hashes anew": _undone, "expiry: forged whole": _forged_expiry}
_ALONE = EXPIRY_DAMAGES | {f"expired archive: {kind}": change for kind, change in DAMAGES.items()}
EXPIRED: dict[str, Callable[[Specimen, random.Random], Finder]] = {
    **{kind: partial(_damaged, change=change) for kind, change in _ALONE.items()},
    **EXPIRED_DECLARED,
}


def main() -> int:
    """Entry of the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.evidence_mutations")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    begun = time.perf_counter()
    tally = run(asked.count, asked.seed)
    print(tally)
    print(f"{time.perf_counter() - begun:.0f} s, seed {asked.seed}")
    for kind, number in tally.unfound[:10]:
        print(f"not found: change {number}, {kind}")
    return 1 if tally.unfound else 0


if __name__ == "__main__":
    raise SystemExit(main())
