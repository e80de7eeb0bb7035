"""The outbox: at least once, never lost, and what a crash, a slow server or a bad address does to the others."""

from __future__ import annotations

import dataclasses
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.delivery import outbox
from alerts.delivery.channels import Channel, DeliveryError, open_channel
from alerts.delivery.channels.smtp import message_id
from alerts.delivery.outbox import LEASE, MAX_ATTEMPTS, ClaimedMessage, DeliveryResult, OutboxWorker, retry_delay
from alerts.documents.compose import InvalidTemplate
from alerts.messages import OutgoingMessage
from monitors.clock import wall
from tests.support.mail_server import Handler, channel, serving
from tests.support.notices import NOW


@dataclass
class Row:
    """A row of the outbox, and the claim made from it."""

    id: str
    body: str = "a@example.edu.cn"
    document: str = "rectification"
    state: str = "due"
    due: datetime = NOW
    claimed_at: datetime | None = None
    attempts: int = 0
    delivered: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    error: str = ""


class Queue:
    """The promise of NoticeQueue kept in memory."""

    def __init__(self, *rows: Row) -> None:
        self.rows, self.lock = {row.id: row for row in rows}, threading.Lock()

    def claim(self, now: datetime, limit: int, only: str = "") -> list[Row]:
        with self.lock:
            due = [row for row in self.rows.values() if self._due(row, now) and only in ("", row.id)][:limit]
            for row in due:
                row.state, row.claimed_at = "claimed", now
            return [
                dataclasses.replace(
                    row, attempts=row.attempts + 1, delivered=dict(row.delivered), unknown=dict(row.unknown)
                )
                for row in due
            ]

    def _due(self, row: Row, now: datetime) -> bool:
        left = row.state == "claimed" and row.claimed_at is not None and now - row.claimed_at > LEASE
        return left or (row.state == "due" and row.due <= now)

    def mark_target(self, id: str, target: str, result: DeliveryResult, reason: str, now: datetime) -> None:
        with self.lock:
            row = self.rows[id]
            row.delivered[target] = result.value
            row.unknown[target] = row.unknown.get(target, 0) + (result is DeliveryResult.UNKNOWN)

    def mark_sent(self, id: str, now: datetime) -> None:
        self.rows[id].state = "sent"
        self.rows[id].attempts += 1

    def mark_to_print(self, id: str, now: datetime) -> None:
        self.rows[id].state = "to_print"
        self.rows[id].attempts += 1

    def mark_failed(self, id: str, reason: str, now: datetime, *, permanent: bool, retry_at: datetime | None) -> None:
        row = self.rows[id]
        row.attempts += 1
        row.state, row.due, row.error = ("failed" if permanent else "due"), retry_at or row.due, reason


def letter(claim: ClaimedMessage) -> OutgoingMessage:
    readers = tuple(filter(None, claim.body.split(",")))
    return OutgoingMessage(
        id=claim.id, subject=claim.id, text="正文", html="<p>正文</p>", recipients=readers, dated=NOW
    )


@dataclass
class Fake:
    """A channel that does what it is told for each target."""

    name: str = "mail"
    answers: dict[str, Exception | Callable[[], object]] = field(default_factory=dict)
    got: list[tuple[str, str]] = field(default_factory=list)
    confirms_receipt: bool = True

    def check(self) -> None:
        """Nothing to try."""

    def targets(self, letter: OutgoingMessage) -> tuple[str, ...]:
        return letter.recipients

    def send(self, letter: OutgoingMessage, target: str) -> str:
        answer = self.answers.get(target) or self.answers.get(letter.id)
        if isinstance(answer, Exception):
            raise answer
        if answer:
            answer()
        self.got.append((letter.id, target))
        return "ok"


def test_claim_send_mark() -> None:
    queue, fake = Queue(Row("1"), Row("2", due=NOW + timedelta(1))), Fake()
    done = OutboxWorker(queue, [fake], letter).run(NOW)
    assert (done.claimed, done.sent, done.given_up, done.results) == (1, 1, 0, {("mail", DeliveryResult.SENT): 1})
    assert [queue.rows[id].state for id in "12"] == ["sent", "due"]
    assert OutboxWorker(queue, [fake], letter).run(NOW).claimed == 0


