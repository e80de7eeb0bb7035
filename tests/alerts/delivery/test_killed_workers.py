"""A thousand deliveries over every kind of channel, with faults and kill -9: nothing lost, nothing marked sent that was not taken."""

from __future__ import annotations

import multiprocessing
import random
import re
import socket
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.delivery.outbox import LEASE
from storage.notices import NoticeState
from storage.store import Store
from tests.conftest import NOW
from tests.support import delivery_worker
from tests.support.vendors import Vendors, vendors

LETTERS, KILLS, PASSES = 170, 6, 8
FAULTS = {"": 84, "rate": 2, "http429": 1, "http500": 3, "error": 1, "content": 1, "cut": 3, "cut_mid": 3, "html": 2}
BROKEN_AFTER = {"cut", "cut_mid", "html"}
"""The message was taken and the answer does not say so."""
LETTER_ID = re.compile(r"n\d{4}")
CHANNELS = ("wecom", "dingtalk", "feishu", "http+webhook")


@dataclass
class Mail:
    """Takes mail, or answers 451, or breaks the connection after it took one."""

    dice: random.Random
    taken: list[tuple[str, bool]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        word = self.dice.choices(("ok", "later", "cut"), (90, 6, 4))[0]
        if word == "later":
            return "451 try again"
        found = LETTER_ID.search(str(envelope.content))
        assert found
        self.taken.append((found[0], word == "ok"))
        if word == "cut":
            server.transport.abort()  # type: ignore[union-attr]
        return "250 OK"


@contextmanager
def mail_server(handler: Mail) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def test_a_thousand_deliveries_survive_faults_and_kill_9(tmp_path: Path) -> None:
    dice, mail = random.Random(20261130), Mail(random.Random(7))
    with vendors(dice.choices(list(FAULTS), list(FAULTS.values()), k=20_000)) as server, mail_server(mail) as port:
        ways = [server.url(scheme, "&for=alert&timeout=5") for scheme in CHANNELS]
        ways += [f"smtp://localhost:{port}?from=xcb@example.edu.cn&timeout=5", f"file://{tmp_path}/outbox"]
        store = Store(f"sqlite:///{tmp_path}/xunjian.db")
        for number in range(LETTERS):
            assert store.outbox.queue_page(f"n{number:04}", f"n{number:04}", "bit", "{}", NOW)
        kills = _run_and_kill(store, ways, dice)
        rows = store.outbox.all()
        store.close()
    _nothing_lost(rows_by_state := Counter(row.state for row in rows))
    assert rows_by_state[NoticeState.SENT] > LETTERS * 0.6
    taken = _taken(server, mail, tmp_path)
    deliveries = 0
    for row in rows:
        for target, answer in row.delivery_results.items():
            times = taken[row.id, target.partition(":")[0]]
            deliveries += len(times)
            if answer.result == "sent":
                assert times, f"{row.id} is marked sent at {target}, which never took it"
            elif answer.result == "refused":
                assert row.state is NoticeState.FAILED
    assert deliveries >= 1000
    doubles = [times for times in taken.values() if len(times) > 1]
    unexplained = sum(any(times[:-1]) for times in doubles)
    # An answer that came whole and was not stored: only a kill in between does that, one letter a channel.
    assert unexplained <= kills * len(ways)
    assert sum(len(times) - 1 for times in doubles) <= sum(
        not whole for times in taken.values() for whole in times
    ) + kills * len(ways)


def _run_and_kill(store: Store, ways: list[str], dice: random.Random) -> int:
    """Workers one after the other, most of them killed at a random moment; a killed one's claims run out before the next."""
    context, now, kills = multiprocessing.get_context("forkserver"), NOW, 0
    context.set_forkserver_preload([delivery_worker.__name__])
    for turn in range(KILLS + 6):
        worker = context.Process(target=delivery_worker.work, args=(store.database.url, ways, now, PASSES))
        worker.start()
        if turn < KILLS:
            worker.join(0.25 + dice.random() * 0.6)
            if worker.is_alive():
                worker.kill()
                kills += 1
        worker.join()
        now += timedelta(minutes=10 * PASSES) + LEASE + timedelta(hours=6)
        if turn >= KILLS and not {NoticeState.DUE, NoticeState.CLAIMED} & set(store.outbox.counts()):
            break
    assert kills >= KILLS // 2
    return kills


def _nothing_lost(states: Counter[NoticeState]) -> None:
    assert sum(states.values()) == LETTERS
    assert set(states) <= {NoticeState.SENT, NoticeState.FAILED}, "every letter has an end that a person can see"


def _taken(server: Vendors, mail: Mail, folder: Path) -> dict[tuple[str, str], list[bool]]:
    """By letter and channel: for each time it was taken, whether the answer said so."""
    places = {"/cgi-bin/webhook": "c0", "/robot/send": "c1", "/open-apis": "c2", "/hook": "c3"}
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for one in server.taken:
        letter = LETTER_ID.search(str(one["body"]))
        assert letter
        channel = next(name for start, name in places.items() if one["path"].startswith(start))
        found[letter[0], channel].append(one["fault"] not in BROKEN_AFTER)
    for name, whole in mail.taken:
        found[name, "c4"].append(whole)
    for path in (folder / "outbox").iterdir():
        if not path.name.startswith("."):
            found[path.name, "c5"].append(True)
    return found
