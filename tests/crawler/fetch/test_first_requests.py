"""How a visit begins: every first request is counted before one is sent, and a missing browser is said, not guessed past."""

from __future__ import annotations

import asyncio
from pathlib import Path

from crawler.fetch.job import FetchTask
from monitors import clock
from monitors.app_context import AppContext
from monitors.demo.register import opening
from monitors.demo.server import CampusServer
from monitors.jobs.sweep import new_crawl_job, run_crawl_job, target_of
from monitors.settings import load_settings
from rules.model import Outcome, Platform
from storage.crawl_runs import RunKind
from storage.store import Store


def looked(folder: Path, platform: Platform, keys: int, **given: str) -> dict[str, list[tuple[str, Outcome, str]]]:
    """Source, outcome and reason of each observation of the platform's first accounts, by key, after one child."""
    settings = load_settings(data=folder, delay_seconds=0.0, **given)
    context = AppContext(settings, Store(settings.database), clock.wall)
    campus, filings = opening(clock.wall())
    targets = [target_of(filing) for filing in filings if filing.platform is platform][:keys]
    with CampusServer(campus) as server:
        context.connect_to = ("127.0.0.1", server.plain_port, server.tls_port)
        looks = [FetchTask(target=target) for target in targets]
        ending = asyncio.run(run_crawl_job(context, new_crawl_job(context, RunKind.SWEEP, platform, looks)))
    assert ending.status == "ok", ending.error
    history = {target.key: [look for look, _ in context.store.observations.history(target.key)] for target in targets}
    context.store.close()
    return {key: [(look.source, look.outcome, look.reason) for look in looks] for key, looks in history.items()}


def test_without_a_browser_a_page_that_needs_one_is_unreadable_with_what_to_install(tmp_path: Path) -> None:
    seen = looked(tmp_path, Platform.DOUYIN, 3, browser=str(tmp_path / "no-chromium"))
    assert len(seen) == 3
    for key, looks in seen.items():
        assert looks, key
        assert all(not outcome.is_fact for _, outcome, _ in looks), key
        assert any("apt-get install chromium" in reason for _, _, reason in looks), key


def test_an_account_of_two_sources_is_concluded_once_with_both(tmp_path: Path) -> None:
    (looks,) = looked(tmp_path, Platform.WEIBO, 1).values()
    assert sorted(source for source, _, _ in looks) == ["m_posts", "profile"]
