"""A plain, fast local server for crawl benchmarks: every address serves sites with a home page and list columns."""

from __future__ import annotations

import asyncio
import sys
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


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Keep-alive HTTP/1.1 by hand: the server must not be what is measured."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode()
            parts = [part for part in path.split("/") if part]
            if path == "/robots.txt" or not parts or not parts[0][1:].isdigit():
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                continue
            column = parts[1].removesuffix(".htm") if len(parts) > 1 else None
            if column is not None and column not in COLUMNS:
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                continue
            body = page(int(parts[0][1:]), column)
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body)
                + body
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(addresses: int) -> None:
    """Listen on 127.0.1.1, 127.0.1.2, … at one free port, and say which on stdout."""
    die_with_parent()
    servers = [await asyncio.start_server(answer, "127.0.1.1", 0)]
    port = servers[0].sockets[0].getsockname()[1]
    servers += [await asyncio.start_server(answer, f"127.0.1.{n + 2}", port) for n in range(addresses - 1)]
    print(port, flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
