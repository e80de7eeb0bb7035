"""Send letters as mail: ``smtp://user@host:port?from=…&starttls=1``; the password comes from elsewhere."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from alerts.delivery.channels.base import ChannelConfig, ChannelError, ChannelType, DeliveryError
from alerts.delivery.channels.smtp_session import AnswersTooLong, ConversationDeadline, SmtpSession
from alerts.messages import OutgoingMessage

CONVERSATION = 4
"""A whole conversation takes this many time-outs at most: connect, greet, sign in, hand over."""
GOOD, GO_ON, BAD = range(200, 300), range(300, 400), range(400, 600)
OPTIONS = {"from", "name", "starttls", "timeout", "ca", "password_env", "password_file"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpChannel:
    """A mail server. ``tls`` is "" (none), "starttls" or "implicit"; never less than what was asked for.

    ``timeout`` in seconds holds for every single answer of the server, four times as much for the whole conversation; the
    password is never shown.
    """

    confirms_receipt: ClassVar[bool] = True

    name: str
    host: str
    port: int
    sender: str
    sender_name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = ""
    ca: str = ""
    timeout: float = 30.0

    def targets(self, letter: OutgoingMessage) -> tuple[str, ...]:
        """Each address by itself: one that is refused must not cost the others theirs."""
        return letter.recipients

    def send(self, letter: OutgoingMessage, target: str) -> str:
        """One mail to one address; returns the server's answer. Raises DeliveryError."""
        message = compose(letter, target, self.sender, self.sender_name)
        with self._connected() as (connection, deadline):
            said = self._hand_over(connection, message, target, deadline)
            # Only after success: a server that hung once would make us wait a second time.
            with suppress(OSError):
                connection.quit()
        return said

    def check(self) -> None:
        """Connect, greet, encrypt and sign in as for a mail, and send none. Raises DeliveryError."""
        with self._connected() as (connection, _), suppress(OSError):
            connection.quit()

    @contextmanager
    def _connected(self) -> Iterator[tuple[SmtpSession, ConversationDeadline]]:
        """A greeted, encrypted, authenticated connection; every fault here is the channel's, not the reader's."""
        deadline = ConversationDeadline(self.timeout * CONVERSATION)
        connection: SmtpSession | None = None
        try:
            try:
                context = self._context() if self.tls == "implicit" else None
                connection = SmtpSession(self.host, self.port, timeout=self.timeout, deadline=deadline, context=context)
                self._greet(connection)
            except OSError as error:
                reason = f"邮件服务器 {self.host}:{self.port} {_fault(error, deadline)}"
                raise DeliveryError(reason, channel_down=True) from error
            yield connection, deadline
        finally:
            deadline.close()
            if connection is not None:
                connection.close()

    def _greet(self, connection: SmtpSession) -> None:
        connection.ehlo()
        if self.tls == "starttls":
            connection.starttls(context=self._context())
            connection.ehlo()
        if self.user:
            connection.login(self.user, self.password)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca or None)

    def _hand_over(
        self, connection: SmtpSession, message: EmailMessage, target: str, deadline: ConversationDeadline
    ) -> str:
        """MAIL, RCPT, DATA by hand, to know exactly what the server had when a connection broke."""
        content = re.sub(rb"(?m)^\.", b"..", message.as_bytes(policy=CRLF))
        handed_over = False
        try:
            # The sender is our own setting: where it is refused, no reader is to blame.
            _expect(connection.mail(self.sender), GOOD, blame_reader=False)
            _expect(connection.rcpt(target), GOOD, blame_reader=True)
            _expect(connection.docmd("DATA"), GO_ON, blame_reader=True)
            connection.send(content)
            handed_over = True
            connection.send(b".\r\n")
            return _expect(connection.getreply(), GOOD, blame_reader=True, handed_over=True)
        except OSError as error:
            reason = f"发往 {target} 时{_fault(error, deadline)}"
            # A cut connection may be this letter's fault, the next has its own; a silent server would cost all the wait.
            silent = _silent(error) or deadline.expired
            raise DeliveryError(reason, unknown=handed_over, channel_down=silent) from error


def _expect(answer: tuple[int, bytes], good: range, *, blame_reader: bool, handed_over: bool = False) -> str:
    """4xx is temporary; 5xx is permanent where it is about the reader; 421 means that the server is going away. What is no
    answer at all says nothing: after the letter was handed over it may have been taken."""
    code, text = answer
    said = f"{code} {text.decode('utf-8', 'replace')[:200]}"
    if code in good:
        return said
    reason = f"邮件服务器答复 {said}"
    if code not in BAD:
        raise DeliveryError(reason, unknown=handed_over)
    raise DeliveryError(reason, permanent=code >= 500 and blame_reader, channel_down=code == 421 or not blame_reader)


