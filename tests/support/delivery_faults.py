"""Deliveries over every kind of channel with random faults, by workers that are killed: what was lost, and what came twice.

``python -m tests.support.delivery_faults --count 1000`` runs it with at least so many deliveries and ends with 1 where the promise broke.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from time import sleep

import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.delivery.outbox import LEASE
from storage.notices import NoticeState, OutboxNotice
from storage.store import Store
from tests.conftest import NOW
from tests.support import delivery_worker
from tests.support.mail_server import Handler, serving
from tests.support.vendors import SCHEMES, Vendors, vendors

PASSES = 8
FAULTS = {"": 84, "rate": 2, "http429": 1, "http500": 3, "error": 1, "content": 1, "cut": 3, "cut_mid": 3, "html": 2}
"""What a vendor does, and how often in a hundred requests."""
BROKEN_AFTER = {"cut", "cut_mid", "html"}
"""The message was taken and the answer does not say so."""
MAIL_FAULTS = {"": 90, "later": 6, "cut": 4}
LETTER_ID = re.compile(r"n\d{5}")
PLACES = {"/cgi-bin/webhook": 0, "/robot/send": 1, "/open-apis": 2, "/cgi-bin/message": 3, "/hook": 4}
"""Which channel a vendor's path belongs to, in the order of `tests.support.vendors.SCHEMES`; then mail, then the folder."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One letter accepted by one other side in a worker's turn. ``told``: the answer said so."""

    letter: str
    channel: str
    turn: int
    told: bool


@dataclass(frozen=True, slots=True)
class DeliveryTally:
    """What a run came to. The promise holds where the last three are 0."""

    letters: int
    deliveries: int
    sent: int
    needs_a_person: int
    kills: int
    broken_after_acceptance: int
    doubles_after_a_break: int
    doubles_after_a_kill: int
    lost: int
    marked_but_not_taken: int
    doubles_without_cause: int

    @property
    def kept(self) -> bool:
        """Nothing was lost, nothing marked that was not taken, nothing sent twice knowingly."""
        return not (self.lost or self.marked_but_not_taken or self.doubles_without_cause)


class FaultyMail(Handler):
    """Takes mail, or answers 451, or breaks the connection after it took one."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self.dice, self.told = dice, list[bool]()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """At one stroke: a client that goes away ends a handler that waits."""
        fault = self.dice.choices(list(MAIL_FAULTS), list(MAIL_FAULTS.values()))[0]
        if fault == "later":
            return "451 try again"
        assert isinstance(envelope.content, bytes)
        self.taken.append((envelope.rcpt_tos[0], envelope.content))
        self.told.append(fault != "cut")
        if fault == "cut":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"


@dataclass(frozen=True, slots=True)
class Turn:
    """One worker: whether it was killed, and how much vendors and mail had taken when it was gone."""

    killed: bool
    vendors: int
    mails: int


def run(count: int, folder: Path, *, kills: int, seed: int = 20261130) -> DeliveryTally:
    """At least ``count`` deliveries, so many workers killed on the way. Real processes, real connections on loopback."""
    dice, mail = random.Random(seed), FaultyMail(random.Random(seed + 1))
    letters = count // (len(SCHEMES) + 2) + count // 50 + 1  # a content error takes one away
    with vendors(dice.choices(list(FAULTS), list(FAULTS.values()), k=count * 20)) as server, serving(mail) as port:
        ways = [server.url(scheme, "&for=alert&timeout=5") for scheme in SCHEMES]
        ways += [f"smtp://localhost:{port}?from=xcb@example.edu.cn&timeout=5", f"file://{folder}/outbox"]
        store = Store(f"sqlite:///{folder}/xunjian.db")
        for number in range(letters):
            assert store.outbox.queue_page(f"n{number:05}", f"n{number:05}", "bit", "{}", NOW)
        plan = [dice.randint(1, count // (kills + 1)) for _ in range(kills)]
        turns = list(_turns(store, ways, plan, lambda: (len(server.taken), len(mail.taken))))
        rows = store.outbox.all()
        store.close()
    return _tally(rows, [*_vendors_took(server, turns), *_mail_took(mail, turns), *_folder_took(folder)], turns)


def _turns(
    store: Store, ways: Sequence[str], plan: Sequence[int], taken: Callable[[], tuple[int, int]]
) -> Iterator[Turn]:
    """Workers one after the other, the first ones killed after so many deliveries; their claims run out before the next."""
    context, now = multiprocessing.get_context("forkserver"), NOW
    context.set_forkserver_preload([delivery_worker.__name__])
    for most in (*plan, *[0] * 8):
        worker, before = (
            context.Process(target=delivery_worker.work, args=(store.database.url, ways, now, PASSES)),
            sum(taken()),
        )
        worker.start()
        while most and worker.is_alive() and sum(taken()) < before + most:
            sleep(0.001)
        if most:
            worker.kill()
        worker.join()
        sleep(0.1)  # what was on the wire when it died is taken by now
        yield Turn(worker.exitcode != 0, *taken())
        now += timedelta(minutes=10 * PASSES) + LEASE + timedelta(hours=6)
        with store.database.write() as tx:  # and so does the database's clock
            tx.execute(sa.text("UPDATE notice SET claimed_until = claimed_until - 86400"))
        if not {NoticeState.DUE, NoticeState.CLAIMED} & set(store.outbox.counts()):
            return


def _at(turns: Sequence[Turn], place: int, of: Callable[[Turn], int]) -> int:
    return next(number for number, turn in enumerate(turns) if place < of(turn))


def _vendors_took(server: Vendors, turns: Sequence[Turn]) -> Iterator[Taken]:
    for place, one in enumerate(server.taken):
        found = LETTER_ID.search(str(one["body"]))
        assert found
        channel = next(number for start, number in PLACES.items() if one["path"].startswith(start))
        turn = _at(turns, place, lambda turn: turn.vendors)
        yield Taken(found[0], f"c{channel}", turn, one["fault"] not in BROKEN_AFTER)


def _mail_took(mail: FaultyMail, turns: Sequence[Turn]) -> Iterator[Taken]:
    for place, ((_, content), told) in enumerate(zip(mail.taken, mail.told, strict=True)):
        found = LETTER_ID.search(content.decode())
        assert found
        yield Taken(found[0], f"c{len(SCHEMES)}", _at(turns, place, lambda turn: turn.mails), told)


def _folder_took(folder: Path) -> Iterator[Taken]:
    """A letter comes into the same folder each time: it cannot be there twice."""
    for path in (folder / "outbox").iterdir():
        if not path.name.startswith("."):
            yield Taken(path.name, f"c{len(SCHEMES) + 1}", 0, told=True)


def _tally(rows: Sequence[OutboxNotice], taken: Sequence[Taken], turns: Sequence[Turn]) -> DeliveryTally:
    by_target: Mapping[tuple[str, str], list[Taken]] = defaultdict(list)
    for one in taken:
        by_target[one.letter, one.channel].append(one)
    marked = [
        (row.id, target.partition(":")[0])
        for row in rows
        for target, answer in row.delivery_results.items()
        if answer.result == "sent"
    ]
    states = Counter(row.state for row in rows)
    # Of what came twice, what went before: why was it sent again?
    causes = Counter(
        "break" if not one.told else "kill" if turns[one.turn].killed else "none"
        for several in by_target.values()
        for one in several[:-1]
    )
    return DeliveryTally(
        letters=len(rows),
        deliveries=len(taken),
        sent=states[NoticeState.SENT],
        needs_a_person=states[NoticeState.FAILED],
        kills=sum(turn.killed for turn in turns),
        broken_after_acceptance=sum(not one.told for one in taken),
        doubles_after_a_break=causes["break"],
        doubles_after_a_kill=causes["kill"],
        lost=len(rows) - states[NoticeState.SENT] - states[NoticeState.FAILED],
        marked_but_not_taken=sum(not by_target[target] for target in marked),
        doubles_without_cause=causes["none"],
    )


def main() -> None:
    """Run once and print what it came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=20261130)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(options.count, Path(folder), kills=options.kills, seed=options.seed)
    for name, value in asdict(found).items():
        print(f"{name:>26} {value}")
    sys.exit(0 if found.kept else 1)


if __name__ == "__main__":
    main()
