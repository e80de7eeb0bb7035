"""A plain, fast local server for crawl benchmarks: every address serves sites with a home page and list columns."""

from __future__ import annotations

import asyncio
import sys
from datetime import date, timedelta

COLUMNS = ("xwzx", "tzgg", "xsdt", "djgz")
FILLER = "".join(f"<p class='intro'>本栏目发布学校新闻与通知，欢迎师生关注。{n}</p>\n" for n in range(40))


def page(site: int, column: str | None) -> bytes:
    """A VSB-like page of about 8 KB: twenty dated items, navigation, a footer."""
    newest = date(2026, 11, 20) - timedelta(days=site % 50)
    items = "".join(
        f'<li id="line_u9_{n}"><span>{newest - timedelta(days=n * 3)}</span>'
        f'<a href="/s{site}/info/10{n % 9}/{site * 100 + n}.htm" title="示例新闻标题第{n}条">示例新闻标题第{n}条</a></li>\n'
        for n in range(20)
    )
    menu = "".join(f'<li><a href="/s{site}/{name}.htm">{name}</a></li>' for name in COLUMNS)
    title = f"示例单位{site}" if column is None else f"{column}-示例单位{site}"
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title>"
        f'<META Name="keywords" Content="示例单位{site}"></head><body><!--Announced by Visual SiteBuilder 9-->'
        f"<ul class='nav'><li><a href='/s{site}/'>首页</a></li>{menu}</ul>{FILLER}<ul class='newsList'>{items}</ul>"
        f"<div class='footer'>版权所有 © 2012-2026 示例单位{site}</div></body></html>"
    ).encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Keep-alive HTTP/1.1 by hand: the server must not be what is measured."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode()
            parts = [part for part in path.split("/") if part]
            if path == "/robots.txt" or not parts or not parts[0].startswith("s"):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                continue
            body = page(int(parts[0][1:]), parts[1].removesuffix(".htm") if len(parts) > 1 else None)
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body)
                + body
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(addresses: int, port: int) -> None:
    """Listen on 127.0.1.1, 127.0.1.2, … and say so on stdout."""
    hosts = [f"127.0.1.{n + 1}" for n in range(addresses)]
    servers = [await asyncio.start_server(answer, host, port) for host in hosts]
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