def _silent(error: Exception) -> bool:
    """True for a timeout; smtplib calls one while reading a disconnection, and keeps the cause as context."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _fault(error: Exception, deadline: ConversationDeadline) -> str:
    """What went wrong in words; server texts may be repeated, credentials are never part of them."""
    if deadline.expired:
        return "用时过长，已断开"
    if _silent(error):
        return "超时无应答"
    if isinstance(error.__context__, AnswersTooLong):
        return "答复没完没了，已断开"
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"拒绝登录（{error.smtp_code}），请检查用户名和密码"
        case smtplib.SMTPResponseException():
            return f"答复 {error.smtp_code}"
        case smtplib.SMTPNotSupportedError():
            return "不支持所要求的加密或登录方式"
        case ssl.SSLError():
            return f"加密连接失败（{error.reason or '证书无效'}）"
        case smtplib.SMTPServerDisconnected():
            return "连接中断"
        case ConnectionRefusedError():
            return "没有程序在监听（连接被拒绝），请检查地址和端口"
        case socket.gaierror():
            return "的主机名无法解析，请检查地址"
    return "无法连接，请检查地址、端口和网络"


def compose(letter: OutgoingMessage, target: str, sender: str, sender_name: str = "") -> EmailMessage:
    """The mail: plain text and HTML beside each other, files attached, and the same Message-ID at every attempt."""
    message = EmailMessage(policy=CRLF)
    message["Subject"] = letter.subject
    message["From"] = Address(display_name=sender_name, addr_spec=sender)
    try:
        target.encode("ascii")
        message["To"] = Address(addr_spec=target)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise DeliveryError(f"邮件地址“{target}”不合规范", permanent=True) from error
    message["Message-ID"] = message_id(letter.id, sender)
    message["Auto-Submitted"] = "auto-generated"
    if letter.dated:
        message["Date"] = format_datetime(letter.dated)
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    for attachment in letter.attachments:
        main, sub = attachment.content_type.split("/")
        message.add_attachment(attachment.data, maintype=main, subtype=sub, filename=attachment.name)
    for part in message.walk():
        if part.get_content_type() == "multipart/mixed" or part.get_content_type() == "multipart/alternative":
            # The library draws boundaries at random; a letter sent twice should be the same letter, byte for byte.
            part.set_boundary(f"=_{sha256(f'{part.get_content_type()} {letter.id}'.encode()).hexdigest()[:32]}")
    return message


def message_id(letter_id: str, sender: str) -> str:
    """Derived from the letter's id alone, so that a second delivery is seen to be the same mail."""
    domain = sender.rpartition("@")[2]
    return f"<{sha256(letter_id.encode()).hexdigest()[:32]}.xunjian@{domain}>"


def from_url(config: ChannelConfig) -> SmtpChannel:
    """Read ``smtp://`` or ``smtps://``. Raises ChannelError; a password in the URL is refused, it would reach logs."""
    name = config.name
    try:
        parts = urlsplit(config.url)
        options = dict(parse_qsl(parts.query, strict_parsing=True))
        port = parts.port
    except ValueError as error:
        raise ChannelError(f"渠道“{name}”的地址写法有误（选项写成 名=值，端口为数字）") from error
    if parts.password is not None:
        raise ChannelError(f"渠道“{name}”：密码不能写在地址里，请用 password_env=环境变量名 或 password_file=文件")
    if unknown := set(options) - OPTIONS:
        raise ChannelError(f"渠道“{name}”有不认识的选项：{'、'.join(sorted(unknown))}")
    if not parts.hostname or "@" not in options.get("from", ""):
        raise ChannelError(f"渠道“{name}”应写成 smtp://用户@主机:端口?from=发件地址")
    implicit, starttls = parts.scheme == "smtps", options.get("starttls") == "1"
    user = unquote(parts.username or "")
    return SmtpChannel(
        name=name,
        host=parts.hostname,
        port=port or (465 if implicit else 587 if starttls else 25),
        sender=options["from"],
        sender_name=options.get("name", ""),
        user=user,
        password=_password(name, options, config.environ) if user else "",
        tls="implicit" if implicit else "starttls" if starttls else "",
        ca=options.get("ca", ""),
        timeout=_seconds(name, options.get("timeout", "30")),
    )


def _seconds(name: str, written: str) -> float:
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", written) or float(written) == 0:
        raise ChannelError(f"渠道“{name}”的 timeout 应为秒数，例如 30")
    return float(written)


def _password(name: str, options: Mapping[str, str], environ: Mapping[str, str]) -> str:
    if file := options.get("password_file"):
        try:
            return Path(file).read_text("utf-8").strip()
        except OSError as error:
            raise ChannelError(f"渠道“{name}”的密码文件 {file} 无法读取") from error
    variable = options.get("password_env", "XUNJIAN_SMTP_PASSWORD")
    if variable not in environ:
        raise ChannelError(f"渠道“{name}”缺少密码：请设置环境变量 {variable}，或用 password_file 指定文件")
    return environ[variable]


CHANNEL = ChannelType(("smtp", "smtps"), "smtp://用户@主机:端口?from=…", SmtpChannel.confirms_receipt, from_url)
