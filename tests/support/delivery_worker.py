"""A worker of the outbox to be killed: it empties the queue through real channels until there is nothing left, or it dies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.brief import BriefLine
from alerts.delivery.channels import open_channel
from alerts.delivery.outbox import ClaimedMessage, OutboxWorker
from alerts.messages import MessageKind, OutgoingMessage
from monitors.clock import wall
from storage.store import Store

READER = "a@example.edu.cn"


def compose(claim: ClaimedMessage) -> OutgoingMessage:
    """A short message to every kind of channel."""
    return OutgoingMessage(
        id=claim.id,
        subject=f"提醒 {claim.id}",
        text=claim.id,
        html=f"<p>{claim.id}</p>",
        recipients=(READER,),
        kind=MessageKind.ALERT,
        brief=(BriefLine("请处理", 1),),
    )


def work(database: str, channels: Sequence[str], start: datetime, passes: int) -> None:
    """So many passes, ten minutes of the outbox's time apart."""
    store = Store(database)
    ways = [open_channel(f"c{n}", url, {}, wall) for n, url in enumerate(channels)]
    worker = OutboxWorker(store.outbox, ways, compose)
    for number in range(passes):
        while worker.run(start + timedelta(minutes=10 * number), 25).claimed == 25:
            pass
    store.close()
