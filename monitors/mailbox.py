"""The school's mailbox over IMAP: unread messages one by one, marked as read once they are dealt with."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from lxml import html

MOST_MESSAGES, MOST_BYTES = 50, 2 * 1024 * 1024
"""Messages taken in at a time, and the most that is read of one."""
TIMEOUT = 30.0
AUTOMATIC = ("auto-submitted", "list-id", "list-unsubscribe", "x-autoreply", "x-auto-response-suppress")
"""Headers of mail that no person sent: answering it could go on for ever."""
FLAGS = r"(\Seen)"


class MailboxError(Exception):
    """The mailbox cannot be read now. Raised by `Mailbox`; the job keeps it as its error and tries again next time."""


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One message as far as it matters here. ``id`` is its Message-ID, or what stands in for it."""

    uid: str
    id: str
    sender: str
    subject: str
    text: str
    automatic: bool


@dataclass(frozen=True, slots=True)
class Mailbox:
    """``imaps://user:password@host[:port]/FOLDER``; ``imap://`` without encryption, on loopback only."""

    host: str
    port: int
    user: str
    folder: str
    tls: bool
    password: str = field(repr=False, default="")

    @classmethod
    def of(cls, url: str) -> Mailbox:
        """From the setting. Raises ValueError with a Chinese sentence."""
        parts = urlsplit(url)
        tls = parts.scheme == "imaps"
        if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
            raise ValueError(
                "应写作 imaps://用户名:口令@邮件服务器/文件夹，如 imaps://xcb:口令@imap.example.edu.cn/INBOX"
            )
        if not tls and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("邮箱口令不能明文传送，请用 imaps://")
        if not unquote(parts.path).isascii():
            raise ValueError("imaps 地址里的文件夹名请用英文，如 INBOX")
        port = parts.port or (993 if tls else 143)
        folder = unquote(parts.path.strip("/")) or "INBOX"
        return cls(parts.hostname, port, unquote(parts.username), folder, tls, unquote(parts.password or ""))

    def unread(self) -> Iterator[ReceivedMail]:
        """Unread messages, oldest first; each is marked as read when the next is asked for, so that one whose handling
        failed comes again. Raises MailboxError."""
        try:
            connection = self._open()
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(
                f"连不上邮箱 {self.user}@{self.host}:{self.port}（{_plain(error)}）。请检查 inbox 设置和网络。"
            ) from error
        try:
            yield from self._messages(connection)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(f"读取邮箱 {self.user}@{self.host} 时出错（{_plain(error)}），下次再试。") from error
        finally:
            try:
                connection.logout()
            except (OSError, imaplib.IMAP4.error):
                connection.shutdown()

    def _open(self) -> imaplib.IMAP4:
        if self.tls:
            context = ssl.create_default_context()
            connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=TIMEOUT)
        else:
            connection = imaplib.IMAP4(self.host, self.port, timeout=TIMEOUT)
        try:
            connection.login(self.user, self.password)
            state, _ = connection.select(f'"{self.folder}"')
            if state != "OK":
                raise imaplib.IMAP4.error(f"没有文件夹 {self.folder}")
        except BaseException:
            connection.shutdown()
            raise
        return connection

    def _messages(self, connection: imaplib.IMAP4) -> Iterator[ReceivedMail]:
        _, found = connection.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").decode().split()[:MOST_MESSAGES]:
            _, answer = connection.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
            body = next((part[1] for part in answer if isinstance(part, tuple)), b"")
            if body:
                yield read_message(uid, body)
            connection.uid("STORE", uid, "+FLAGS", FLAGS)


def read_message(uid: str, body: bytes) -> ReceivedMail:
    """A message's sender, subject and text; of one that has only HTML, the text in it."""
    message = message_from_bytes(body, policy=default)
    assert isinstance(message, EmailMessage)
    sender = parseaddr(str(message.get("from", "")))[1].strip().lower()
    automatic = any(message.get(header) not in (None, "no") for header in AUTOMATIC)
    bulk = str(message.get("precedence", "")).lower() in ("bulk", "junk", "list")
    return ReceivedMail(
        uid=uid,
        id=str(message.get("message-id", "")).strip()[:300] or f"{sender}/{message.get('date', uid)}",
        sender=sender,
        subject=str(message.get("subject", ""))[:200],
        text=_text(message),
        automatic=automatic
        or bulk
        or not sender
        or sender.startswith(("mailer-daemon@", "postmaster@", "no-reply@", "noreply@")),
    )


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError, KeyError):
        return ""
    if part.get_content_type() == "text/html":
        tree = html.fromstring(text or "<p></p>")
        links = " ".join(str(link.get("href")) for link in tree.iter("a") if link.get("href"))
        text = f"{' '.join(str(part) for part in tree.itertext())} {links}"
    return re.sub(r"(?m)^>.*$", "", text)[:20_000]


def _plain(error: Exception) -> str:
    return " ".join(str(part.decode("utf-8", "replace") if isinstance(part, bytes) else part) for part in error.args)[
        :200
    ]
