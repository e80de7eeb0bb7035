"""Serves the campus on two loopback ports, plain and TLS, in the caller's event loop or in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import tempfile
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitors.demo.activity import DemoCampus
from monitors.demo.app import ABORT, campus_app, hosts_of

LOOPBACK = "127.0.0.1"
BACKLOG = 2048
CERTIFICATE_DAYS = 365
START_SECONDS = 10.0


def self_signed(now: datetime, hosts: Iterable[str], folder: Path) -> tuple[Path, Path]:
    """Write a throw-away certificate and key for these hosts; nobody is asked to trust it but the demo's own crawler."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "demo campus")])
    alternatives = [*map(x509.DNSName, hosts), x509.IPAddress(ipaddress.ip_address(LOOPBACK))]
    names = x509.SubjectAlternativeName(alternatives)
    begin = now.astimezone(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin - timedelta(days=CERTIFICATE_DAYS))
        .not_valid_after(begin + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    certificate_file, key_file = folder / "campus.pem", folder / "campus.key"
    certificate_file.write_bytes(certificate.public_bytes(pem))
    key_file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return certificate_file, key_file


class _Protocol(H11Protocol):
    """HTTP that lets the application break a connection off, as bad networks do."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await inner({**scope, ABORT: transport.abort}, receive, send)

        self.app = app


class _Server(uvicorn.Server):
    """uvicorn leaving the process's signals to the service it lives in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class CampusServer:
    """``async with CampusServer(campus) as server`` in a running loop, or ``with`` from a thread that has none."""

    def __init__(self, campus: DemoCampus) -> None:
        """The ports are free ones and known at once; nothing is answered before the start."""
        self.campus = campus
        self._sockets = [socket.create_server((LOOPBACK, 0), backlog=BACKLOG) for _ in range(2)]
        self._servers: list[_Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._thread: threading.Thread | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="xunjian-campus-")

    @property
    def plain_port(self) -> int:
        """Where http is answered."""
        return int(self._sockets[0].getsockname()[1])

    @property
    def tls_port(self) -> int:
        """Where https is answered."""
        return int(self._sockets[1].getsockname()[1])

    @property
    def connect_to(self) -> tuple[str, int, int]:
        """What `crawler.fetch.job.CrawlJob.connect_to` wants."""
        return (LOOPBACK, self.plain_port, self.tls_port)

    async def start(self) -> None:
        """Serve in the running loop; returns when both ports answer. Raises RuntimeError when they do not come up."""
        certificate, key = self_signed(self.campus.opened, hosts_of(self.campus), Path(self._folder.name))
        for tls in (False, True):
            config = uvicorn.Config(
                campus_app(self.campus), http=_Protocol, log_config=None, lifespan="off", access_log=False
            )
            if tls:
                config.ssl_certfile, config.ssl_keyfile = str(certificate), str(key)
            self._servers.append(_Server(config))
        for server, listener in zip(self._servers, self._sockets, strict=True):
            self._tasks.append(asyncio.create_task(server.serve(sockets=[listener])))
        async with asyncio.timeout(START_SECONDS):
            while not all(server.started for server in self._servers):
                if any(task.done() for task in self._tasks):
                    raise RuntimeError("演示园区未能启动")
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Stop answering; requests in progress are dropped."""
        for server in self._servers:
            server.should_exit = server.force_exit = True
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for listener in self._sockets:
            listener.close()
        self._folder.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        """Serve from a thread: for tests and benchmarks without a loop of their own."""
        ready, self._leave = threading.Event(), threading.Event()

        async def live() -> None:
            async with self:
                ready.set()
                await asyncio.to_thread(self._leave.wait)

        self._thread = threading.Thread(target=asyncio.run, args=(live(),), name="campus", daemon=True)
        self._thread.start()
        if not ready.wait(START_SECONDS):
            raise RuntimeError("演示园区未能启动")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._leave.set()
        if self._thread:
            self._thread.join(START_SECONDS)
