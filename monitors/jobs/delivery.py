"""The outbox emptied: notices and digests through the channels of the settings, and what was received registered."""

from __future__ import annotations

import json
import os
from datetime import datetime

from alerts.delivery.channels import Channel, open_channel
from alerts.delivery.outbox import ClaimedMessage, DeliveryReport, OutboxWorker
from alerts.digest.build import Digest
from alerts.messages import OutgoingMessage, digest_mail, notice_letter
from alerts.notices.notice import Notice
from monitors.app_context import AppContext
from monitors.jobs import case_actions
from rules.cases.case import CaseError
from storage.serialization import load

DIGEST = "digest"
BATCH = 50


def channels_of(context: AppContext) -> list[Channel]:
    """The channels of the settings; a folder under the data directory is always one. Raises ChannelError."""
    urls = [url.get_secret_value() for url in context.settings.channels]
    outbox = f"file://{(context.settings.data / 'outbox').resolve()}"
    return [open_channel(f"{url.partition(':')[0]}{n}", url, os.environ) for n, url in enumerate([outbox, *urls])]


def compose(context: AppContext, claim: ClaimedMessage) -> OutgoingMessage:
    """The letter of a claimed row."""
    if claim.document == DIGEST:
        return digest_mail(load(Digest, claim.body), context.settings.digest_recipients, context.settings.base_url)
    return notice_letter(load(Notice, claim.body), context.settings.templates)


def deliver(context: AppContext, now: datetime) -> DeliveryReport:
    """One pass over what is due, then register what a mail server took as received by the unit."""
    outbox = OutboxWorker(context.store.notices, channels_of(context), lambda claim: compose(context, claim))
    done = outbox.run(now, BATCH)
    register_received(context)
    return done


def register_received(context: AppContext) -> None:
    """A step's term runs from its receipt. Mail that its recipients' server took counts; a file in a folder does not: a
    person hands it over and registers that (`xunjian case deliver`)."""
    waiting = {(case.number, step.notice): step.step for school in context.schools for case in context.store.cases.open(school)
               for step in case.issued_steps if not step.delivered_at}  # fmt: skip
    for (number, notice_id), step in waiting.items():
        row = context.store.notices.one(notice_id)
        at = received_at(row["delivered"]) if row else None
        if at:
            try:
                case_actions.deliver(context, number, step=step, at=at)
            except CaseError:
                continue  # settled or registered by a person meanwhile


def received_at(delivered: str) -> datetime | None:
    """When the first mail target took it, None where only folders did."""
    times = [datetime.fromisoformat(when) for target, (result, _, when) in json.loads(delivered).items()
             if result == "sent" and not target.startswith("file")]  # fmt: skip
    return min(times, default=None)
