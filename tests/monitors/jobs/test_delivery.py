"""Whose receipt starts a term, and what sending again touches: against a real mail server, through the command line too."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.delivery.channels import DeliveryError, open_channel
from alerts.messages import OutgoingMessage
from monitors.app_context import AppContext
from monitors.clock import wall
from monitors.jobs.delivery import channels_of, received_at
from rules.model import DocumentType
from storage.notices import NOTICE, DeliveryAnswer
from storage.store import Store
from tests.conftest import NOW
from tests.support.cli import run
from tests.support.mail_server import Handler, serving
from tests.support.notices import notice

UNIT, OFFICE = "unit@example.edu.cn", "xcb@example.edu.cn"


@contextlib.contextmanager
def conversing(*said: bytes, hold: float = 0.0, drip: bytes = b"") -> Iterator[int]:
    """A mail server that says these lines one after another, whatever it hears; then drips or hangs up."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with contextlib.suppress(OSError), connection:
                    for number, line in enumerate(said):
                        if number:
                            connection.recv(65536)
                        connection.sendall(line)
                    until = time.monotonic() + hold
                    while drip and time.monotonic() < until:
                        connection.sendall(drip)
                        time.sleep(0.0 if len(drip) > 1 else 0.2)

    threading.Thread(target=talk, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


def sent_to(port: int) -> DeliveryError:
    way = open_channel("mail", f"smtp://127.0.0.1:{port}?from={OFFICE}&timeout=1", {}, wall)
    with pytest.raises(DeliveryError) as caught:
        way.send(OutgoingMessage(id="1", subject="x", text="x", html="x"), UNIT)
    return caught.value


@pytest.mark.parametrize("drip", [b"220-" + b"x" * 500 + b"\r\n", b"2"])
def test_a_banner_without_end_has_an_end(drip: bytes) -> None:
    begun = time.monotonic()
    with conversing(b"220-hello\r\n", hold=30, drip=drip) as port:
        error = sent_to(port)
    assert time.monotonic() - begun < 12
    assert error.channel_down
    assert not error.unknown


HELLO = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")


@pytest.mark.parametrize("last", [b"25", b"250", b"250-queued\r\n25", b"", b"hello\r\n"])
def test_an_answer_cut_in_the_middle_leaves_it_unknown(last: bytes) -> None:
    with conversing(*HELLO, last) as port:
        assert sent_to(port).unknown


@pytest.mark.parametrize("last", [b"250 ok\r\n", b"251 forwarded\r\n", b"252 will try\r\n"])
def test_any_2xx_is_a_yes(last: bytes) -> None:
    with conversing(*HELLO, last) as port:
        way = open_channel("mail", f"smtp://127.0.0.1:{port}?from={OFFICE}&timeout=2", {}, wall)
        way.send(OutgoingMessage(id="1", subject="x", text="x", html="x"), UNIT)


def test_only_the_addressees_own_receipt_counts(context: AppContext, tmp_path: Path) -> None:
    paper = replace(notice(DocumentType.RECTIFICATION), addressee_mailboxes=(UNIT,), recipients=(UNIT, OFFICE))
    channels = [
        open_channel("file0", f"file://{tmp_path}", {}, wall),
        open_channel("smtp1", f"smtp://x?from={OFFICE}", {}, wall),
    ]
    sent = DeliveryAnswer(result="sent", reason="", at=NOW)
    elsewhere = {"file0:": sent, f"smtp1:{OFFICE}": sent}
    for result in ("refused", "unknown", "retry"):
        assert received_at(paper, elsewhere | {f"smtp1:{UNIT}": replace(sent, result=result)}, channels) is None
    assert received_at(paper, elsewhere | {f"smtp1:{UNIT}": replace(sent, unknown=2)}, channels) == NOW
    assert received_at(paper, elsewhere, channels) is None
    assert [channel.confirms_receipt for channel in channels_of(context)] == [False]


def owe(store: Store, *ids: str) -> None:
    from sqlalchemy import insert

    from storage.serialization import dump

    with store.database.write() as tx:
        for id in ids:
            paper = replace(
                notice(DocumentType.RECTIFICATION), id=id, recipients=(UNIT, OFFICE), addressee_mailboxes=(UNIT,)
            )
            row = {"id": id, "number": id, "school": "demo", "case_number": id, "document_type": "rectification", "error": "",
                   "state": "due", "created_at": NOW, "next_attempt_at": NOW, "attempts": 0, "delivery_results": "{}", "document": dump(paper)}  # fmt: skip
            tx.execute(insert(NOTICE), [row])


def test_a_refused_letter_is_sent_again_alone_and_only_to_who_lacks_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    handler = Handler(rcpt={UNIT: "550 mailbox full"})
    with serving(handler) as port:
        (tmp_path / "settings.toml").write_text(f'channels = ["smtp://localhost:{port}?from={OFFICE}&timeout=5"]\n')
        store = Store(f"sqlite:///{tmp_path / 'xunjian.db'}")
        owe(store, "A-1/rectification")
        base = ["--data", str(tmp_path), "--now", NOW.isoformat(), "notices"]
        code, out, _ = run(capsys, *base, "--send")
        assert (code, "没有送成 1" in out) == (0, True)
        owe(store, "A-2/rectification")
        assert run(capsys, *base, "--resend", "A-9")[0] == 2
        handler.rcpt = {}
        code, out, _ = run(capsys, *base, "--resend", "A-1/rectification")
        assert "送出 1" in out
        assert [target for target, _ in handler.taken] == [OFFICE, UNIT], "who has it is not written to again"
        states = {row.id: row.state for row in store.outbox.all()}
        assert states == {"A-1/rectification": "delivered", "A-2/rectification": "due"}
        store.close()


def test_killed_passes_do_not_count_and_doubts_are_counted_by_target(store: Store) -> None:
    owe(store, "A-1/r")
    queue = store.outbox
    for _ in range(5):
        (claim,) = queue.claim(NOW, 10)
        assert claim.attempts == 1, "a pass that was killed is no attempt"
        with store.database.write() as tx:
            tx.execute(NOTICE.update().values(state="due"))
    for n in (1, 2):
        queue.claim(NOW, 10)
        queue.mark_target("A-1/r", "smtp1:a", "unknown", "断", NOW)
        queue.mark_target("A-1/r", "smtp1:b", "retry", "忙", NOW)
        queue.mark_failed("A-1/r", "断", NOW, permanent=False, retry_at=NOW)
        assert queue.all()[0].attempts == n
    (claim,) = queue.claim(NOW, 10)
    assert claim.unknown == {"smtp1:a": 2}
    assert claim.attempts == 3


def test_what_a_killed_writer_left_hidden_is_removed(tmp_path: Path) -> None:
    left, alive = tmp_path / ".A-1.4194305", tmp_path / f".A-2.{1}"
    for folder in (left, alive):
        folder.mkdir()
        (folder / "正文.txt").write_text("half")
    open_channel("file0", f"file://{tmp_path}", {}, wall).send(
        OutgoingMessage(id="B", subject="", text="x", html="x"), ""
    )
    assert not left.exists()
    assert alive.exists(), "its writer may still be at work"
    assert (tmp_path / "B").is_dir()
