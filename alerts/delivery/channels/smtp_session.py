"""One conversation with a mail server, bounded as a whole: so many seconds, so many bytes, and only complete answers."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from typing import Any

ANSWERS_MAX = 64 * 1024
"""Bytes of answers in one conversation; a real one takes about one kilobyte."""


class AnswersTooLong(smtplib.SMTPException):
    """The server does not stop talking. Raised while reading an answer; smtplib shows it as a disconnection."""


class AnswerCut(smtplib.SMTPException):
    """The connection ended in the middle of an answer. Raised while reading; smtplib shows it as a disconnection."""


class ConversationDeadline:
    """Ends a connection when its time is over, whatever it is doing: a server that says a byte now and then meets every
    time-out that holds for a single answer."""

    def __init__(self, seconds: float) -> None:
        """Nothing runs before `watch`."""
        self.expired = False
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True
        self._watched: socket.socket | None = None

    def watch(self, connection: socket.socket) -> None:
        """A second handle on the same connection: encryption takes the first one away."""
        self._watched = socket.socket(fileno=os.dup(connection.fileno()))
        self._timer.start()

    def close(self) -> None:
        """The conversation is over."""
        self._timer.cancel()
        if self._watched:
            self._watched.close()

    def _expire(self) -> None:
        self.expired = True
        with suppress(OSError):  # closed at this very moment
            if self._watched:
                self._watched.shutdown(socket.SHUT_RDWR)


class SmtpSession(smtplib.SMTP):
    """A connected client. ``context`` encrypts from the first byte (smtps); ``timeout`` holds for each answer."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout: float,
        deadline: ConversationDeadline,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Connect and read the greeting. Raises OSError, of which every smtplib error is one."""
        self._deadline, self._implicit, self._received = deadline, context, 0
        super().__init__(host, port, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((host, port), timeout)
        self._deadline.watch(connection)
        return self._implicit.wrap_socket(connection, server_hostname=host) if self._implicit else connection

    def getreply(self) -> tuple[int, bytes]:
        """The next answer. Raises SMTPServerDisconnected where it is not complete or has no end."""
        if self.file is None:
            assert self.sock
            self.file = _Lines(self.sock.makefile("rb"), self)
        return super().getreply()

    def count(self, line: bytes, limit: int) -> bytes:
        """A line of an answer as it was read."""
        self._received += len(line)
        if self._received > ANSWERS_MAX:
            raise AnswersTooLong
        if line and not line.endswith(b"\n") and len(line) < limit:
            raise AnswerCut
        return line


class _Lines:
    """The lines of a socket, counted by the session."""

    def __init__(self, file: Any, session: SmtpSession) -> None:
        self._file, self._session = file, session

    def readline(self, limit: int) -> bytes:
        return self._session.count(self._file.readline(limit), limit)

    def close(self) -> None:
        self._file.close()
