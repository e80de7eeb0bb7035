"""A real child against servers that really fail: each failure has its own true reason, and none is a fact."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from scrapy.exceptions import IgnoreRequest

from crawler.fetch.errors import describe_fetch_error
from crawler.fetch.job import FetchTask
from crawler.platforms.spec import Target
from monitors import clock
from monitors.app_context import AppContext
from monitors.jobs.sweep import new_crawl_job, run_crawl_job
from monitors.settings import load_settings
from rules.model import Observation, Outcome, Platform
from storage.crawl_runs import RunKind
from storage.store import Store

Answer = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SECONDS = 2.0


def says(*parts: bytes) -> Answer:
    """An answer of these bytes, after which the server hangs up."""

    def answer(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return answer


def silent(connection: socket.socket) -> None:
    time.sleep(SECONDS * 3)


def endless(first: bytes, more: bytes) -> Answer:
    """As much as the client takes."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(first)
        until = time.monotonic() + SECONDS * 3
        while time.monotonic() < until:
            connection.sendall(more * 200)

    return answer


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def dribble(connection: socket.socket) -> None:
    connection.sendall(OK + b"\r\n")
    for _ in range(int(SECONDS * 30)):
        connection.sendall(b".")
        time.sleep(0.1)


BOMB = gzip.compress(bytes(12 * 1024 * 1024))
ROBOTS = b"HTTP/1.1 200 OK\r\nContent-Length: 26\r\nConnection: close\r\n\r\nUser-agent: *\nDisallow: /\n"
SERVERS: dict[str, tuple[Answer | None, str]] = {
    "nobody listens": (None, "refused: 服务器拒绝连接"),
    "silence": (silent, "timeout: 连接超时"),
    "a byte now and then": (dribble, "timeout: 连接超时"),
    "reset": (reset, "cut: 传输中断"),
    "nothing at all": (says(), "cut: 传输中断"),
    "half a body": (says(OK + b"Content-Length: 5000\r\n\r\n<html>"), "cut: 传输中断"),
    "half a chunk": (says(OK + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n<html>"), "cut: 传输中断"),
    "half a head": (says(b"HTTP/1.1 200 OK\r\nContent-Ty"), "cut: 传输中断"),
    "another protocol": (says(b"SSH-2.0-OpenSSH_9.6\r\n"), "garbled: 服务器的应答不合 HTTP 规范"),
    "two lengths": (says(OK + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\nabc"), "garbled: 服务器的应答不合 HTTP 规范"),
    "headers without end": (endless(OK, b"X-More: " + b"y" * 200 + b"\r\n"), "too_large: 应答头超过大小上限"),
    "a header without end": (endless(OK + b"X: a\r\n", b" " + b"y" * 200 + b"\r\n"), "too_large: 应答头超过大小上限"),
    "interim answers without end": (endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), "too_large: 应答头超过大小上限"),
    "a body without end": (endless(OK + b"\r\n", b"z" * 1000), "too_large: 页面超过大小上限"),
    "too long by its own word": (says(OK + b"Content-Length: 99999999\r\n\r\n<html>"), "too_large: 页面超过大小上限"),
    "too large once unpacked": (
        says(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB), BOMB),
        "too_large: 页面超过大小上限",
    ),
    "robots.txt forbids": (says(ROBOTS), "robots: 网站的 robots.txt 不允许访问"),
}  # fmt: skip


class Failing:
    """One server per kind of failure, each on a port of its own."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self._listening: list[socket.socket] = []
        for name, (answer, _) in SERVERS.items():
            server = socket.create_server(("127.0.0.1", 0))
            self.ports[name] = server.getsockname()[1]
            if answer is None:
                server.close()
                continue
            self._listening.append(server)
            threading.Thread(target=self._serve, args=(server, answer), daemon=True).start()

    def _serve(self, server: socket.socket, answer: Answer) -> None:
        with contextlib.suppress(OSError):  # closed at the end
            while True:
                connection, _ = server.accept()
                threading.Thread(target=self._answer, args=(connection, answer), daemon=True).start()

    def _answer(self, connection: socket.socket, answer: Answer) -> None:
        with contextlib.suppress(OSError), connection:  # the crawler hangs up
            connection.recv(65536)
            answer(connection)

    def close(self) -> None:
        for server in self._listening:
            server.close()


def looked(looks: dict[str, FetchTask], context: AppContext) -> dict[str, list[Observation]]:
    order = replace(
        new_crawl_job(context, RunKind.SWEEP, Platform.WEBSITE, list(looks.values())), timeout_seconds=SECONDS
    )
    ending = asyncio.run(run_crawl_job(context, order))
    assert ending.status == "ok", ending.error
    return {
        name: [seen for seen, _ in context.store.observations.history(look.target.key)] for name, look in looks.items()
    }


def dated_evidence(url: str, *, browser: bool = False) -> FetchTask:
    key = f"website:{url}"
    return FetchTask(
        target=Target(platform=Platform.WEBSITE, key=key, account_id=url, url=url), url=url, browser=browser
    )


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppContext]:
    settings = load_settings(
        data=tmp_path_factory.mktemp("failing"), delay_seconds=0.0, allowed_ranges=("127.0.0.1/32",)
    )
    store = Store(settings.database)
    yield AppContext(settings, store, clock.wall)
    store.close()


@pytest.fixture(scope="module")
def failing() -> Iterator[Failing]:
    servers = Failing()
    yield servers
    servers.close()


@pytest.fixture(scope="module")
def seen(context: AppContext, failing: Failing) -> dict[str, list[Observation]]:
    looks = {name: dated_evidence(f"http://127.0.0.1:{port}/") for name, port in failing.ports.items()}
    looks["no such name"] = dated_evidence("http://no-such-name.invalid/")
    looks["no encryption there"] = dated_evidence(f"https://127.0.0.1:{failing.ports['another protocol']}/")
    return looked(looks, context)


EXPECTED = {name: reason for name, (_, reason) in SERVERS.items()} | {
    "no such name": "dns: 域名无法解析",
    "no encryption there": "certificate: 证书或加密连接有问题",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_failure_is_told_as_what_it_was(seen: dict[str, list[Observation]], name: str) -> None:
    (look,) = seen[name]
    assert look.reason == EXPECTED[name]
    assert look.outcome is (Outcome.BLOCKED if name == "robots.txt forbids" else Outcome.UNREADABLE)


def test_in_a_browser_failures_are_told_alike(context: AppContext, failing: Failing) -> None:
    names = ("nobody listens", "nothing at all", "another protocol", "silence")
    looks = {name: dated_evidence(f"http://127.0.0.1:{failing.ports[name]}/b", browser=True) for name in names}
    looks["inside"] = dated_evidence("http://127.0.0.2/b", browser=True)
    looks["no such name"] = dated_evidence("http://no-such-name.invalid/b", browser=True)
    found = looked(looks, context)
    reasons = {name: some[0].reason.partition(":")[0] for name, some in found.items()}
    assert reasons["nobody listens"] == "refused", "our own proxy's answer is not the site's"
    assert reasons["inside"] == "refused_address"
    assert reasons["no such name"] == "dns"
    assert reasons["silence"] == "timeout"
    assert reasons["nothing at all"] == "cut"
    assert not any(look.outcome.is_fact or look.outcome is Outcome.BLOCKED for some in found.values() for look in some)


@pytest.mark.parametrize(
    "text", ["Ignored response <200 http://a/robots.txt> because its body exceeded", "robots.txt", "redirect", ""]
)
def test_only_robots_itself_is_told_as_robots(text: str) -> None:
    outcome, reason = describe_fetch_error(IgnoreRequest(text), "http://a/")
    assert outcome is Outcome.UNREADABLE
    assert "robots" not in reason
