"""Turn a notice or a digest into what is read: plain text, HTML that mail programs hold, a Word file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.brief import BriefLine
from alerts.digest.build import Audience, Digest, Tone
from alerts.documents import docx
from alerts.documents.blocks import Block, BlockType, title
from alerts.documents.compose import PACKAGED, letter
from alerts.notices.notice import Notice
from alerts.sanitize import clean
from rules.model import LabeledEnum

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
COLOURS = {
    Tone.ALERT: "#b42318",
    Tone.ACT: "#b54708",
    Tone.GOOD: "#1a7f37",
    Tone.PLAIN: "#1f2328",
    Tone.UNSEEN: "#667085",
}
"""Text colours of the digest. What was not observed is grey: never green, never red."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    content_type: str
    data: bytes


class MessageKind(LabeledEnum):
    """What a message is, so that a channel can take some kinds and leave others."""

    PAPER = "paper", "文书"
    DIGEST = "digest", "日报"
    UNIT = "unit", "单位摘要"
    LEADER = "leader", "领导简报"
    IT = "it", "运行情况"
    ALERT = "alert", "即时提醒"
    TEST = "test", "测试消息"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """What a channel delivers. ``id`` is stable: the mail's Message-ID derives from it. ``brief`` is its short form for
    channels with little room, ``link`` the page of the console that has the rest, "" where there is none. ``folder``: what
    people call its folder; "" where the id is its name. ``addressee_mailboxes``: of a paper, the addressee's own; None for
    what is no paper.
    """

    id: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    recipients: tuple[str, ...] = ()
    addressee_mailboxes: tuple[str, ...] | None = None
    folder: str = ""
    dated: datetime | None = None
    kind: MessageKind = MessageKind.PAPER
    school: str = ""
    brief: tuple[BriefLine, ...] = ()
    link: str = ""


def notice_letter(notice: Notice, templates_dir: Path | None = None, *, draft: bool = False) -> OutgoingMessage:
    """A notice, ready to send; with ``draft`` as it will look, 待签发 across every page. Raises InvalidTemplate,
    IncompleteNotice (`alerts.documents.compose`)."""
    blocks = letter(notice, templates_dir, draft=draft)
    number = notice.number or ("待签发" if draft else "")
    subject = f"{title(blocks)}（{number}）" if number else title(blocks)
    file = clean(f"{number} {notice.paper}", 80).translate(dict.fromkeys(map(ord, '/\\:*?"<>|'), "_"))
    word = docx.build(blocks, author=notice.office.name, issued_at=notice.issued_at, demo=notice.demo, draft=draft)
    return OutgoingMessage(
        id=notice.id,
        subject=f"【演示】{subject}" if notice.demo else subject,
        text=notice_text(blocks, demo=notice.demo, draft=draft),
        html=notice_html(blocks, demo=notice.demo, draft=draft),
        attachments=(Attachment(f"{file}.docx", WORD, word),),
        recipients=notice.recipients,
        addressee_mailboxes=notice.addressee_mailboxes,
        folder=f"{notice.number or notice.paper + f'（{notice.issued_at:%Y-%m-%d}）'} {notice.unit or notice.addressee}",
        dated=notice.issued_at,
        school=notice.school,
    )


INDENT = "　　"
"""Two full-width blanks: how plain text shows the first line of a paragraph."""


def notice_text(blocks: Sequence[Block], *, demo: bool = False, draft: bool = False) -> str:
    """The document as plain text, paragraphs indented as on paper."""
    lines = ["【演示文书，不具有任何效力】", ""] if demo else []
    lines += ["【待签发】", ""] if draft else []
    for before, block in zip([None, *blocks], blocks, strict=False):
        if before and before.kind is not block.kind and block.kind in _AIR:
            lines.append("")
        lead = INDENT if block.kind in _INDENTED else ""
        if block.kind is BlockType.ANNEX:
            lines.append("附件")
        lines.append(lead + block.text.replace("\t", INDENT))
    return "\n".join(lines) + "\n"


