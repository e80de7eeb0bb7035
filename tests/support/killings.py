"""kill -9 at random moments of a sweep and of a campaign import: nothing recorded is lost, nothing stands half.

    python -m tests.support.killings --sweeps 200 --imports 200

exits 1 and says which. Each child is a fork of this process, so that it dies in its work and not while it loads modules; it
tells through a pipe what it was told is kept.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import select
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from crawler.fetch.job import CrawlJob, FetchTask
from crawler.fetch.worker import run_job
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.jobs.campaign_file import checked
from monitors.jobs.campaign_import import import_file
from monitors.jobs.campaign_sheets import write_sheets
from monitors.jobs.campaigns import new_campaign
from monitors.jobs.findings_replay import replay_findings
from monitors.settings import Settings
from monitors.simulate.population import populate
from monitors.simulate.simulated_web import SimulatedWeb, first_urls, target_of
from rules.campaigns import SheetState
from rules.model import BEIJING, Observation, Platform
from storage.audit import AUDIT, Actor, acting
from storage.crawl_runs import RunKind
from storage.evidence import EvidenceArchive, VerifyStatus
from storage.observations import ObservationRepository
from storage.store import Store
from tests.support.campaign_books import filled

NOW = datetime(2026, 11, 21, 9, tzinfo=BEIJING)
SCHOOL, UNIT = "sias", "财务资产处"
ACCOUNTS, ASKED = 10, 12
"""Websites of a sweep; accounts of a unit's workbook."""
WRITING = 0.04
"""The part of a sweep, from its first record on, in which every other one is killed."""
WEBSITES = ((Platform.WEBSITE, 1),)


@dataclass
class Killed:
    """What became of the children. ``told``: those that had been told that something is kept; ``whole``: that had ended."""

    children: int = 0
    told: int = 0
    whole: int = 0
    faults: list[str] = field(default_factory=list)


def kill_after(seconds: float, work: Callable[[int], None], *, told: bool = False) -> tuple[list[str], bool]:
    """Do the work in a fork that is killed after so long; ``told``: so long after it told for the first time.

    Returns the lines that it was told, and whether it had ended.
    """
    reading, writing = os.pipe()
    child = multiprocessing.get_context("fork").Process(target=_quietly, args=(work, writing))
    child.start()
    os.close(writing)
    if told:
        select.select([reading], [], [], 60)  # it tells, or it ends
    child.join(seconds)
    ended = child.exitcode == 0
    if child.is_alive():
        os.kill(child.pid or 0, signal.SIGKILL)
    child.join(30)
    with os.fdopen(reading, "rb") as pipe:
        return [text.decode() for text in pipe.read().split(b"\n")[:-1]], ended


def _quietly(work: Callable[[int], None], pipe: int) -> None:
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    work(pipe)


@contextmanager
def opened(data: Path) -> Iterator[AppContext]:
    """A context of its own; a fork never uses its parent's connections."""
    settings = Settings(data=data)
    data.mkdir(exist_ok=True)
    with closing(Store(settings.database)) as store:
        yield AppContext(settings, store, lambda: NOW)


# A sweep


def web_of_ten(folder: Path) -> tuple[list[Target], Path]:
    """Ten websites and an archive of what they answer, for sweeps without a network."""
    lives = populate(ACCOUNTS, NOW - timedelta(days=30), 30, 7, SCHOOL, WEBSITES)
    web, targets = SimulatedWeb(lives, NOW, 7), [target_of(life) for life in lives]
    with EvidenceArchive(folder / "web") as archive:
        for target in targets:
            for _, url in first_urls(target):
                archive.append(web.fetch(url, NOW))
    with opened(folder / "empty") as context:
        context.store.filings.save([life.filing_at(NOW) for life in lives], by="测试", now=NOW)
    return targets, folder / "web"


class TellingRecord:
    """`ObservationRepository.record` that says through a pipe what it had kept, once it was kept."""

    def __init__(self, pipe: int) -> None:
        """Used in a child alone: it is put into the class."""
        self.pipe, self.record = pipe, ObservationRepository.record

    def install(self) -> None:
        """From now on every record tells."""

        def telling(
            own: ObservationRepository, run: str, looks: Sequence[tuple[str, Observation]], *more: Any
        ) -> object:
            result = self.record(own, run, looks, *more)
            os.write(self.pipe, "".join(f"{key}\t{look.evidence}\n" for key, look in looks).encode())
            return result

        patch.object(ObservationRepository, "record", telling).start()


def sweep_once(data: Path, targets: Sequence[Target], replay: Path, run: str, pipe: int) -> None:
    """A crawl child's work, from a recording."""
    TellingRecord(pipe).install()
    database = Settings(data=data).database
    order = CrawlJob(
        run=run, kind=RunKind.SWEEP, platform=Platform.WEBSITE, now=NOW, data=str(data), database=database,
        looks=tuple(FetchTask(target=target) for target in targets), replay=str(replay), follow=False, delay_seconds=0.0,
    )  # fmt: skip
    with opened(data) as context:
        context.store.crawl_runs.start(run, RunKind.SWEEP, Platform.WEBSITE.value, NOW)
    run_job(order)