def test_each_reader_has_an_outcome_and_who_has_it_is_left_alone() -> None:
    queue = Queue(Row("1", "ok@x.cn,later@x.cn,never@x.cn"))
    fake = Fake(answers={"later@x.cn": DeliveryError("稍后"), "never@x.cn": DeliveryError("退回", permanent=True)})
    OutboxWorker(queue, [fake], letter).run(NOW)
    row = queue.rows["1"]
    assert row.delivered == {"mail:ok@x.cn": "sent", "mail:later@x.cn": "retry", "mail:never@x.cn": "refused"}
    assert (row.state, row.due) == ("due", NOW + timedelta(minutes=1))
    fake.answers = {}
    OutboxWorker(queue, [fake], letter).run(row.due)
    assert fake.got == [("1", "ok@x.cn"), ("1", "later@x.cn")]
    assert row.state == "failed"
    assert "mail:never@x.cn" in row.error


def test_rests_double_and_are_capped_without_jitter() -> None:
    minutes = [retry_delay(n) / timedelta(minutes=1) for n in (1, 2, 3, 9, 10, 30, 10_000)]
    assert minutes == [1, 2, 4, 256, 360, 360, 360]


def test_giving_up_is_visible_and_soon_where_it_may_have_been_read() -> None:
    for error, limit in (
        (DeliveryError("断", unknown=True), MAX_ATTEMPTS["unknown"]),
        (DeliveryError("忙"), MAX_ATTEMPTS["retry"]),
    ):
        queue, now = Queue(Row("1")), NOW
        while queue.rows["1"].state == "due":
            now = queue.rows["1"].due
            OutboxWorker(queue, [Fake(answers={"1": error})], letter).run(now)
        assert (queue.rows["1"].attempts, queue.rows["1"].state) == (limit, "failed")
    assert timedelta(days=5) < now - NOW < timedelta(days=8)


def test_a_channel_that_is_down_is_spared_and_holds_no_other(tmp_path: Path) -> None:
    rows = [Row(str(n)) for n in range(5)]
    queue, tried = Queue(*rows), list[str]()

    class Down(Fake):
        def targets(self, letter: OutgoingMessage) -> tuple[str, ...]:
            tried.append(letter.id)
            return letter.recipients

    down = Down("mail", {"a@example.edu.cn": DeliveryError("连不上", channel_down=True)})
    files = open_channel("files", f"file://{tmp_path}", {}, wall)
    done = OutboxWorker(queue, [down, files], letter).run(NOW)
    assert done.results == {("mail", DeliveryResult.RETRY): 5, ("files", DeliveryResult.SENT): 5}
    assert len([path for path in tmp_path.iterdir() if not path.name.startswith(".")]) == 5
    assert all(row.state == "due" for row in queue.rows.values())


def test_a_slow_channel_does_not_make_the_others_wait() -> None:
    gate = threading.Event()
    fast = Fake("fast", {"1": gate.set})
    slow = Fake("slow", {"1": lambda: gate.wait(20) or pytest.fail("the fast channel waited for the slow one")})
    assert OutboxWorker(Queue(Row("1")), [slow, fast], letter).run(NOW).sent == 1


def test_a_letter_that_cannot_be_made_waits_and_the_others_go(tmp_path: Path) -> None:
    def compose(claim: ClaimedMessage) -> OutgoingMessage:
        if claim.id == "bad":
            raise InvalidTemplate(tmp_path / "a.txt", 3, "语法错误")
        return letter(claim)

    queue = Queue(Row("bad"), Row("good"))
    OutboxWorker(queue, [Fake()], compose).run(NOW)
    assert [queue.rows[id].state for id in ("bad", "good")] == ["due", "sent"]
    assert "a.txt 第 3 行" in queue.rows["bad"].error


def test_a_bug_in_a_channel_stops_nothing_and_tells_no_secret() -> None:
    queue = Queue(Row("1"), Row("2"))
    OutboxWorker(queue, [Fake(answers={"1": RuntimeError("password=hunter2")})], letter).run(NOW)
    assert [row.state for row in queue.rows.values()] == ["due", "sent"]
    assert "hunter2" not in queue.rows["1"].error


@pytest.mark.parametrize("channels", [[], [Fake()]])
def test_a_letter_without_any_way_out_is_not_called_sent(channels: list[Channel]) -> None:
    queue = Queue(Row("1", ""))
    OutboxWorker(queue, channels, letter).run(NOW)
    assert queue.rows["1"].state == "due"
    assert "收件人" in queue.rows["1"].error


class Killed(BaseException):
    """The process ends here."""


