"""Mail in and mail out, against a real IMAP server on loopback: links are read, strangers get no answer, nothing comes twice."""

from __future__ import annotations

import asyncio
import imaplib
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr

from alerts.inquiries import InquiryReply
from monitors.app_context import AppContext
from monitors.jobs.delivery import deliver
from monitors.jobs.inquiry_mail import NO_LINK, NOT_YOURS, read_mailbox
from monitors.mailbox import Mailbox, MailboxError, read_message
from monitors.settings import SettingsError, load_settings
from rules.model import Filing, Platform
from storage.filings import key_of
from storage.serialization import load
from storage.store import Store
from tests.support.databases import place_database
from tests.support.factories import at
from tests.support.ports import free_port

NOW = at("2026-06-15 09:30")
UNIT, STRANGER = "zhang@example.edu.cn", "nobody@example.com"
ACCOUNT = Filing(
    id="D-1", school="demo", platform=Platform.WECHAT, name="示范大学图书馆", unit="图书馆", account_id="gh_000000000001",
    opened_at=date(2020, 1, 1), filed_at=date(2020, 1, 2), emails=(UNIT,),
)  # fmt: skip


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server of our own."""
    number = free_port()
    command = [
        sys.executable,
        "-c",
        "from pymap.main import main; main()",
        "--host",
        "127.0.0.1",
        "--port",
        str(number),
        "--no-tls",
    ]
    server = subprocess.Popen(
        [*command, "--no-service", "admin", "--no-service", "managesieve", "dict", "--demo-data", "--demo-user", "xcb", "--demo-password", "kou-ling"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(100):
            try:
                imaplib.IMAP4("127.0.0.1", number, timeout=5).logout()
                break
            except OSError:
                time.sleep(0.1)
        yield number
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def box(port: int) -> Iterator[imaplib.IMAP4]:
    """An empty mailbox that the test puts mail into."""
    connection = imaplib.IMAP4("127.0.0.1", port, timeout=10)
    connection.login("xcb", "kou-ling")
    connection.select("INBOX")
    connection.store("1:*", "+FLAGS", r"(\Deleted)")
    connection.expunge()
    yield connection
    connection.logout()


@pytest.fixture
def context(tmp_path: Path, port: int) -> Iterator[AppContext]:
    settings = load_settings(data=tmp_path, inbox=SecretStr(f"imap://xcb:kou-ling@127.0.0.1:{port}/INBOX"))
    opened = AppContext(settings, Store(place_database(settings.data)), lambda: NOW)
    opened.store.filings.save([ACCOUNT], by="测试", now=NOW)
    yield opened
    opened.store.close()


def mail(sender: str, text: str, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"张三 <{sender}>", "xcb@example.edu.cn", "最新文章"
    message["Message-ID"] = f"<{abs(hash((sender, text)))}@example.edu.cn>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def put(box: imaplib.IMAP4, *messages: bytes) -> None:
    for message in messages:
        assert box.append("INBOX", "", imaplib.Time2Internaldate(time.time()), message)[0] == "OK"


def replies(context: AppContext) -> dict[str, InquiryReply]:
    rows = [row for row in context.store.outbox.all() if row.document_type == "inquiry_reply"]
    return {row.id: load(InquiryReply, row.document) for row in rows}


def test_what_was_read_is_answered_once(context: AppContext, box: imaplib.IMAP4) -> None:
    draft, weibo = "https://mp.weixin.qq.com/s?__biz=x&tempkey=1", "https://weibo.com/123/AbC"
    put(box, mail(UNIT, f"请看 {draft} 和 {weibo}"), mail(UNIT, "上周发过的"))
    report = asyncio.run(read_mailbox(context))
    assert (report.messages, report.links, report.accepted) == (2, 2, 0)
    told = [line for reply in replies(context).values() for line in reply.lines]
    assert any("预览链接" in line for line in told)
    assert any(NOT_YOURS in line for line in told)
    assert NO_LINK in told
    again = asyncio.run(read_mailbox(context))
    assert again.messages == 0, "they are marked as read"
    box.select("INBOX")
    box.store("1:*", "-FLAGS", r"(\Seen)")
    asyncio.run(read_mailbox(context))
    assert len(replies(context)) == 2, "read again, answered once"
    deliver(context, NOW)
    texts = [file.read_text("utf-8") for file in (context.settings.data / "outbox").rglob("*.txt")]
    assert any("您的来信已收到" in text and "预览链接" in text for text in texts)


def test_strangers_and_machines_get_no_answer(context: AppContext, box: imaplib.IMAP4) -> None:
    link = "https://mp.weixin.qq.com/s?tempkey=1"
    put(box, mail(STRANGER, link), mail(UNIT, link, Auto_Submitted="auto-replied"), mail(UNIT, link, Precedence="bulk"))
    report = asyncio.run(read_mailbox(context))
    assert (report.messages, report.unknown, report.links) == (3, 3, 0)
    assert replies(context) == {}


def test_an_address_out_of_bounds_is_not_asked_and_leaves_no_trace_of_life(
    context: AppContext, box: imaplib.IMAP4
) -> None:
    put(box, mail(UNIT, "https://mp.weixin.qq.com:22/s/abc"))
    report = asyncio.run(read_mailbox(context))
    assert (report.links, report.accepted) == (1, 0)
    assert context.store.observations.states([key_of(ACCOUNT)], NOW) == {}


def test_a_wrong_password_is_told(context: AppContext, port: int) -> None:
    with pytest.raises(MailboxError, match="连不上邮箱"):
        list(Mailbox.of(f"imap://xcb:wrong@127.0.0.1:{port}/INBOX").unread())
    with pytest.raises(MailboxError):
        list(Mailbox.of(f"imap://xcb:kou-ling@127.0.0.1:{port}/Nowhere").unread())
    with pytest.raises(MailboxError):
        list(Mailbox.of("imap://xcb:kou-ling@127.0.0.1:1/INBOX").unread())


@pytest.mark.parametrize(
    "url", ["https://x", "imaps://imap.example.edu.cn/INBOX", "imap://a:b@imap.example.edu.cn/INBOX"]
)
def test_a_mailbox_setting_that_cannot_work_is_told(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="imaps"):
        load_settings(data=tmp_path, inbox=SecretStr(url))


def test_html_mail_is_read_for_its_links() -> None:
    message = EmailMessage()
    message["From"], message["Date"] = UNIT, "Mon, 15 Jun 2026 09:00:00 +0800"
    message.set_content('<p>看 <a href="https://mp.weixin.qq.com/s/abc">文章</a></p>', subtype="html")
    read = read_message("1", message.as_bytes())
    assert "https://mp.weixin.qq.com/s/abc" in read.text
    assert read.id.startswith(UNIT)
    assert not read.automatic


def test_broken_mail_is_no_end() -> None:
    for body in (
        b"",
        b"\xff\xfe",
        b"From: x\nContent-Type: text/plain; charset=klingon\n\n\xe4",
        b"Subject: =?utf-8?b?broken?=",
    ):
        read_message("1", body)
