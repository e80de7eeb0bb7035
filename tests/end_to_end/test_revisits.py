"""Unchanged pages, seen by the real child on real servers: nothing is lost of what a whole fetch would show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.fetch.job import CrawlJob, FetchTask
from crawler.fetch.revisits import MOST_TRUSTED
from crawler.observe.attribute import attribute_page
from crawler.page.page import Page
from rules.model import AccountState, Observation, Outcome, Platform
from storage.crawl_runs import RunKind
from storage.evidence import EvidenceArchive, VerifyStatus
from storage.serialization import dump
from storage.store import Store
from tests.conftest import NOW
from tests.support.unchanged_sites import HOSTS, NEW, OLD, Sites, target, unchanged_sites

ROOT = Path(__file__).parents[2]
Seen = dict[str, Observation]


def crawl(sites: Sites, folder: Path, *, whole: Iterable[str] = ()) -> tuple[Seen, dict[str, object]]:
    """What one sweep on the sites' day saw of each, and what the child says of itself."""
    database = f"sqlite:///{folder / 'xunjian.db'}"
    Store(database).close()
    order = CrawlJob(
        run=f"sweep-{sites.day}",
        kind=RunKind.SWEEP,
        platform=Platform.WEBSITE,
        now=NOW + timedelta(days=sites.day),
        data=str(folder),
        database=database,
        looks=tuple(FetchTask(target=target(host), whole=host in whole) for host in HOSTS),
        delay_seconds=0,
        timeout_seconds=10,
        connect_to=("127.0.0.1", sites.port, sites.port),
    )
    child = subprocess.run(
        [sys.executable, "-m", "crawler.fetch.worker"],
        input=dump(order),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert child.returncode == 0, child.stderr
    store = Store(database)
    seen = {
        host: max((look for look, _ in store.observations.history(target(host).key)), key=lambda look: look.observed_at)
        for host in HOSTS
    }
    store.close()
    return seen, json.loads(child.stdout)


def states(folder: Path, days: int) -> dict[str, AccountState]:
    """How each account stands after so many days."""
    store = Store(f"sqlite:///{folder / 'xunjian.db'}")
    found = store.observations.states([target(host).key for host in HOSTS], NOW + timedelta(days=days))
    store.close()
    return {host: found[target(host).key] for host in HOSTS}


def trust_out(folder: Path, host: str) -> None:
    """As if the site had said "not modified" as often as is believed."""
    store = Store(f"sqlite:///{folder / 'xunjian.db'}")
    known = store.whole_fetches.of([target(host).key])
    store.whole_fetches.save(replace(each, trusted=MOST_TRUSTED) for each in known.values())
    store.close()


def told(seen: Observation) -> Observation:
    """Without what only says how the bytes came, and when exactly."""
    at = seen.observed_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return replace(seen, observed_at=at, evidence="", unchanged_since=None, whole_at=None)


def test_what_an_unchanged_page_shows_is_what_a_whole_fetch_would_show(tmp_path: Path) -> None:
    kept, anew = tmp_path / "kept", tmp_path / "anew"
    for folder in (kept, anew):
        folder.mkdir()
    with unchanged_sites() as sites:
        first, _ = crawl(sites, kept)
        assert all(status in (200, 302) for host in HOSTS for status, _ in sites.answers(host))
        sites.next_day()
        second, summary = crawl(sites, kept)
        sent = {host: sites.answers(host) for host in HOSTS}
        sites.asked = []
        whole, _ = crawl(sites, anew)
        assert summary["unchanged"] == len(HOSTS) - 2  # the changed one and the wall
        check_answers(sent)
        check_second_visit(first, second, whole)
        check_evidence(kept, first, second)
        sites.next_day()
        trust_out(kept, "liar")
        third, summary = crawl(sites, kept, whole=["etag"])
        check_third_visit(sites, third, summary, second)
    after = states(kept, 3)
    assert after["wall"].fact is None, "an unchanged wall is a wall"
    for host in ("etag", "modified", "neither", "redirect", "gzip"):
        fact = after[host].fact
        assert fact is not None
        assert fact.at.date() == (NOW + timedelta(days=2)).date(), "as fresh as a whole fetch"
        assert fact.fetched_at.date() == (NOW + timedelta(days=2 if host in ("etag", "neither") else 0)).date()


def check_answers(sent: dict[str, list[tuple[int, int]]]) -> None:
    for host in ("etag", "modified", "gzip", "relative", "liar"):
        assert sent[host] == [(304, 0)], host
    assert sent["redirect"] == [(302, 0), (304, 0)]
    assert sent["neither"] == [(200, len(OLD))]
    assert sent["changed"] == [(200, len(NEW))]
    assert [status for status, _ in sent["wall"]] == [200], "of a wall nothing is kept to ask with"


def check_second_visit(first: Seen, second: Seen, whole: Seen) -> None:
    for host in HOSTS:
        if host != "liar":
            assert told(second[host]) == told(whole[host]), host
    for host in ("etag", "modified", "redirect", "gzip", "relative"):
        assert second[host].unchanged_since == first[host].observed_at == second[host].whole_at, host
        assert second[host].observed_at > first[host].observed_at, host
    assert (second["neither"].unchanged_since, second["neither"].whole_at) == (first["neither"].observed_at, None)
    assert second["relative"].last_post_at == (first["relative"].last_post_at or NOW) + timedelta(days=1)
    assert second["wall"].outcome is Outcome.BLOCKED
    assert second["changed"].unchanged_since is None


def check_evidence(folder: Path, first: Seen, second: Seen) -> None:
    archive = EvidenceArchive(folder / "evidence")
    assert archive.verify().status is VerifyStatus.VERIFIED
    for host, seen in {**{f"{host} ": look for host, look in first.items()}, **second}.items():
        page = Page(**vars(archive.get(seen.evidence)))
        again = attribute_page(page, target(host.strip()), seen.source)
        for field in ("outcome", "reason", "name", "posts", "last_post_at", "observed_at"):
            assert getattr(again, field) == getattr(seen, field), (host, field)


def check_third_visit(sites: Sites, third: Seen, summary: dict[str, object], second: Seen) -> None:
    assert sites.answers("etag") == [(200, len(OLD))], "before a step the page comes whole"
    assert (third["etag"].whole_at, third["etag"].unchanged_since) == (None, second["etag"].unchanged_since)
    assert sites.answers("liar") == [(200, len(NEW))], "the fourteenth visit believes nobody"
    assert third["liar"].last_post_at != second["liar"].last_post_at
    assert third["liar"].unchanged_since is None
    assert "不可信" in str(summary["notes"])
    assert sites.answers("modified") == [(304, 0)]


@pytest.mark.parametrize("kind", [RunKind.SCAN])
def test_only_a_sweep_asks_whether_something_changed(kind: RunKind, tmp_path: Path) -> None:
    from crawler.fetch.worker import revisited_keys

    looks = (FetchTask(target=target("etag")),)
    order = CrawlJob(run="r", kind=kind, platform=Platform.WEBSITE, now=NOW, data="", database="", looks=looks)
    assert revisited_keys(order) == []
    assert revisited_keys(replace(order, kind=RunKind.SWEEP, replay="recording.warc")) == []
    assert revisited_keys(replace(order, kind=RunKind.SWEEP)) == [target("etag").key]
