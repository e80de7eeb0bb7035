"""From a notice and its template to blocks: the body comes from the template, the frame round it from the notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from alerts.documents.blocks import Block, BlockType
from alerts.documents.templating import PACKAGED as PACKAGED
from alerts.documents.templating import InvalidTemplate as InvalidTemplate
from alerts.documents.templating import day as day
from alerts.documents.templating import demand, filled
from alerts.notices import wording
from alerts.notices.notice import Notice
from alerts.sanitize import clean, name
from rules.model import DocumentType


class IncompleteNotice(ValueError):
    """A paper lacks what it may not leave without. Raised while it is rendered; the catcher keeps it in the outbox and
    shows the sentence to whoever can complete it."""


def letter(notice: Notice, templates_dir: Path | None = None, *, draft: bool = False) -> tuple[Block, ...]:
    """The whole document as blocks. ``templates_dir`` is searched before the packaged templates; ``draft``: a paper not
    signed yet, which may lack its number and its office.

    Raises InvalidTemplate, and IncompleteNotice for a paper that may not leave as it is.
    """
    if not draft:
        _require_complete(notice)
    folders = [folder for folder in (templates_dir, PACKAGED) if folder]
    body = _body(notice, folders)
    annex = next((position for position, block in enumerate(body) if block.kind is BlockType.ANNEX), len(body))
    titles = sum(block.kind is BlockType.TITLE for block in body)
    return (
        *_head(notice),
        *body[:titles],
        Block(BlockType.ADDRESSEE, f"{clean(notice.addressee)}："),
        *body[titles:annex],
        *_closing(notice, body[annex:]),
        *body[annex:],
        *_imprint(notice),
    )


def _require_complete(notice: Notice) -> None:
    if not notice.office.name:
        raise IncompleteNotice("没有写明发文机关，不能编号和印发；请在制度文件中填写 office")
    if not notice.number and notice.document is not DocumentType.REMINDER:
        raise IncompleteNotice(f"{notice.paper}尚未编号；签发时编定文号，签发后才能印发")


def _head(notice: Notice) -> Iterator[Block]:
    """版头; a 提示函 is a letter (10.1): the office's own name, the number to the right."""
    office = notice.office.name or "（发文机关待定）"
    if notice.document is DocumentType.REMINDER:
        yield Block(BlockType.LETTERHEAD, notice.office.masthead or office)
        if notice.number:
            yield Block(BlockType.LETTER_NUMBER, notice.number)
    else:
        yield Block(BlockType.MASTHEAD, notice.office.masthead or f"{office}文件")
        yield Block(BlockType.NUMBER, notice.number or "（文号签发时编定）")


def _closing(notice: Notice, annexes: tuple[Block, ...]) -> Iterator[Block]:
    titles = [block.text for block in annexes if block.kind is BlockType.ANNEX]
    if len(titles) == 1:
        yield Block(BlockType.ATTACHMENT, f"附件：{titles[0]}")
    elif titles:
        yield Block(
            BlockType.ATTACHMENT, "附件：" + " ".join(f"{n}．{title}" for n, title in enumerate(titles, start=1))
        )
    yield Block(BlockType.SIGNATURE, notice.office.name or "（发文机关待定）")
    yield Block(BlockType.DATE, day(notice.issued_at))
    office = notice.office
    ways = {
        "签发人": wording.signed_by(notice),
        "联系单位": office.contact,
        "联系电话": office.phone,
        "电子邮箱": office.email,
    }
    known = "；".join(f"{label}：{clean(value)}" for label, value in ways.items() if value)
    if known:
        yield Block(BlockType.NOTE, f"（{known}）")


def _imprint(notice: Notice) -> Iterator[Block]:
    """版记; a letter has neither its lines nor the printing office."""
    letter_form = notice.document is DocumentType.REMINDER
    own = notice.office.name.removeprefix(notice.school_name)
    if others := [unit for unit in notice.cc if unit not in (own, *own.split("、"))]:
        kind = BlockType.LETTER_CC if letter_form else BlockType.CC
        yield Block(kind, f"抄送：{'，'.join(map(clean, others))}。")
    if not letter_form:
        yield Block(BlockType.PRINTED, f"{notice.office.name or '（发文机关待定）'}\t{day(notice.issued_at)}印发")


def _body(notice: Notice, folders: list[Path]) -> tuple[Block, ...]:
    """The template's own blocks. Raises InvalidTemplate."""

    def values() -> dict[str, Any]:
        items = [_values(one, folders) for one in (notice, *notice.others)]
        about = len({(one.platform, one.account) for one in (notice, *notice.others)})
        return items[0] | {"items": items, "about": about, "exhibits": wording.exhibits(notice)}

    return filled(f"{notice.document.value}.txt", values, folders)


def _values(notice: Notice, folders: list[Path]) -> dict[str, Any]:
    """What a template may print of one notice: its facts, what its rule is called and asks, and the turns of phrase."""
    values = {field.name: getattr(notice, field.name) for field in fields(notice)}
    called = demand(notice.rule, folders) | {key: values[key] for key in ("problem", "demand") if values[key]}
    return (
        values
        | called
        | {
            "noun": wording.noun(notice),
            "whose": wording.whose(notice),
            "found": wording.found(notice),
            "source": wording.source(notice),
            "again": wording.again(notice),
            "asked": wording.asked(notice, called["demand"]),
            "consequence": wording.consequence(notice),
            "act_on": wording.act_on(notice, name(notice.account)),
            "acts": wording.acts(notice),
            "formalities": wording.formalities(notice),
            "allowed": wording.allowed(notice),
            "cited_papers": wording.cited_papers(notice),
        }
    )
