"""A real child against a hostile local server: redirects inside, loops, huge, binary and broken answers."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler.fetch.job import FetchTask
from crawler.platforms.spec import Target
from monitors import clock
from monitors.app_context import AppContext
from monitors.jobs.sweep import new_crawl_job, run_crawl_job
from monitors.settings import load_settings
from rules.model import ClaimType, Observation, Outcome, Platform
from storage.crawl_runs import RunKind
from storage.store import Store

NEWS = "".join(
    f"<li><a href='/info/1001/{n}.htm'>学院新闻标题第{n}条</a><span>2026-01-{20 - n}</span></li>" for n in range(9)
)
LINKS = "<a href='javascript:alert(1)'>新闻中心</a><a href='http://127.0.0.2/tzgg.htm'>通知公告</a><a href='ftp://x/'>更多</a>"
PAGES = {
    "/empty/": b"",
    "/binary/": bytes(range(256)) * 400,
    "/deep/": b"<div>" * 100_000,
    "/huge/": b"<html>" + b"x" * (11 * 1024 * 1024),
    "/goes/": b"<html><head><title>x</title></head><script>window.location.href = '/links/';</script></html>",
    "/frames/": b"<html><frameset cols='20%,*'><frame src='/binary/'><frame src='/links/'></frameset></html>",
    "/checks/": b"<html><script>document.cookie='c=1'; location.href='/links/?c=1';</script></html>",
    "/links/": f"<html><head><title>示例学院</title></head><body><h2>新闻</h2><ul>{NEWS}</ul>{LINKS}</body></html>".encode(),
}
GZIP_CUT = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcbH\xcd"


class Answers(BaseHTTPRequestHandler):
    """The hostile site."""

    def do_GET(self) -> None:
        """Answer by path."""
        body, headers = PAGES.get(self.path, b""), {"Content-Type": "text/html"}
        if self.path == "/inside/":
            assert isinstance(self.server, HTTPServer)
            headers["Location"] = f"http://127.0.0.2:{self.server.server_port}/"
        elif self.path == "/loop/":
            headers["Location"] = "/loop/"
        elif self.path == "/gzip/":
            body, headers["Content-Encoding"] = GZIP_CUT, "gzip"
        elif self.path not in PAGES:
            self.send_error(404)
            return
        self.send_response(302 if "Location" in headers else 200)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):  # the crawler hangs up on what is too large
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class Server:
    """Answers on 127.0.0.1; what arrives on 127.0.0.2 is remembered and must stay empty."""

    def __init__(self) -> None:
        inside: list[str] = []

        class Trap(Answers):
            def do_GET(self) -> None:
                inside.append(self.path)
                self.send_error(500)

        self.inside = inside
        first = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.port = first.server_address[1]
        self._servers = (first, ThreadingHTTPServer(("127.0.0.2", self.port), Trap))
        self._threads = [threading.Thread(target=server.serve_forever) for server in self._servers]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            thread.join(10)
            server.server_close()


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, list[Observation]], Server]]:
    """One child over every hostile page; only 127.0.0.1 is allowed."""
    server = Server()
    settings = load_settings(
        data=tmp_path_factory.mktemp("bounds"), delay_seconds=0.0, allowed_ranges=("127.0.0.1/32",)
    )
    context = AppContext(settings, Store(settings.database), clock.wall)
    names = [*PAGES, "/inside/", "/loop/", "/gzip/"]
    base = f"127.0.0.1:{server.port}"
    targets = {name: f"{base}{name.rstrip('/')}" for name in names}
    looks = [
        FetchTask(
            target=Target(platform=Platform.WEBSITE, key=f"website:{t}", account_id=t, url=f"http://{base}{name}")
        )
        for name, t in targets.items()
    ]
    walls = {"/empty/", "/gzip/", "/binary/"}  # a wall silences its host for the rest of a run: these go one by one
    together = [look for name, look in zip(names, looks, strict=True) if name not in walls]
    alone = [[look] for name, look in zip(names, looks, strict=True) if name in walls]
    for some in [together, *alone]:
        ending = asyncio.run(run_crawl_job(context, new_crawl_job(context, RunKind.SWEEP, Platform.WEBSITE, some)))
        assert ending.status == "ok", ending.error
    yield (
        {name: [o for o, _ in context.store.observations.history(f"website:{t}")] for name, t in targets.items()},
        server,
    )
    context.store.close()
    server.stop()


@pytest.mark.parametrize(
    ("page", "reason"),
    [("/inside/", "refused_address"), ("/loop/", "redirects"), ("/huge/", "too_large"), ("/binary/", ""), ("/deep/", ""),
     ("/empty/", ""), ("/gzip/", "")],
)  # fmt: skip
def test_hostile_pages_say_nothing_about_the_account(
    seen: tuple[dict[str, list[Observation]], Server], page: str, reason: str
) -> None:
    looks = seen[0][page]
    assert looks, "the sweep goes on and says what it met"
    assert all(not look.outcome.is_fact for look in looks), looks
    assert any(look.reason.startswith(reason) for look in looks), looks


def test_links_inside_and_of_other_kinds_are_not_followed(seen: tuple[dict[str, list[Observation]], Server]) -> None:
    assert any(look.outcome is Outcome.OK for look in seen[0]["/links/"])
    assert seen[1].inside == []


def test_a_page_that_only_leads_on_is_followed_once(seen: tuple[dict[str, list[Observation]], Server]) -> None:
    (led,) = [look for look in seen[0]["/goes/"] if look.source == "home"]
    assert led.url.endswith("/links/")
    assert led.last_post_at
    assert ClaimType.INACTIVE in led.proves, "the page it goes to is the home page"
    framed = [look for look in seen[0]["/frames/"] if look.outcome is Outcome.OK]
    assert framed
    assert not any(ClaimType.INACTIVE in look.proves for look in framed), "one frame shows no silence"


def test_a_check_of_visitors_is_not_walked_past(seen: tuple[dict[str, list[Observation]], Server]) -> None:
    assert not any(look.outcome.is_fact for look in seen[0]["/checks/"])


def test_evidence_of_a_hostile_page_is_kept(seen: tuple[dict[str, list[Observation]], Server], tmp_path: Path) -> None:
    assert all(look.evidence for look in seen[0]["/binary/"])
