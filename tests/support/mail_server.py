"""A mail server on loopback that takes mail or refuses it as it is told, and a channel to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.delivery.channels import Channel, open_channel
from monitors.clock import wall


class Handler:
    """Takes mail, or answers as it is told: by recipient, or after the data."""

    def __init__(
        self,
        rcpt: dict[str, str] | None = None,
        data: str = "250 OK",
        delay: float = 0.0,
        cut_after_data: bool = False,
        mail: str = "250 OK",
    ) -> None:
        self.rcpt, self.data, self.delay, self.cut, self.mail = rcpt or {}, data, delay, cut_after_data, mail
        self.taken: list[tuple[str, bytes]] = []

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.mail

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.delay)
        if self.data.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.taken.append((envelope.rcpt_tos[0], envelope.content))
        if self.cut:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return self.data


@contextmanager
def serving(handler: Handler, **options: Any) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def channel(
    port: int, query: str = "", user: str = "", environ: dict[str, str] | None = None, scheme: str = "smtp"
) -> Channel:
    url = f"{scheme}://{user and user + '@'}localhost:{port}?from=xcb@example.edu.cn{query or '&timeout=2'}"
    return open_channel("mail", url, environ or {}, wall)
