"""The outbox emptied: notices and digests through the channels of the settings, and what was received registered."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.campaigns import CampaignLetter, campaign_mail
from alerts.delivery.channels import Channel, open_channel
from alerts.delivery.outbox import ClaimedMessage, DeliveryReport, DeliveryResult, OutboxWorker
from alerts.digest.build import Digest
from alerts.inquiries import InquiryLetter, InquiryReply, inquiry_mail, reply_mail
from alerts.messages import OutgoingMessage, digest_mail, notice_letter
from alerts.notices.notice import Notice
from monitors.app_context import AppContext
from monitors.clock import wall
from monitors.jobs import letters
from monitors.jobs.check import check
from monitors.jobs.delivery_log import LoggedQueue
from monitors.jobs.inquiries import link_of
from monitors.jobs.pages import is_quiet, readers
from rules.cases.case import SYSTEM, CaseError
from storage.campaigns import LETTER as CAMPAIGN
from storage.database import StorageError
from storage.inquiries import LETTER, REPLY
from storage.notices import DIGEST, PRINTED, DeliveryAnswer, DeliveryWay, NoticeState, OutboxNotice, Receipt
from storage.serialization import load

URGENT = re.compile(r"/?(?:it_)?alert/")
"""In the id of an alert's page."""
BATCH, BATCHES = 50, 40
"""Letters claimed at a time, and so many times in one go: a claim must not run out before its letters are sent."""


def channels_of(context: AppContext) -> list[Channel]:
    """The channels of the settings; a folder under the data directory is always one. Raises ChannelError."""
    urls = [url.get_secret_value() for url in context.settings.channels]
    outbox = f"file://{(context.settings.data / 'outbox').resolve()}"
    return [open_channel(f"{url.partition(':')[0]}{n}", url, os.environ, wall) for n, url in enumerate([outbox, *urls])]


def compose(context: AppContext, claim: ClaimedMessage) -> OutgoingMessage:
    """The letter of a claimed row."""
    if claim.document == DIGEST:
        page = load(Digest, claim.body)
        return digest_mail(page, readers(context, page), context.settings.base_url)
    if claim.document == LETTER:
        return _inquiry_letter(context, load(InquiryLetter, claim.body))
    if claim.document == REPLY:
        return reply_mail(load(InquiryReply, claim.body))
    if claim.document == CAMPAIGN:
        return campaign_mail(load(CampaignLetter, claim.body), claim.id)
    return notice_letter(load(Notice, claim.body), context.settings.templates)


def _inquiry_letter(context: AppContext, letter: InquiryLetter) -> OutgoingMessage:
    """With links made at this moment: the outbox keeps none."""
    asked = {item.number: context.store.inquiries.one(item.number) for item in letter.items}
    return inquiry_mail(letter, {number: link_of(context, inquiry) for number, inquiry in asked.items() if inquiry})


def deliver(context: AppContext, now: datetime, *, only: str = "") -> DeliveryReport:
    """Send all that is signed and due, or the one letter ``only``; then enter what was sent and what a mail server took as
    received by the unit. A paper whose reason is gone by now is stopped and not sent."""
    stop_overtaken(context, now)
    channels = channels_of(context)
    outbox = OutboxWorker(LoggedQueue(context.store.outbox), channels, lambda claim: compose(context, claim))
    total = DeliveryReport(0, 0, 0, {})
    for _ in range(BATCHES):
        done = outbox.run(now, BATCH, only=only)
        total = total + done
        if done.claimed < BATCH:
            break
    register_sent(context, channels)
    return total


def deliver_due(context: AppContext, now: datetime) -> DeliveryReport:
    """As `deliver`; in quiet hours and on quiet days only what cannot wait."""
    if not is_quiet(context.settings.quiet_hours, context.settings.quiet_holidays, now):
        return deliver(context, now)
    total = DeliveryReport(0, 0, 0, {})
    for row in context.store.outbox.all(state=NoticeState.DUE):
        if URGENT.search(row.id):
            total = total + deliver(context, now, only=row.id)
    return total


def stop_overtaken(context: AppContext, now: datetime) -> None:
    """Judge the accounts of all letters that wait to leave once more: the account may have posted since the signature."""
    waiting: dict[str, set[str]] = {}
    for row in context.store.outbox.all(state=NoticeState.DUE):
        for number in context.store.outbox.cases_of(row.id):
            case = context.store.cases.get(number)
            if case and not case.state.is_final and case.school in context.policies:
                waiting.setdefault(case.school, set()).add(case.account)
    for school, accounts in waiting.items():
        check(context, school, now, sorted(accounts))


def register_sent(context: AppContext, channels: Sequence[Channel]) -> None:
    """A step's term runs from its receipt, or from its sending where the policy says so. Mail that the addressee's own
    server took counts as received; a copy that reached somebody else, or a file in a folder, does not: a person hands it
    over and registers that (`xunjian case deliver`)."""
    for row in context.store.outbox.all(state=NoticeState.SENT):
        if not row.case_number:
            continue
        at = received_at(load(Notice, row.document), row.delivery_results, channels)
        try:
            letters.register_sending(context, row, ways_taken(row, channels))
            if at:
                receipt = Receipt(at=at, way=DeliveryWay.MAIL.value, entered_at=context.clock())
                letters.register_receipt(context, row, receipt, SYSTEM, "收件单位的邮件服务器已接收")
        except (CaseError, StorageError):
            continue  # settled or registered by a person meanwhile


def ways_taken(row: OutboxNotice, channels: Sequence[Channel]) -> str:
    """Which channels took a letter, in words."""
    confirming = {channel.name for channel in channels if channel.confirms_receipt}
    taken = [target for target, answer in row.delivery_results.items() if answer.result == DeliveryResult.SENT]
    words = {"已打印，待当面送达": PRINTED in taken, "邮件": any(t.partition(":")[0] in confirming for t in taken)}
    return "、".join(word for word, was in words.items() if was) or "其他渠道"


def received_at(notice: Notice, answers: Mapping[str, DeliveryAnswer], channels: Sequence[Channel]) -> datetime | None:
    """When the addressee had it: the first of its own mailboxes, on a channel that confirms receipt. None where it did not."""
    confirming = {f"{channel.name}:{mailbox}" for channel in channels if channel.confirms_receipt
                  for mailbox in notice.addressee_mailboxes}  # fmt: skip
    times = [
        answer.at for target, answer in answers.items() if answer.result == DeliveryResult.SENT and target in confirming
    ]
    return min(times, default=None)
