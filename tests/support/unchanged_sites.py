"""Small websites on loopback that know, or do not know, how to say that a page has not changed."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from crawler.platforms.spec import Target
from rules.model import Platform

WALL = "<html><head><title>安全验证</title></head><body>请完成安全验证后继续访问，拖动滑块完成拼图<div id='captcha'></div></body></html>"
LAST_MODIFIED = "Fri, 20 Nov 2026 01:00:00 GMT"


def home(*dates: str) -> bytes:
    """A website's home page with one item of each date."""
    rows = "".join(
        f"<li><a href='/info/{n}.htm'>关于开展第{n}次活动的通知</a><span>{at}</span></li>" for n, at in enumerate(dates)
    )
    filler = "<p>欢迎访问本单位网站，这里有最新的信息与服务。</p>" * 20
    page = f"<html><head><meta charset='utf-8'><title>示例学院</title></head><body>{filler}<h3>通知公告</h3><ul>{rows}</ul></body></html>"
    return page.encode()


OLD = home("2026-11-18", "2026-11-12", "2026-10-30", "2026-10-02", "2026-09-11")
NEW = home("2026-11-22", "2026-11-18", "2026-11-12", "2026-10-30", "2026-10-02")
SINCE = home("3天前", "5天前", "8天前", "9天前", "12天前")
HOME = ("/", "/home/")
HOSTS = ("etag", "modified", "neither", "liar", "changed", "redirect", "gzip", "wall", "relative")


@dataclass
class Sites:
    """``day``: which visit it is; ``asked``: host, path, status and length of body of every answer of that day."""

    port: int = 0
    day: int = 0
    asked: list[tuple[str, str, int, int]] = field(default_factory=list)

    def next_day(self) -> None:
        """The next visit begins."""
        self.day, self.asked = self.day + 1, []

    def answers(self, host: str) -> list[tuple[int, int]]:
        """Status and bytes of what this site sent of its home page today."""
        return [(status, size) for name, path, status, size in self.asked if name == host and path in HOME]

    def answer(self, host: str, path: str, asked: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """What one site says."""
        if path not in HOME:
            return 404, {}, b""
        if host == "redirect" and path == "/":
            return 302, {"location": "/home/"}, b""
        body = {"wall": WALL.encode(), "relative": SINCE}.get(host, OLD)
        if host in ("changed", "liar") and self.day:
            body = NEW
        tag = f'"{host}-{len(body)}-{body is NEW and host == "changed"}"'
        marks = {"neither": {}, "modified": {"last-modified": LAST_MODIFIED}}.get(host, {"etag": tag})
        same = (
            asked.get("if-none-match") == tag if host != "modified" else asked.get("if-modified-since") == LAST_MODIFIED
        )
        if (marks and same) or (host == "liar" and "if-none-match" in asked):
            return 304, marks, b""
        if host == "liar":
            marks = {"etag": '"never-moves"'}
        if host == "gzip":
            return 200, marks | {"content-encoding": "gzip"}, gzip.compress(body)
        return 200, marks, body


def target(host: str) -> Target:
    """The site as an account."""
    name = f"{host}.example"
    return Target(platform=Platform.WEBSITE, key=f"website:{name}", account_id=name, url=f"http://{name}/")


@contextmanager
def unchanged_sites() -> Iterator[Sites]:
    """The sites, listening."""
    sites = Sites()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers["host"].partition(".")[0]
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, body = sites.answer(host, self.path, headers)
            self.send_response(status)
            for name, value in ({"content-type": "text/html; charset=utf-8"} | more).items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            sites.asked.append((host, self.path, status, len(body)))

        def log_message(self, *given: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sites.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield sites
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
