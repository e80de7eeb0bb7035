"""One letter about several accounts: what one addressee is told of one kind on one day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from alerts.notices.notice import Notice
from rules.model import DocumentType

JOINT = frozenset({DocumentType.REMINDER, DocumentType.CORRECTION})
"""What may speak of several accounts at once; every other paper is about one."""


def join_notices(notices: Sequence[Notice]) -> Notice:
    """These notices as one, which `alerts.messages.notice_letter` prints with a table. The first gives the id, the number,
    the date and the office; readers and copies are everyone's. One alone is returned as it is.

    Raises ValueError where there is none, or they are not of one kind, school and addressee, or of a kind that is
    about one account only.
    """
    if not notices:
        raise ValueError("没有可以合并的文书")
    first, *rest = notices
    if not rest:
        return first
    if first.document not in JOINT or any(_kind(other) != _kind(first) for other in rest):
        raise ValueError("只有同一学校发给同一单位的多份提示函或者多份更正通知可以合为一份")
    everyone = [first, *rest]
    return replace(
        first,
        others=tuple(replace(other, recipients=(), addressee_mailboxes=(), cc=()) for other in rest),
        cc=_all(one.cc for one in everyone),
        recipients=_all(one.recipients for one in everyone),
        addressee_mailboxes=_all(one.addressee_mailboxes for one in everyone),
    )


def _kind(notice: Notice) -> tuple[DocumentType, str, str, bool]:
    return notice.document, notice.school, notice.addressee, notice.public


def _all(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