def test_killed_between_taking_and_marking_it_is_sent_again_as_the_same_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    handler, queue = Handler(), Queue(Row("SIAS-2026-0007/rectify"))
    with serving(handler) as port:
        outbox = OutboxWorker(queue, [channel(port)], letter)
        with monkeypatch.context() as patch:
            patch.setattr(queue, "mark_target", _kill)
            with pytest.raises(Killed):
                outbox.run(NOW)
        assert outbox.run(NOW + LEASE).claimed == 0
        assert outbox.run(NOW + LEASE + timedelta(seconds=1)).sent == 1
        assert outbox.run(NOW + timedelta(days=1)).claimed == 0
    assert len(handler.taken) == 2
    assert handler.taken[0] == handler.taken[1]
    assert message_id("SIAS-2026-0007/rectify", "xcb@example.edu.cn").encode() in handler.taken[0][1]


def _kill(*args: object) -> None:
    raise Killed


def test_cut_after_data_is_unknown_and_counted() -> None:
    handler, queue = Handler(cut_after_data=True), Queue(Row("1"))
    with serving(handler) as port:
        done = OutboxWorker(queue, [channel(port)], letter).run(NOW)
        assert done.results == {("mail", DeliveryResult.UNKNOWN): 1}
        assert (queue.rows["1"].state, queue.rows["1"].due) == ("due", NOW + timedelta(minutes=1))
        handler.cut = False
        assert OutboxWorker(queue, [channel(port)], letter).run(NOW + timedelta(minutes=1)).sent == 1
    assert len(handler.taken) == 2


def test_files_are_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = open_channel("files", f"file://{tmp_path}/出%20箱", {}, wall)
    sent = OutgoingMessage(id="../case/步骤", subject="", text="文", html="<p>", recipients=())
    files.send(sent, "")
    files.send(sent, "")
    (folder,) = (tmp_path / "出 箱").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["正文.html", "正文.txt"]
    monkeypatch.setattr("os.fsync", _kill)
    with pytest.raises(Killed):
        files.send(dataclasses.replace(sent, id="2"), "")
    assert [path.name for path in (tmp_path / "出 箱").iterdir() if not path.name.startswith(".")] == [folder.name]
    monkeypatch.undo()
    files.send(dataclasses.replace(sent, id="2"), "")
    assert sum(not path.name.startswith(".") for path in (tmp_path / "出 箱").iterdir()) == 2


def test_a_folder_that_cannot_be_written_is_the_channels_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    files = open_channel("files", f"file://{tmp_path}/file/sub", {}, wall)
    with pytest.raises(DeliveryError) as caught:
        files.send(OutgoingMessage(id="1", subject="", text="", html=""), "")
    assert caught.value.channel_down
    assert not caught.value.permanent


def test_a_thousand_deliveries_with_random_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """0 lost, 0 marked sent that the server did not take, doubles only where a kill or a cut left it unknown."""
    dice, rows = random.Random(20261121), [Row(f"n{n}", f"r{n}@example.edu.cn") for n in range(1000)]
    queue, taken, faults, now = Queue(*rows), Counter[str](), Counter[str](), NOW

    class Flaky(Fake):
        def send(self, letter: OutgoingMessage, target: str) -> str:
            match dice.choices(("ok", "4xx", "down", "cut", "kill"), (80, 8, 4, 5, 3))[0]:
                case "ok":
                    taken[letter.id] += 1
                case "4xx":
                    raise DeliveryError("稍后")
                case "down":
                    raise DeliveryError("连不上", channel_down=True)
                case "cut":
                    taken[letter.id] += 1
                    faults[letter.id] += 1
                    raise DeliveryError("断", unknown=True)
                case "kill":
                    taken[letter.id] += 1
                    faults[letter.id] += 1
                    raise Killed
            return "ok"

    monkeypatch.setitem(outbox.MAX_ATTEMPTS, "unknown", 1000)
    for _ in range(5000):
        try:
            if not OutboxWorker(queue, [Flaky()], letter).run(now).claimed:
                now += timedelta(minutes=10)
        except Killed:
            now += timedelta(seconds=1)
        if all(row.state == "sent" for row in queue.rows.values()):
            break
    assert all(row.state == "sent" for row in queue.rows.values())
    assert all(taken[row.id] >= 1 for row in rows)
    assert all(taken[row.id] - 1 <= faults[row.id] for row in rows)
    assert sum(faults.values()) > 30
