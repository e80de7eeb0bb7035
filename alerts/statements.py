"""The papers about a confirmed suspect as blocks and as a letter: a template, the head and foot of a letter round it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from alerts.documents import docx
from alerts.documents.blocks import Block, BlockType, title
from alerts.documents.templating import PACKAGED, day, filled
from alerts.messages import WORD, Attachment, OutgoingMessage, notice_html, notice_text
from alerts.notices.statement import SchoolStatement
from alerts.notices.wording import NOUNS, Exhibit
from alerts.sanitize import clean
from rules.candidates import ConfirmedKind


def statement_letter(said: SchoolStatement, templates_dir: Path | None = None) -> OutgoingMessage:
    """The paper as HTML, text and Word. Raises InvalidTemplate."""
    blocks = _blocks(said, templates_dir)
    name = f"{said.paper} {clean(said.name, 40)}".translate(dict.fromkeys(map(ord, '/\\:*?"<>|'), "_"))
    word = docx.build(blocks, author=said.office.name, issued_at=said.made_at, demo=said.demo)
    return OutgoingMessage(
        id=f"{said.school}/{said.account}/{said.kind.value}",
        subject=title(blocks),
        text=notice_text(blocks, demo=said.demo),
        html=notice_html(blocks, demo=said.demo),
        attachments=(Attachment(f"{name}.docx", WORD, word),),
        dated=said.made_at,
    )


def _blocks(said: SchoolStatement, templates_dir: Path | None) -> tuple[Block, ...]:
    folders = [folder for folder in (templates_dir, PACKAGED) if folder]
    body = filled(f"{said.kind.value}.txt", lambda: _values(said), folders)
    annex = next((position for position, block in enumerate(body) if block.kind is BlockType.ANNEX), len(body))
    titles = sum(block.kind is BlockType.TITLE for block in body)
    office = said.office.name or "（发文机关待定）"
    attached = [block.text for block in body if block.kind is BlockType.ANNEX]
    ways = {"联系单位": said.office.contact, "联系电话": said.office.phone, "电子邮箱": said.office.email}
    known = "；".join(f"{label}：{clean(value)}" for label, value in ways.items() if value)
    return (
        Block(BlockType.LETTERHEAD, said.office.masthead or office),
        *body[:titles],
        Block(BlockType.ADDRESSEE, f"{clean(said.addressee)}："),
        *body[titles:annex],
        *(Block(BlockType.ATTACHMENT, f"附件：{name}") for name in attached),
        Block(BlockType.SIGNATURE, office),
        Block(BlockType.DATE, day(said.made_at)),
        *([Block(BlockType.NOTE, f"（{known}）")] if known else []),
        *body[annex:],
    )


def _values(said: SchoolStatement) -> dict[str, Any]:
    values = {field.name: getattr(said, field.name) for field in fields(said)}
    shown = [Exhibit("", "", e.seen_at, e.url, e.shows, e.code, e.id) for e in said.evidence]
    return (
        values
        | {"what": said.what, "ours": said.confirmed is ConfirmedKind.UNFILED}
        | {"noun": NOUNS.get(said.platform, "该账号"), "exhibits": shown, "others": (), "public": False}
    )
