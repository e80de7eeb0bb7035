"""A simulated year with real bytes: pages archived, read, recorded, judged; and the findings made anew from bytes alone.

    python -m tests.support.recorded_year --accounts 300 --days 365

prints how many findings came out equal, and how long `verify` took beside hashing the same bytes; exits 1 where one differs.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from crawler.observe.attribute import attribute_page, summarize_visit
from crawler.page.page import Page
from crawler.platforms import spec_of
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.jobs.findings_replay import FindingsReplay, replay_findings
from monitors.jobs.known_sites import with_history
from monitors.jobs.sweep import target_of
from monitors.settings import Settings
from monitors.simulate.faults import Faults
from monitors.simulate.population import SimulatedAccount, populate
from monitors.simulate.simulated_web import SimulatedWeb, first_urls
from monitors.simulate.simulated_web import target_of as life_target
from rules.accounts.state import apply_observation
from rules.model import BEIJING, Observation
from storage.evidence import EvidenceArchive, VerifyStatus
from storage.store import Store

END = datetime(2026, 11, 21, 3, tzinfo=BEIJING)
SCHOOL = "sias"
FOLLOWED = 2
"""Further pages of a visit: columns of a website."""
FAULTY = 0.05


def recorded_year(data: Path, accounts: int, days: int, every: int = 7, seed: int = 2026) -> AppContext:
    """A data folder after ``days`` days in which each account was looked at every ``every`` days, some looks in vain.

    The caller closes the context's store.
    """
    begin = END - timedelta(days=days)
    lives = populate(accounts, begin, days, seed, SCHOOL)
    settings = Settings(data=data)
    context = AppContext(settings, Store(settings.database), lambda: END)
    context.store.filings.save([life.filing_at(END) for life in lives], by="测试", now=begin)
    web, faults = SimulatedWeb(lives, begin, seed), Faults(begin, days, seed, FAULTY)
    for number in range(days // every):
        now = begin + timedelta(days=(number + 1) * every, hours=-random.Random(number).uniform(0, 6))
        with EvidenceArchive(context.evidence, sync_every=100_000) as archive:
            run = f"sweep-{now:%Y%m%d-%H%M%S}-{number:08x}"
            known = {
                target.key: target for target in with_history(context, map(target_of, context.store.filings.all()))
            }
            looks = [
                (life.key, look)
                for life in lives
                for look in _visit(life, known[life.key], web, faults, archive, run, now)
            ]
            context.store.observations.record(run, looks, apply_observation)
    return context


def _visit(
    life: SimulatedAccount,
    target: Target,
    web: SimulatedWeb,
    faults: Faults,
    archive: EvidenceArchive,
    run: str,
    now: datetime,
) -> list[Observation]:
    """What the pages of one visit say together; whatever came is in the archive."""
    seen: list[Observation] = []
    for source, url in first_urls(life_target(life)):
        came = _fetched(life, url, web, faults, now)
        seen.append(_read(came, target, source.code if source else None, archive, run))
        if isinstance(came, Page) and source and seen[-1].outcome.is_fact:
            chosen = next((s for s in spec_of(target.platform).sources if s.code == seen[-1].source), source)
            further = list(chosen.next_urls(came, target))[:FOLLOWED]
            seen += [_read(_fetched(life, more, web, faults, now), target, None, archive, run) for more in further]
    return summarize_visit(seen)


def _fetched(life: SimulatedAccount, url: str, web: SimulatedWeb, faults: Faults, now: datetime) -> Page | Observation:
    page, failure = web.fetch(url, now), faults.meets(life, url, now)
    came = failure.spoil(page) if failure else page
    return replace(came, platform=life.actor.platform) if isinstance(came, Observation) else came


def _read(
    came: Page | Observation, target: Target, source: str | None, archive: EvidenceArchive, run: str
) -> Observation:
    """Kept before it is read; what never came has no bytes."""
    if isinstance(came, Observation):
        return came
    evidence = archive.append(came, run_id=run)
    return replace(attribute_page(came, target, source), evidence=evidence)


def hashed(root: Path) -> int:
    """What `verify` reads, WARCs and chains, hashed as ``sha256sum`` does; returns how many bytes."""
    total = 0
    for path in sorted([*root.glob("*/*.warc.gz"), *root.glob("*/*.chain")]):
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")
            total += file.tell()
    return total


def replayed(context: AppContext) -> FindingsReplay:
    """The findings at the year's end from bytes alone."""
    return replay_findings(context, EvidenceArchive(context.evidence), [SCHOOL], END)


def main() -> int:
    """Entry of the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.recorded_year")
    parser.add_argument("--accounts", type=int, default=300)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--every", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xunjian-year-") as folder:
        context = recorded_year(Path(folder), asked.accounts, asked.days, asked.every)
        clock = [time.perf_counter()]
        size = hashed(context.evidence)
        clock.append(time.perf_counter())
        verified = EvidenceArchive(context.evidence).verify()
        clock.append(time.perf_counter())
        report = replayed(context)
        clock.append(time.perf_counter())
        context.store.close()
    hashing, verifying, replaying = (b - a for a, b in itertools.pairwise(clock))
    print(f"{verified.records} records, {verified.files} files, {size / 1e6:.1f} MB: {verified.status}")
    print(
        f"hashing {hashing:.2f} s, verify {verifying:.2f} s ({verifying / hashing:.1f} times), replay {replaying:.0f} s"
    )
    print(f"{report.looks} looks, {report.unread} without bytes, {len(report.lost)} lost")
    print(f"{report.same} findings equal, {len(report.differing)} differ")
    return int(bool(report.differing or report.lost or verified.status is not VerifyStatus.VERIFIED))


if __name__ == "__main__":
    raise SystemExit(main())
