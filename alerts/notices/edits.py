"""What the office may write over in a draft before it is signed: addressee, mailboxes, contact, a paragraph; never a fact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from alerts.notices.notice import DraftEdits, Notice
from alerts.sanitize import clean, mask_personal_data

LONGEST, MOST_MAILBOXES = 60, 10
MAILBOX = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class EditError(ValueError):
    """What was written cannot stand in this paper; its text is a Chinese sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """The form as a person sends it; None leaves a part as it is, what equals the draft's own words is no edit."""

    note: str | None = None
    addressee: str | None = None
    mailboxes: tuple[str, ...] | None = None
    contact: str | None = None
    phone: str | None = None


def write_over(drafted: Notice, kept: DraftEdits, words: OwnWords) -> DraftEdits:
    """The edits after these words, where ``drafted`` is the paper without any. Raises EditError."""
    addressee = _edit("主送", words.addressee, drafted.addressee, kept.addressee)
    boxes = kept.mailboxes if words.mailboxes is None else _mailboxes(words.mailboxes, drafted.addressee_mailboxes)
    edits = DraftEdits(
        addressee=addressee,
        instead_of=drafted.addressee if addressee or boxes is not None else "",
        mailboxes=boxes,
        contact=_edit("联系单位", words.contact, drafted.office.contact, kept.contact),
        phone=_edit("联系电话", words.phone, drafted.office.phone, kept.phone),
    )
    for label, text in {"主送": edits.addressee, "联系单位": edits.contact}.items():
        if drafted.public and mask_personal_data(text) != text:
            raise EditError(f"“{label}”不能写个人电话或邮箱：这份文书会公开。")
    return edits


def with_edits(drafted: Notice, edits: DraftEdits) -> Notice:
    """The paper as the office wants it. An addressee put in the place of one that is not drafted any more is forgotten."""
    if edits.instead_of and edits.instead_of != drafted.addressee:
        edits = replace(edits, addressee="", instead_of="", mailboxes=None)
    office = replace(
        drafted.office, contact=edits.contact or drafted.office.contact, phone=edits.phone or drafted.office.phone
    )
    paper = replace(drafted, edits=edits, office=office, addressee=edits.addressee or drafted.addressee)
    if edits.mailboxes is None:
        return paper
    others = tuple(box for box in drafted.recipients if box not in drafted.addressee_mailboxes)
    return replace(
        paper, addressee_mailboxes=edits.mailboxes, recipients=tuple(dict.fromkeys((*edits.mailboxes, *others)))
    )


def edited_parts(before: Notice, after: Notice) -> Mapping[str, tuple[str, str]]:
    """What a person may write over, before and after, under its Chinese name; only what differs."""
    pairs = {
        "主送": (before.addressee, after.addressee),
        "收件邮箱": ("、".join(before.addressee_mailboxes), "、".join(after.addressee_mailboxes)),
        "联系单位": (before.office.contact, after.office.contact),
        "联系电话": (before.office.phone, after.office.phone),
        "附言": (before.note, after.note),
    }
    return {label: pair for label, pair in pairs.items() if pair[0] != pair[1]}


def _edit(label: str, said: str | None, drafted: str, kept: str) -> str:
    if said is None:
        return kept
    text = clean(said, LONGEST * 2)
    if len(text) > LONGEST:
        raise EditError(f"“{label}”最多{LONGEST}个字。")
    return "" if text == drafted else text


def _mailboxes(said: tuple[str, ...], drafted: tuple[str, ...]) -> tuple[str, ...] | None:
    boxes = tuple(dict.fromkeys(box.strip() for box in said if box.strip()))
    if len(boxes) > MOST_MAILBOXES:
        raise EditError(f"收件邮箱最多{MOST_MAILBOXES}个。")
    for box in boxes:
        if box not in drafted and not MAILBOX.fullmatch(box):
            raise EditError(f"“{clean(box, 40)}”不是邮箱地址，请核对。")
    return None if boxes == drafted else boxes
