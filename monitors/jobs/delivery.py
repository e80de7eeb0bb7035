"""The outbox emptied: notices and digests through the channels of the settings, and what was received registered."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from alerts.delivery.channels import Channel, open_channel
from alerts.delivery.outbox import ClaimedMessage, DeliveryReport, DeliveryResult, OutboxWorker
from alerts.digest.build import Digest
from alerts.inquiries import InquiryLetter, InquiryReply, inquiry_mail, reply_mail
from alerts.messages import OutgoingMessage, digest_mail, notice_letter
from alerts.notices.notice import Notice
from monitors.app_context import AppContext
from monitors.jobs import case_actions
from monitors.jobs.inquiries import link_of
from rules.cases.case import CaseError
from storage.inquiries import LETTER, REPLY
from storage.notices import DIGEST, DeliveryAnswer
from storage.serialization import load

BATCH, BATCHES = 50, 40
"""Letters claimed at a time, and so many times in one go: a claim must not run out before its letters are sent."""


def channels_of(context: AppContext) -> list[Channel]:
    """The channels of the settings; a folder under the data directory is always one. Raises ChannelError."""
    urls = [url.get_secret_value() for url in context.settings.channels]
    outbox = f"file://{(context.settings.data / 'outbox').resolve()}"
    return [open_channel(f"{url.partition(':')[0]}{n}", url, os.environ) for n, url in enumerate([outbox, *urls])]


def compose(context: AppContext, claim: ClaimedMessage) -> OutgoingMessage:
    """The letter of a claimed row."""
    if claim.document == DIGEST:
        return digest_mail(load(Digest, claim.body), context.settings.digest_recipients, context.settings.base_url)
    if claim.document == LETTER:
        return _inquiry_letter(context, load(InquiryLetter, claim.body))
    if claim.document == REPLY:
        return reply_mail(load(InquiryReply, claim.body))
    return notice_letter(load(Notice, claim.body), context.settings.templates)


def _inquiry_letter(context: AppContext, letter: InquiryLetter) -> OutgoingMessage:
    """With links made at this moment: the outbox keeps none."""
    asked = {item.number: context.store.inquiries.one(item.number) for item in letter.items}
    return inquiry_mail(letter, {number: link_of(context, inquiry) for number, inquiry in asked.items() if inquiry})


def deliver(context: AppContext, now: datetime, *, only: str = "") -> DeliveryReport:
    """Send all that is due, or the one letter ``only``; then register what a mail server took as received by the unit."""
    channels = channels_of(context)
    outbox = OutboxWorker(context.store.outbox, channels, lambda claim: compose(context, claim))
    total = DeliveryReport(0, 0, 0, {})
    for _ in range(BATCHES):
        done = outbox.run(now, BATCH, only=only)
        total = total + done
        if done.claimed < BATCH:
            break
    register_received(context, channels)
    return total


def register_received(context: AppContext, channels: Sequence[Channel]) -> None:
    """A step's term runs from its receipt. Mail that the addressee's own server took counts; a copy that reached somebody
    else, or a file in a folder, does not: a person hands it over and registers that (`xunjian case deliver`)."""
    waiting = {(case.number, step.notice): step.step for school in context.schools for case in context.store.cases.open(school)
               for step in case.issued_steps if not step.delivered_at}  # fmt: skip
    for (number, notice_id), step in waiting.items():
        row = context.store.outbox.one(notice_id)
        at = received_at(load(Notice, row.document), row.delivery_results, channels) if row else None
        if at:
            try:
                case_actions.deliver(context, number, step=step, at=at)
            except CaseError:
                continue  # settled or registered by a person meanwhile


def received_at(notice: Notice, answers: Mapping[str, DeliveryAnswer], channels: Sequence[Channel]) -> datetime | None:
    """When the addressee had it: the first of its own mailboxes, on a channel that confirms receipt. None where it did not."""
    confirming = {f"{channel.name}:{mailbox}" for channel in channels if channel.confirms_receipt
                  for mailbox in notice.addressee_mailboxes}  # fmt: skip
    times = [
        answer.at for target, answer in answers.items() if answer.result == DeliveryResult.SENT and target in confirming
    ]
    return min(times, default=None)


def only_in_folder(targets: Iterable[str], channels: Sequence[Channel]) -> bool:
    """True for a letter that is settled and nobody was sent: somebody must print it and hand it over."""
    confirming = {channel.name for channel in channels if channel.confirms_receipt}
    return not any(target.partition(":")[0] in confirming for target in targets)
