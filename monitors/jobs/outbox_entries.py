"""A paper as the outbox keeps it."""

from __future__ import annotations

from alerts.notices.notice import Notice
from storage.notices import NoticeState, OutboxEntry
from storage.serialization import dump


def entry_of(paper: Notice, cases: tuple[str, ...], state: NoticeState) -> OutboxEntry:
    """A paper as the outbox keeps it."""
    accounts = "、".join(dict.fromkeys((paper.account, *(other.account for other in paper.others))))
    return OutboxEntry(
        id=paper.id,
        number=paper.number,
        case_number=cases[0],
        document=paper.document.value,
        body=dump(paper),
        unit=paper.unit or paper.addressee,
        title=accounts,
        cases=cases,
        state=state,
    )