def kill_sweeps(count: int, seed: int, folder: Path) -> Killed:
    """Kill so many sweeps, each on a data folder in which the one before was killed: a service that goes on and on."""
    targets, replay = web_of_ten(folder)
    data, dice, seen = folder / "empty", random.Random(seed), Killed()
    begun = time.perf_counter()
    _, ended = kill_after(60, partial(sweep_once, data, targets, replay, "sweep-0"))
    longest = time.perf_counter() - begun
    assert ended, "the undisturbed sweep does not end"
    for number in range(1, count + 1):
        run = f"sweep-{number}"
        busy = number % 2 == 0  # every other one dies while it writes, not while it starts
        moment = dice.uniform(0, longest * WRITING if busy else longest)
        told, ended = kill_after(moment, partial(sweep_once, data, targets, replay, run), told=busy)
        seen.children, seen.told, seen.whole = seen.children + 1, seen.told + bool(told), seen.whole + ended
        seen.faults += [f"sweep {number}: {fault}" for fault in _sweep_faults(data, run, told, deep=number % 20 == 0)]
    seen.faults += _sweep_faults(data, "", [], deep=True)
    return seen


def _sweep_faults(data: Path, run: str, told: Sequence[str], *, deep: bool) -> Iterator[str]:
    """What is lost or half there. ``deep``: the whole archive is sealed, verified and every state made anew from bytes."""
    with opened(data) as context:
        archive = EvidenceArchive(context.evidence)
        kept = {f"{key}\t{look.evidence}" for key, look in context.store.observations.keyed_of_run(run)}
        if lost := set(told) - kept:
            yield f"told and not in the database: {sorted(lost)}"
        for line in kept:
            archive.get(line.partition("\t")[2])  # raises where bytes that a row cites are not there
        report = archive.verify()
        if report.status is VerifyStatus.FAILED:
            yield str(report)
        if not deep:
            return
        archive.seal_abandoned()
        if archive.verify().status is not VerifyStatus.VERIFIED:
            yield f"not whole after sealing: {archive.verify()}"
        again = replay_findings(context, archive, [SCHOOL], NOW)
        if again.differing or again.lost:
            yield f"{len(again.differing)} findings differ from their bytes, {len(again.lost)} pages lost"
    yield from _spoilt(data)


def _spoilt(data: Path) -> Iterator[str]:
    with closing(sqlite3.connect(data / "xunjian.db")) as database:
        if (said := database.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            yield f"the database is damaged: {said}"


# A campaign's import


def kill_imports(count: int, seed: int, folder: Path) -> Killed:
    """Kill so many imports of a workbook, each into the same untouched campaign."""
    book, dice, seen = _campaign(folder / "before"), random.Random(seed), Killed()
    longest = 0.0
    for number in range(count + 1):
        data = folder / "now"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(folder / "before", data)
        begun = time.perf_counter()
        wait = dice.uniform(0, longest) if number else 60.0
        told, ended = kill_after(wait, partial(_import, data, book))
        longest = longest or time.perf_counter() - begun
        if number:
            seen.children, seen.told, seen.whole = seen.children + 1, seen.told + bool(told), seen.whole + ended
        seen.faults += [f"import {number}: {fault}" for fault in _import_faults(data, book, bool(told))]
    return seen


def _campaign(data: Path) -> Path:
    """A campaign with one unit's workbook, filled in."""
    lives = populate(ASKED, NOW - timedelta(days=30), 30, 7, SCHOOL)
    given = {"code": "ZC", "school": SCHOOL, "name": "自查", "kind": "半年自查", "start": NOW.date(), "end": NOW.date(), "due": NOW.date()}  # fmt: skip
    with opened(data) as context:
        context.store.filings.save([life.filing_at(NOW) for life in lives], by="测试", now=NOW)
        new_campaign(context, checked(given, "测试"), "王经办", NOW)
        (book,) = write_sheets(context, "ZC", data.parent / "books", NOW)
    with closing(sqlite3.connect(data / "xunjian.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return filled(book)


def _import(data: Path, book: Path, pipe: int) -> None:
    with opened(data) as context, acting(Actor("王经办")):
        found = import_file(context, book, NOW)
        assert found.taken, found.bad
        os.write(pipe, b"taken\n")


def _import_faults(data: Path, book: Path, told: bool) -> Iterator[str]:
    """A sheet is as it was or handed in whole, with one line in the log of changes."""
    with opened(data) as context:
        sheet = context.store.campaigns.sheet("ZC", UNIT)
        with context.store.database.read() as tx:
            query = sa.select(sa.func.count()).select_from(AUDIT).where(AUDIT.c.action == "campaign.submit")
            logged = tx.execute(query).scalar()
        state = (sheet.state, len(sheet.answers), logged)
        if state not in ((SheetState.OPEN, 0, 0), (SheetState.SUBMITTED, ASKED, 1)):
            yield f"half there: {state}"
        if told and sheet.state is not SheetState.SUBMITTED:
            yield "told that it was taken, and it was not"
        if sheet.state is SheetState.OPEN and not import_file(context, book, NOW).taken:
            yield "cannot be imported after the kill"
    yield from _spoilt(data)


def main() -> int:
    """Entry of the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.killings")
    parser.add_argument("--sweeps", type=int, default=200)
    parser.add_argument("--imports", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    faults = []
    for what, kill, count in (("sweeps", kill_sweeps, asked.sweeps), ("imports", kill_imports, asked.imports)):
        with tempfile.TemporaryDirectory(prefix="xunjian-killed-") as folder:
            begun = time.perf_counter()
            seen = kill(count, asked.seed, Path(folder))
        faults += seen.faults
        print(
            f"{what}: {seen.children} children, {seen.told} had been told that something is kept, {seen.whole} had ended, "
            f"{len(seen.faults)} faults, {time.perf_counter() - begun:.0f} s"
        )
    for fault in faults[:20]:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
