"""By mail, too: a unit forwards a link or its share text, at any time and unasked; the answer says what was read."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from alerts.inquiries import InquiryReply
from monitors.app_context import AppContext
from monitors.jobs.inquiry_answers import knowledge_now
from monitors.jobs.proof import look_at_links
from monitors.jobs.statements import record_statement
from monitors.mailbox import Mailbox, ReceivedMail
from rules.calendar import china_calendar
from rules.inquiries import AnswerKind, Inquiry, InquiryAnswer, InquiryError, InquiryState, take_answer
from rules.inquiry_answers import LinkReading, pasted_links, read_link, refused_unread
from rules.model import EvidenceKind, Filing, Observation, Outcome, Statement
from rules.platforms import host_of, platform_of_host
from storage.filings import key_of
from storage.inquiries import REPLY
from storage.serialization import dump

log = structlog.get_logger()
NO_LINK = "信里没有找到内容的链接。请在手机上打开最近发布的内容，选择“复制链接”，再发到这个邮箱。"
NOT_YOURS = "您登记的账号中没有这个平台的账号，无法对应。请联系主管部门核对台账。"
UNREAD = "平台要求登录或验证，这次没有读到页面。已按您的来信记下“近日有更新”，七天之内有效；之后以读到的页面为准。"


@dataclass
class MailReport:
    """What one look into the mailbox did."""

    messages: int = 0
    unknown: int = 0
    links: int = 0
    accepted: int = 0


async def read_mailbox(context: AppContext) -> MailReport:
    """Take in what units sent. Raises MailboxError; does nothing where no mailbox is set."""
    report = MailReport()
    url = context.settings.inbox.get_secret_value() if context.settings.inbox else ""
    if not url:
        return report
    messages = Mailbox.of(url).unread()
    while (mail := await asyncio.to_thread(next, messages, None)) is not None:
        report.messages += 1
        await _take_in(context, mail, report)
    if report.messages:
        log.info("mailbox.done", **vars(report))
    return report


async def _take_in(context: AppContext, mail: ReceivedMail, report: MailReport) -> None:
    """One message of somebody who has accounts on file; anybody else gets no answer, for a forged sender gets it too."""
    filings = [] if mail.automatic else await asyncio.to_thread(filings_of, context, mail.sender)
    if not filings:
        report.unknown += 1
        return
    if await asyncio.to_thread(context.store.outbox.one, reply_id(mail)):
        return  # dealt with before, and not marked as read
    links = pasted_links(f"{mail.subject} {mail.text}")
    readings = [await _read(context, mail, filings, link) for link in links]
    report.links += len(links)
    report.accepted += sum(reading.accepted for reading in readings)
    lines = tuple(f"{reading.url}\n{reading.words}" for reading in readings) or (NO_LINK,)
    first = filings[0]
    reply = InquiryReply(
        id=reply_id(mail), school=first.school, recipient=mail.sender, subject=mail.subject, lines=lines,
        office=context.settings.office_contact, sent_at=context.clock(), demo=context.settings.demo,
    )  # fmt: skip
    units = "、".join(sorted({filing.unit for filing in filings if filing.school == first.school and filing.unit}))
    await asyncio.to_thread(
        context.store.outbox.queue, reply.id, REPLY, first.school, dump(reply), context.clock(), units
    )


def reply_id(mail: ReceivedMail) -> str:
    """The outbox's id of the answer: a message is answered once, however often it is read."""
    return f"{REPLY}/{hashlib.sha256(f'{mail.sender} {mail.id}'.encode()).hexdigest()[:32]}"


def filings_of(context: AppContext, sender: str) -> list[Filing]:
    """The accounts in whose row of the register this mailbox stands."""
    every = context.store.filings.all()
    return [filing for filing in every if sender in {mail.strip().lower() for mail in filing.emails}]


async def _read(context: AppContext, mail: ReceivedMail, filings: Sequence[Filing], url: str) -> LinkReading:
    """A link for whichever of the sender's accounts it is of; the page says whose it is, not the sender."""
    whose = platform_of_host(host_of(url))
    candidates = [filing for filing in filings if filing.school in context.policies and filing.platform is whose]
    if whose is None:
        candidates = [filing for filing in filings if host_of(filing.url) and host_of(filing.url) == host_of(url)]
    if not candidates:
        return LinkReading(url, False, NOT_YOURS)
    reading = LinkReading(url, False, NOT_YOURS)
    for filing in candidates:
        reading, look = await _read_for(context, filing, url)
        if reading.accepted:
            await asyncio.to_thread(_answer, context, filing, reading, mail)
            return reading
        if look and look.outcome is Outcome.BLOCKED and len(candidates) == 1:
            await asyncio.to_thread(_declare, context, filing, url, mail.sender)
            return LinkReading(url, False, UNREAD)
    return reading


async def _read_for(context: AppContext, filing: Filing, url: str) -> tuple[LinkReading, Observation | None]:
    if refused := refused_unread(url, filing):
        return refused, None
    key, now = key_of(filing), context.clock()
    about = await asyncio.to_thread(knowledge_now, context, filing.school, key, now)
    if about is None:
        return LinkReading(url, False, "制度对这个账号没有更新要求。"), None
    posts = await asyncio.to_thread(context.store.observations.posts, key, 500)
    look = (await look_at_links(context, key, filing, [url]))[0]
    seen = (await asyncio.to_thread(context.store.observations.states, [key], now)).get(key)
    known = {post.id: post.published_at for post in posts if post.published_at}
    counted = seen.last_post_at if seen else None
    return read_link(
        url, look, filing, counted_at=counted, known=known, limit=about.limit, calendar=china_calendar()
    ), look  # fmt: skip


def _declare(context: AppContext, filing: Filing, url: str, sender: str) -> None:
    """What arrives by mail alone is the unit's word, for a week or until the next look."""
    now = context.clock()
    said = Statement(kind=EvidenceKind.DECLARED, by=sender, at=now, newest=now.date(), url=url)
    record_statement(context, key_of(filing), said)


def _answer(context: AppContext, filing: Filing, reading: LinkReading, mail: ReceivedMail) -> None:
    """An open question about the account is answered by it."""
    states = [state for state in InquiryState if state.waits] + [InquiryState.ANSWERED]
    answer = InquiryAnswer(
        at=context.clock(), kind=AnswerKind.LINK, by=mail.sender, given=reading.url[:500], reading=reading.words,
        accepted=True, newest=reading.newest, evidence=reading.evidence,
    )  # fmt: skip

    def move(inquiry: Inquiry) -> Inquiry:
        return take_answer(inquiry, answer)

    for inquiry in context.store.inquiries.all(school=filing.school, account=key_of(filing), states=states):
        try:
            context.store.inquiries.change(inquiry.number, move, answer.at, "inquiry.answer")
        except InquiryError:
            continue  # answered through its page meanwhile
