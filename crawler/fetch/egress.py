"""Which addresses a fetch may reach: public ones and the ranges the school allows, whatever names and redirects say."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred

from crawler.fetch.addresses import Address, Network, embedded_ipv4, is_public, literal, network, parse

log = logging.getLogger(__name__)
SCHEMES = ("http", "https")
PORTS_REFUSED = frozenset(
    {22, 23, 25, 110, 143, 445, 465, 587, 993, 995, 1433, 3306, 3389, 5432, 6379, 9200, 11211, 27017}
)
"""Services that an HTTP request could be abused to speak to."""


class EgressDenied(Exception):
    """An address, scheme or port that may not be fetched. Raised by the guard; becomes ``unreadable`` for a known
    account and exit code 2 for an on-demand scan."""


@dataclass(frozen=True)
class AddressPolicy:
    """Says yes or no to an address. ``allowed`` are the school's own ranges (CIDR); nothing else private is reached."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, ranges: Sequence[str]) -> AddressPolicy:
        """From CIDR texts. Raises ValueError on a wrong one."""
        return cls(tuple(network(text) for text in ranges))

    def permits(self, address: str) -> bool:
        """True for a globally routable address or one inside an allowed range; an IPv6 address that carries an IPv4 one
        only where that is permitted too."""
        return self._permits(parse(address))

    def _permits(self, found: Address) -> bool:
        inner = embedded_ipv4(found)
        if not all(self._permits(each) for each in inner):
            return False
        return is_public(found) or any(found in net for net in self.allowed if net.version == found.version)

    def check_url(self, url: str) -> None:
        """Refuse other schemes, credentials, odd ports and literal private addresses. Raises Refused."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
            address = literal(host) if host else None
        except ValueError as error:
            raise EgressDenied(f"网址不合法: {url[:200]}") from error
        if parts.scheme not in SCHEMES or not host:
            raise EgressDenied(f"只能访问 http/https 网页，不能访问: {url[:200]}")
        if parts.username or parts.password:
            raise EgressDenied("网址中不能带用户名和密码")
        if port in PORTS_REFUSED:
            raise EgressDenied(f"不访问端口 {port}")
        if address and not self._permits(address):
            raise EgressDenied(f"{host} 是内部地址，不在允许的范围内")

    def check_addresses(self, host: str, addresses: Sequence[str]) -> str:
        """The first address of a resolved host. Raises Refused when any of them may not be reached."""
        for address in addresses:
            if not self.permits(address):
                raise EgressDenied(f"{host} 解析到内部地址 {address}，不在允许的范围内")
        if not addresses:
            raise EgressDenied(f"{host} 没有地址")
        return addresses[0]


class EgressResolver(CachingThreadedResolver):
    """Scrapy's resolver, refusing names that lead out of bounds; the address checked is the one connected to."""

    guard = AddressPolicy()
    proxy = ""
    """Our own proxy's host: connected to by Scrapy for plain http, asked for by nobody else."""
    refused: ClassVar[dict[str, str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> EgressResolver:
        """Take the allowed ranges from the settings."""
        resolver: EgressResolver = super().from_crawler(crawler, reactor)
        resolver.guard = AddressPolicy.of(crawler.settings.getlist("ALLOWED_RANGES"))
        resolver.proxy = urlsplit(crawler.settings["GUARD_PROXY"] or "").hostname or ""
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802
        """Resolve, then check."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._check, name)

    def _check(self, address: str, name: str) -> str:
        if self.proxy and name == self.proxy:
            return address  # a URL that names this address itself was refused before: AddressGuard.check_url
        try:
            return self.guard.check_addresses(name, [address])
        except EgressDenied as error:
            self.refused[name] = str(error)  # Twisted turns this into a plain lookup error; the spider asks here why
            raise


class EgressProxy:
    """A forward proxy on loopback that the browser must use: it resolves, checks and connects by itself, so neither a
    redirect nor a changed DNS answer leads inside. ``connect_to`` sends every host to one place: the demo campus.
    """

    def __init__(self, guard: AddressPolicy, connect_to: tuple[str, int, int] | None = None) -> None:
        """``connect_to`` is (address, plain port, TLS port)."""
        self._guard = guard
        self._connect_to = connect_to
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._stopped = False
        self._mark = secrets.token_hex(16)

    @property
    def url(self) -> str:
        """Where it listens, known before it starts."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def failure(self, field: str) -> str:
        """Why this proxy answered in a site's place ("code: 中文"), from its Proxy-Status field (RFC 9209); "" where the
        field is not ours: a site cannot know the mark."""
        mark, _, code = field.partition("; error=")
        return PROXY_ERRORS.get(code, "") if mark == self._mark else ""

    async def start(self) -> None:
        """Serve in the running loop."""
        self._server = await asyncio.start_server(self._accept, sock=self._socket)

    async def stop(self) -> None:
        """Stop listening and end what is still open: no task is left when this returns."""
        self._stopped = True
        await _turns()  # asyncio itself loses the socket of a connection that it is taking when the server closes
        if self._server:
            self._server.close()
        self._socket.close()
        for task in (ending := dict(self._open)):
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        for writer in ending.values():
            writer.close()
        await _turns()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection in a task that is known from its beginning: one that `stop` did not know of would outlive the
        loop."""
        if self._stopped:
            writer.close()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._open[task] = writer
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if writer := self._open.pop(task, None):
            writer.close()
        if not task.cancelled() and (error := task.exception()):
            log.warning("egress.failed: %r", error)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError, asyncio.LimitOverrunError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            try:
                await self._relay(head, reader, writer)
            except (EgressDenied, OSError) as error:
                status = "403 Refused" if isinstance(error, EgressDenied) else "502 Bad Gateway"
                fields = f"Proxy-Status: {self._mark}; error={_proxy_error(error)}\r\nContent-Length: {len(status)}"
                # With a body: Chromium makes an error of its own of a bad status without one.
                writer.write(f"HTTP/1.1 {status}\r\n{fields}\r\nConnection: close\r\n\r\n{status}".encode())
                await writer.drain()

    async def _relay(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, rest = head.split(b"\r\n", 1)
        method, target, version = line.decode("latin-1").split(" ")
        tunnel = method == "CONNECT"
        url = f"https://{target}/" if tunnel else target
        self._guard.check_url(url)
        upstream_reader, upstream = await self._connect(url)
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                upstream.write(_origin_form(method, url, version, rest))
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(_pump(reader, upstream))
                pumps.create_task(_pump(upstream_reader, writer))
        finally:
            upstream.close()

    async def _connect(self, url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if self._connect_to:
            address, plain, tls = self._connect_to
            return await asyncio.open_connection(address, tls if parts.scheme == "https" else plain)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        address = self._guard.check_addresses(host, [str(info[4][0]) for info in found])
        return await asyncio.wait_for(asyncio.open_connection(address, port), CONNECT_SECONDS)


CONNECT_SECONDS = 20
PROXY_ERRORS = {
    "destination_ip_prohibited": "refused_address: 网址指向内部地址，不在允许的范围内",
    "dns_error": "dns: 域名无法解析",
    "connection_refused": "refused: 服务器拒绝连接",
    "connection_timeout": "timeout: 连接超时",
    "destination_unavailable": "connect: 无法连接服务器",
}
"""The error types of RFC 9209 that the proxy tells, and what each says as an observation's reason."""


async def _turns() -> None:
    """Let the loop go on for as long as a connection takes from the system's accept to `EgressProxy._accept`, and from there
    to a closed socket: three turns each."""
    for _ in range(6):
        await asyncio.sleep(0)


def _proxy_error(error: Exception) -> str:
    match error:
        case EgressDenied():
            return "destination_ip_prohibited"
        case socket.gaierror():
            return "dns_error"
        case ConnectionRefusedError():
            return "connection_refused"
        case TimeoutError():
            return "connection_timeout"
    return "destination_unavailable"


def _origin_form(method: str, url: str, version: str, rest: bytes) -> bytes:
    """The head of a request as the site itself gets it. One request per connection: the next may be for another host."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fields = [f for f in rest.split(b"\r\n") if f and not f.lower().startswith((b"proxy-", b"connection:"))]
    return f"{method} {path} {version}\r\n".encode() + b"\r\n".join(fields) + b"\r\nConnection: close\r\n\r\n"


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, RuntimeError):  # uvloop: RuntimeError for a transport the other side closed
        while chunk := await source.read(65536):
            sink.write(chunk)
            await sink.drain()
        sink.close()
