"""The SMTP channel against a real server: what it answers, and what becomes of it."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerts.delivery.channels import ChannelError, DeliveryError, open_channel
from alerts.delivery.channels.smtp import compose, message_id
from alerts.messages import OutgoingMessage, notice_letter
from monitors.clock import wall
from rules.model import DocumentType
from tests.support.mail_server import Handler, channel, serving
from tests.support.notices import NOW, notice

LETTER = OutgoingMessage(
    id="SIAS-2026-0007/rectify",
    subject="关于整改的通知",
    text="正文\n.\n..两点\n",
    html="<p>正文</p>",
    recipients=("a@example.edu.cn", "b@example.edu.cn"),
    dated=NOW,
)


Certificate = tuple[ssl.SSLContext, Path]


def _part(mail: EmailMessage, kind: str) -> str:
    """The text of one body of a mail."""
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage), kind
    return str(body.get_content())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A self-made certificate for localhost: (context of the server, path for the client)."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(NOW - timedelta(days=3650)).not_valid_after(NOW.replace(year=2040))
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    (folder / "cert.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*form))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, folder / "cert.pem"


def test_a_notice_arrives_whole() -> None:
    handler, sent = Handler(), notice_letter(notice(DocumentType.RECTIFICATION))
    with serving(handler) as port:
        channel(port).send(sent, "tyxy@example.edu.cn")
    ((target, content),) = handler.taken
    mail = message_from_bytes(content, policy=policy.default)
    assert target == "tyxy@example.edu.cn"
    assert mail["Subject"] == sent.subject
    assert mail["Message-ID"] == message_id(sent.id, "xcb@example.edu.cn")
    assert _part(mail, "plain").replace("\r\n", "\n") == sent.text
    assert _part(mail, "html").replace("\r\n", "\n").strip() == sent.html.strip()
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "校媒巡整〔2026〕3号 整改通知书.docx"
    assert attachment.get_content() == sent.attachments[0].data


def test_lines_of_dots_survive() -> None:
    handler = Handler()
    with serving(handler) as port:
        channel(port).send(LETTER, "a@example.edu.cn")
    mail = message_from_bytes(handler.taken[0][1], policy=policy.default)
    assert _part(mail, "plain").replace("\r\n", "\n") == LETTER.text


ANSWERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "unknown reader": ({"rcpt": {"a@example.edu.cn": "550 no such user"}}, {"permanent"}),
    "mailbox full for now": ({"rcpt": {"a@example.edu.cn": "452 try later"}}, set()),
    "greylisted after data": ({"data": "451 later"}, set()),
    "content refused": ({"data": "554 spam"}, {"permanent"}),
    "sender refused": ({"mail": "550 not you"}, {"channel_down"}),
    "shutting down": ({"rcpt": {"a@example.edu.cn": "421 bye"}}, {"channel_down"}),
    "cut after data": ({"cut_after_data": True}, {"unknown"}),
    "silent after data": ({"delay": 4}, {"unknown", "channel_down"}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_the_server_answers(name: str) -> None:
    options, flags = ANSWERS[name]
    with serving(Handler(**options)) as port, pytest.raises(DeliveryError) as caught:
        channel(port).send(LETTER, "a@example.edu.cn")
    assert {flag for flag in ("permanent", "unknown", "channel_down") if getattr(caught.value, flag)} == flags
    assert str(caught.value)


def test_one_refused_reader_does_not_cost_the_other() -> None:
    handler = Handler(rcpt={"a@example.edu.cn": "550 no"})
    with serving(handler) as port:
        for target in channel(port).targets(LETTER):
            with suppress(DeliveryError):
                channel(port).send(LETTER, target)
    assert [target for target, _ in handler.taken] == ["b@example.edu.cn"]


def test_nobody_listens() -> None:
    with serving(Handler()) as port:
        pass
    with pytest.raises(DeliveryError) as caught:
        channel(port).send(LETTER, "a@example.edu.cn")
    assert caught.value.channel_down
    assert not caught.value.permanent


def test_a_server_that_accepts_and_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(DeliveryError) as caught:
        channel(silent.getsockname()[1]).send(LETTER, "a@example.edu.cn")
    assert caught.value.channel_down
    assert not caught.value.unknown
    assert "超时" in str(caught.value)


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"xcb", b"s3cret!"), handled=False)


SECURED: dict[str, Any] = {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": True}


def test_starttls_and_login(certificate: Certificate) -> None:
    context, ca = certificate
    handler = Handler()
    with serving(handler, tls_context=context, require_starttls=True, **SECURED) as port:
        way = channel(port, f"&starttls=1&ca={ca}", "xcb", {"XUNJIAN_SMTP_PASSWORD": "s3cret!"})
        way.send(LETTER, "a@example.edu.cn")
        assert len(handler.taken) == 1
        assert "s3cret!" not in repr(way)
        wrong = channel(port, f"&starttls=1&ca={ca}", "xcb", {"XUNJIAN_SMTP_PASSWORD": "wr0ng!"})
        with pytest.raises(DeliveryError, match="拒绝登录") as caught:
            wrong.send(LETTER, "a@example.edu.cn")
    assert caught.value.channel_down
    assert not caught.value.permanent
    assert "wr0ng!" not in str(caught.value) + repr(caught.value)


def test_an_unknown_certificate_and_a_missing_starttls_are_refused(certificate: Certificate) -> None:
    context, _ = certificate
    handler = Handler()
    with serving(handler, tls_context=context) as port, pytest.raises(DeliveryError, match="加密连接失败"):
        channel(port, "&starttls=1").send(LETTER, "a@example.edu.cn")
    with serving(handler) as port, pytest.raises(DeliveryError, match="不支持所要求的加密"):
        channel(port, "&starttls=1").send(LETTER, "a@example.edu.cn")
    assert not handler.taken


def test_implicit_tls(certificate: Certificate) -> None:
    context, ca = certificate
    handler = Handler()
    with serving(handler, ssl_context=context, server_hostname="localhost") as port:
        channel(port, f"&ca={ca}", scheme="smtps").send(LETTER, "a@example.edu.cn")
    assert len(handler.taken) == 1


def test_the_same_letter_is_the_same_mail() -> None:
    first = compose(LETTER, "a@example.edu.cn", "xcb@example.edu.cn", "宣传部")
    assert first.as_bytes() == compose(LETTER, "a@example.edu.cn", "xcb@example.edu.cn", "宣传部").as_bytes()
    other = compose(OutgoingMessage(id="x", subject="", text="", html=""), "a@example.edu.cn", "xcb@example.edu.cn")
    assert other["Message-ID"] != first["Message-ID"]


@pytest.mark.parametrize("target", ["", "没有地址", "a@b\r\nRCPT TO:<c@d>", "张三@example.edu.cn", "a b@c", "a@"])
def test_an_address_that_is_none_is_refused_before_any_connection(target: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        channel(1).send(LETTER, target)
    assert caught.value.permanent


WRONG = {
    "smtp://localhost:25": "发件地址|应写成",
    "smtp://u:hunter2@localhost:25?from=a@b": "密码不能写在地址里",
    "smtp://localhost:abc?from=a@b": "写法有误",
    "smtp://localhost?from=a@b&tls=1": "不认识的选项：tls",
    "smtp://localhost?from=a@b&timeout=soon": "timeout",
    "smtp://u@localhost?from=a@b": "XUNJIAN_SMTP_PASSWORD",
    "smtp://u@localhost?from=a@b&password_file=/nonexistent/x": "无法读取",
    "file://host/dir": "file:///",
    "ftp://x": "开头",
}


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_url_is_explained_without_secrets(url: str) -> None:
    with pytest.raises(ChannelError, match=WRONG[url]) as caught:
        open_channel("邮件", url, {}, wall)
    assert "hunter2" not in str(caught.value)


def test_the_password_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("s3cret!\n", "utf-8")
    way = open_channel("mail", f"smtp://u@localhost?from=a@b.cn&password_file={tmp_path / 'pw'}", {}, wall)
    assert way.password == "s3cret!"  # type: ignore[attr-defined]
    assert "s3cret!" not in repr(way)