_AIR = {
    BlockType.NUMBER,
    BlockType.LETTER_NUMBER,
    BlockType.TABLE,
    BlockType.TITLE,
    BlockType.ADDRESSEE,
    BlockType.ATTACHMENT,
    BlockType.SIGNATURE,
    BlockType.ANNEX,
    BlockType.CC,
    BlockType.LETTER_CC,
    BlockType.PRINTED,
}
"""Parts that stand off from what precedes them."""
_INDENTED = {
    BlockType.BODY,
    BlockType.ANNEX_BODY,
    BlockType.HEADING1,
    BlockType.HEADING2,
    BlockType.ATTACHMENT,
    BlockType.SMALL,
    BlockType.NOTE,
}


def notice_html(blocks: Sequence[Block], *, demo: bool = False, draft: bool = False) -> str:
    """The document as HTML for mail: inlined styles, nothing fetched from anywhere."""
    page = _environment().get_template("notice.html")
    return page.render(blocks=blocks, title=title(blocks), demo=demo, draft=draft, Kind=BlockType)


def digest_text(digest: Digest, base_url: str = "") -> str:
    """The digest as plain text; links are spelled out where ``base_url`` names the console."""
    return _environment().get_template("digest.txt").render(_digest_values(digest, base_url))


def digest_html(digest: Digest, base_url: str = "") -> str:
    """The digest as HTML for mail; its only links lead to the console at ``base_url``."""
    return _environment().get_template("digest.html").render(_digest_values(digest, base_url))


KINDS = {
    Audience.OFFICE: MessageKind.DIGEST,
    Audience.UNIT: MessageKind.UNIT,
    Audience.WEEK: MessageKind.LEADER,
    Audience.MONTH: MessageKind.LEADER,
    Audience.IT: MessageKind.IT,
    Audience.ALERT: MessageKind.ALERT,
    Audience.IT_ALERT: MessageKind.IT,
}


def digest_id(digest: Digest) -> str:
    """School, page and day (an alert: the minute; a unit's part: the unit), so that one page is one mail to each reader."""
    alert = digest.audience in (Audience.ALERT, Audience.IT_ALERT)
    when = f"{digest.made_at:%Y-%m-%dT%H%M}" if alert else digest.day.isoformat()
    return "/".join(filter(None, (digest.school, digest.audience.value, when, digest.unit)))


def digest_mail(digest: Digest, recipients: Sequence[str], base_url: str = "") -> OutgoingMessage:
    """The page as a letter."""
    mark = "【演示】" if digest.demo else ""
    return OutgoingMessage(
        id=digest_id(digest),
        subject=f"{mark}{digest.title}（{digest.period}）{digest.headline}",
        text=digest_text(digest, base_url),
        html=digest_html(digest, base_url),
        recipients=tuple(recipients),
        folder=f"日报 {digest.day:%Y-%m-%d} {digest.school_name}",
        dated=digest.made_at,
        kind=KINDS[digest.audience],
        school=digest.school,
        brief=digest_brief(digest),
        link=base_url.rstrip("/"),
    )


def digest_brief(digest: Digest) -> tuple[BriefLine, ...]:
    """The digest for a chat: the headline and the figures outlast everything, health goes first."""
    lines = [BriefLine(digest.headline, 99), BriefLine(digest.heartbeat, 98)]
    for section in digest.sections:
        lines.append(BriefLine(section.heading, 0, heading=True))
        lines += [BriefLine(line.text, int(line.weight)) for line in section.lines]
    return tuple(lines)


def _digest_values(digest: Digest, base_url: str) -> dict[str, Any]:
    base = base_url.rstrip("/")
    # Only paths inside the console become links: an address that came from a page must not.
    return {
        "digest": digest,
        "colours": COLOURS,
        "link": lambda path: f"{base}{path}" if base and path.startswith("/") and not path.startswith("//") else "",
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(PACKAGED),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
