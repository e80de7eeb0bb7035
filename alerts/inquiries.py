"""The letter that asks a person about the newest posts of the accounts in their care: a request, never an accusation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.documents.compose import PACKAGED
from alerts.messages import OutgoingMessage
from alerts.sanitize import clean, name
from rules.model import BEIJING, Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryItem:
    """One account that is asked about; ``number`` is that of the inquiry."""

    number: str
    platform: Platform
    title: str
    unit: str
    due_at: datetime
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryLetter:
    """One letter to one person, as the outbox keeps it. The links are made when it is sent."""

    id: str
    school_name: str
    basis: str
    office: str
    phone: str
    recipient: str
    addressee: str
    sent_at: datetime
    items: tuple[InquiryItem, ...]
    demo: bool = False


def inquiry_mail(letter: InquiryLetter, links: Mapping[str, str]) -> OutgoingMessage:
    """The mail. ``links``: the address of each inquiry's page, by number."""
    again = all(item.again for item in letter.items)
    subject = f"{'提醒：' if again else ''}请核实 {len(letter.items)} 个账号最近的更新情况"
    rows = [
        {
            "what": f"{item.platform.label}“{name(item.title)}”",
            "unit": clean(item.unit, 40),
            "due": _day(item.due_at),
            "again": item.again,
            "link": links[item.number],
        }
        for item in letter.items
    ]
    values = {"letter": letter, "rows": rows, "to": clean(letter.addressee, 20), "again": again}
    return OutgoingMessage(
        id=letter.id,
        subject=f"【演示】{subject}" if letter.demo else subject,
        text=_environment().get_template("inquiry.txt").render(values),
        html=_environment().get_template("inquiry.html").render(values),
        recipients=(letter.recipient,),
        dated=letter.sent_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryReply:
    """What was read of a unit's mail: one line a link. ``subject`` is the mail's own."""

    id: str
    school: str
    recipient: str
    subject: str
    lines: tuple[str, ...]
    office: str
    sent_at: datetime
    demo: bool = False


def reply_mail(reply: InquiryReply) -> OutgoingMessage:
    """The answer to a mail, in plain words; as HTML the same words, escaped."""
    subject = f"答复：{clean(reply.subject, 80) or '您提供的链接'}"
    values = {"reply": reply, "lines": [line.split("\n") for line in reply.lines]}
    return OutgoingMessage(
        id=reply.id,
        subject=f"【演示】{subject}" if reply.demo else subject,
        text=_environment().get_template("inquiry_reply.txt").render(values),
        html=_environment().get_template("inquiry_reply.html").render(values),
        recipients=(reply.recipient,),
        dated=reply.sent_at,
    )


def _day(when: datetime) -> str:
    when = when.astimezone(BEIJING)
    return f"{when.month}月{when.day}日"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(PACKAGED),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
