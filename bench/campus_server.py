"""A plain, fast local server for crawl benchmarks: every address serves sites with a home page and list columns."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from crawler.fetch.worker import die_with_parent

COLUMNS = {"xwzx": "新闻中心", "tzgg": "通知公告", "xsdt": "学术动态", "djgz": "党建工作"}
FILLER = "".join(f"<p class='intro'>欢迎来到本单位，这里有最新的信息与服务。{n}</p>\n" for n in range(20))


def items(site: int, column: str, count: int) -> str:
    """Dated list items, newest first."""
    newest = date(2026, 11, 20) - timedelta(days=site % 50)
    rows = []
    for n in range(count):
        link = f"/s{site}/info/10{n % 9}/{site * 100 + n}.htm"
        title = f"{COLUMNS[column]}示例标题第{n}条"
        rows.append(
            f'<li id="line_u9_{n}"><span>{newest - timedelta(days=n * 3)}</span><a href="{link}">{title}</a></li>'
        )
    return "\n".join(rows)


@cache
def page(site: int, column: str | None) -> bytes:
    """A VSB-like page of about 5 KB, made once: a home page with a block per column, or one column with twenty items."""
    menu = "".join(f'<li><a href="/s{site}/{code}.htm">{name}</a></li>' for code, name in COLUMNS.items())
    if column is None:
        title = f"示例单位{site}"
        body = "".join(
            f"<div class='block'><h3>{name}<a href='/s{site}/{code}.htm'>更多</a></h3><ul>{items(site, code, 6)}</ul></div>"
            for code, name in COLUMNS.items()
        )
    else:
        title = f"{COLUMNS[column]}-示例单位{site}"
        body = f"<ul class='newsList'>{items(site, column, 20)}</ul>"
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title>"
        f'<META Name="keywords" Content="示例单位{site}"></head><body><!--Announced by Visual SiteBuilder 9-->'
        f"<ul class='nav'><li><a href='/s{site}/'>首页</a></li>{menu}</ul>{FILLER}{body}"
        f"<div class='footer'>版权所有 © 2012-2026 示例单位{site}</div></body></html>"
    ).encode()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
WALL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
COUNTS, DOWN, UP = "/_counts", "/_down", "/_up"
"""Addresses for the bench itself: what came so far; from now on nothing but 503; as usual again."""


def address(n: int) -> str:
    """The nth address of loopback that sites stand on."""
    return f"127.0.{1 + n // 250}.{n % 250 + 1}"


@dataclass
class Campus:
    """Answers after ``delay`` seconds, and remembers when each address was asked."""

    delay: float = 0.0
    asked: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    down: bool = False

    def counts(self) -> bytes:
        """JSON: address -> [requests, shortest seconds between two of them]."""
        found = {
            host: [len(moments), min((b - a for a, b in itertools.pairwise(moments)), default=None)]
            for host, moments in self.asked.items()
        }
        return json.dumps(found).encode()

    def body(self, path: str) -> bytes | None:
        """The page at this path; None where there is none."""
        if path in (COUNTS, DOWN, UP):
            self.down = path == DOWN or (self.down and path == COUNTS)
            return self.counts()
        parts = [part for part in path.split("/") if part]
        if not parts or not parts[0][1:].isdigit():
            return None
        column = parts[1].removesuffix(".htm") if len(parts) > 1 else None
        return page(int(parts[0][1:]), column) if column is None or column in COLUMNS else None

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep-alive HTTP/1.1 by hand: the server must not be what is measured."""
        host = writer.get_extra_info("sockname")[0]
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                if not path.startswith("/_"):
                    self.asked[host].append(time.monotonic())
                    if self.delay:
                        await asyncio.sleep(self.delay)
                    if self.down:
                        writer.write(WALL)
                        continue
                body = self.body(path)
                writer.write(NOT_FOUND if body is None else HEAD % len(body) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main(addresses: int, delay: float) -> None:
    """Listen on 127.0.1.1, 127.0.1.2, … at one free port, and say which on stdout."""
    die_with_parent()
    campus = Campus(delay)
    servers = [await asyncio.start_server(campus.answer, address(0), 0)]
    port = servers[0].sockets[0].getsockname()[1]
    servers += [await asyncio.start_server(campus.answer, address(n), port) for n in range(1, addresses)]
    print(port, flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("addresses", type=int)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    given = parser.parse_args()
    asyncio.run(main(given.addresses, given.delay))
