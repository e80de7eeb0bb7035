"""The campus on its ports, and a real crawl of it: the same child, spider and proxy that a sweep uses."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crawler.fetch.job import CrawlJob, FetchTask
from monitors.demo.campus import EXPECTED, CampusServer, DemoCampus, demo_filings, key_of
from rules.model import ClaimType, Outcome, Platform
from storage.crawl_runs import RunKind
from storage.serialization import dump
from storage.store import Store
from tests.support.guest import NOW, target_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server() -> Iterator[CampusServer]:
    with CampusServer(DemoCampus(NOW, slow_seconds=0.2)) as running:
        yield running


def get(server: CampusServer, host: str, path: str = "/", *, tls: bool = True) -> httpx.Response:
    port = server.tls_port if tls else server.plain_port
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}{path}"
    return httpx.get(url, headers={"host": host}, verify=False, trust_env=False)


def test_both_ports_answer_by_host(server: CampusServer) -> None:
    assert "示范大学图书馆" in get(server, "lib.shifan.example", tls=False).text
    assert get(server, "m.weibo.cn", "/api/container/getIndex?type=uid&value=9000000001").json()["ok"] == 1
    assert get(server, "m.weibo.cn", "/robots.txt").status_code == 404
    assert get(server, "slow.shifan.example").elapsed.total_seconds() > 0.2


def test_a_cut_connection_is_cut(server: CampusServer) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        get(server, "tm.shifan.example")


def test_it_runs_inside_a_running_loop() -> None:
    async def live() -> int:
        async with CampusServer(DemoCampus(NOW)) as running, httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://127.0.0.1:{running.plain_port}/", headers={"host": "www.shifan.example"})
            return answer.status_code

    assert asyncio.run(live()) == 200


def test_the_certificate_is_signed_by_nobody_else(server: CampusServer) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"https://127.0.0.1:{server.tls_port}/", verify=ssl.create_default_context(), trust_env=False)


def crawl(server: CampusServer, folder: Path, platform: Platform) -> tuple[Store, dict[str, object]]:
    """Follow one order over all filed accounts of a platform."""
    store = Store(f"sqlite:///{folder / 'xunjian.db'}")
    looks = tuple(FetchTask(target=target_of(f)) for f in demo_filings(server.campus) if f.platform is platform)
    order = CrawlJob(
        run="test",
        kind=RunKind.SWEEP,
        platform=platform,
        now=NOW,
        data=str(folder),
        database=f"sqlite:///{folder / 'xunjian.db'}",
        looks=looks,
        delay_seconds=0,
        timeout_seconds=10,
        connect_to=server.connect_to,
        browser_path="/nonexistent",
    )
    child = subprocess.run(
        [sys.executable, "-m", "crawler.fetch.worker"],
        input=dump(order),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONASYNCIODEBUG": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert child.returncode == 0, child.stderr
    left = [word for word in ("destroyed", "never retrieved", "never awaited", "Traceback") if word in child.stderr]
    assert not left, f"a child closes what it opened: {child.stderr}"
    return store, json.loads(child.stdout)


def test_a_real_crawl_of_the_websites(server: CampusServer, tmp_path: Path) -> None:
    store, summary = crawl(server, tmp_path, Platform.WEBSITE)
    keys = [key_of(f) for f in demo_filings(server.campus) if f.platform is Platform.WEBSITE]
    seen = store.observations.states(keys, NOW)
    assert summary["visits"] == len(keys)
    live, silent, wall, moved = (seen[f"website:{host}.shifan.example"] for host in ("news", "lib", "marx", "old-zs"))
    assert live.last_post_at
    assert (NOW - live.last_post_at).days < 2
    assert silent.last_post_at
    assert silent.silence_shown
    assert (NOW - silent.last_post_at).days > 120
    assert wall.obstacle is Outcome.BLOCKED
    assert wall.fact is None
    assert moved.outcome is Outcome.MOVED
    for key in keys:
        assert EXPECTED[key].outcome in {look.outcome for look, _ in store.observations.history(key)}, key
    store.close()


def test_a_real_crawl_of_weibo_rests_at_the_first_wall(server: CampusServer, tmp_path: Path) -> None:
    store, summary = crawl(server, tmp_path, Platform.WEIBO)
    (look, _), *_ = [row for row in store.observations.history("weibo:9000000004") if row[0].source == "m_posts"]
    assert look.outcome is Outcome.OK
    assert ClaimType.INACTIVE in look.proves
    assert summary["blocked_hosts"]
    store.close()
