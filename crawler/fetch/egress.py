"""Which addresses a fetch may reach: public ones and the ranges the school allows, whatever names and redirects say."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred

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

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, ranges: Sequence[str]) -> AddressPolicy:
        """From CIDR texts. Raises ValueError on a wrong one."""
        return cls(tuple(ip_network(text) for text in ranges))

    def permits(self, address: str) -> bool:
        """True for a globally routable address or one inside an allowed range."""
        found = ip_address(address.split("%")[0])
        if isinstance(found, IPv6Address):
            inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
            if inner:
                return self.permits(str(inner))
        if any(found in net for net in self.allowed if net.version == found.version):
            return True
        return found.is_global and not found.is_multicast

    def check_url(self, url: str) -> None:
        """Refuse other schemes, credentials, odd ports and literal private addresses. Raises Refused."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise EgressDenied(f"网址不合法: {url[:200]}") from error
        if parts.scheme not in SCHEMES or not host:
            raise EgressDenied(f"只能访问 http/https 网页，不能访问: {url[:200]}")
        if parts.username or parts.password:
            raise EgressDenied("网址中不能带用户名和密码")
        if port in PORTS_REFUSED:
            raise EgressDenied(f"不访问端口 {port}")
        if host == "localhost" or host.endswith(".localhost"):
            host = "127.0.0.1"
        literal = _literal(host)
        if literal and not self.permits(literal):
            raise EgressDenied(f"{host} 是内部地址，不在允许的范围内")

    def check_addresses(self, host: str, addresses: Sequence[str]) -> str:
        """The first address of a resolved host. Raises Refused when any of them may not be reached."""
        for address in addresses:
            if not self.permits(address):
                raise EgressDenied(f"{host} 解析到内部地址 {address}，不在允许的范围内")
        if not addresses:
            raise EgressDenied(f"{host} 没有地址")
        return addresses[0]


def _literal(host: str) -> str | None:
    """The address a literal host means, in every form a resolver takes (127.1, 0x7f000001, 2130706433)."""
    with contextlib.suppress(ValueError):
        return str(ip_address(host))
    if host[0].isdigit() or host.startswith("0x"):
        with contextlib.suppress(OSError):
            return socket.inet_ntoa(socket.inet_aton(host))
    return None


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

    @property
    def url(self) -> str:
        """Where it listens, known before it starts."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    async def start(self) -> None:
        """Serve in the running loop."""
        self._server = await asyncio.start_server(self._serve, sock=self._socket)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()
        self._socket.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError, asyncio.LimitOverrunError):
            try:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
                await self._relay(head, reader, writer)
            except (EgressDenied, TimeoutError, OSError) as error:
                status = "403 Refused" if isinstance(error, EgressDenied) else "502 Bad Gateway"
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
                await writer.drain()
        writer.close()

    async def _relay(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, rest = head.split(b"\r\n", 1)
        method, target, version = line.decode("latin-1").split(" ")
        tunnel = method == "CONNECT"
        url = f"https://{target}/" if tunnel else target
        self._guard.check_url(url)
        upstream_reader, upstream = await self._connect(url)
        if tunnel:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            parts = urlsplit(url)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            # One request per connection: the next one may be for another host.
            fields = [f for f in rest.split(b"\r\n") if f and not f.lower().startswith((b"proxy-", b"connection:"))]
            upstream.write(
                f"{method} {path} {version}\r\n".encode() + b"\r\n".join(fields) + b"\r\nConnection: close\r\n\r\n"
            )
        await asyncio.gather(_pump(reader, upstream), _pump(upstream_reader, writer))

    async def _connect(self, url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if self._connect_to:
            address, plain, tls = self._connect_to
            return await asyncio.open_connection(address, tls if parts.scheme == "https" else plain)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        address = self._guard.check_addresses(host, [str(info[4][0]) for info in found])
        return await asyncio.wait_for(asyncio.open_connection(address, port), 20)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, RuntimeError):  # uvloop: RuntimeError for a transport the other side closed
        while chunk := await source.read(65536):
            sink.write(chunk)
            await sink.drain()
        sink.close()
