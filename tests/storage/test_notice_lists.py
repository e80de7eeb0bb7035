"""The lists of letters are what one finds who reads every letter."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from rules.model import DocumentType
from rules.people import View
from storage.notice_lists import SoughtWord
from storage.notices import DIGEST, NOTICE, NoticeState, OutboxEntry, insert_notice
from storage.store import Store
from tests.conftest import NOW

KINDS = (DocumentType.REMINDER, DocumentType.RECTIFICATION, DocumentType.PUBLIC_NOTICE)


@pytest.fixture
def filled(store: Store) -> Store:
    dice = random.Random(3)
    with store.database.write() as tx:
        for n in range(120):
            when = NOW - timedelta(days=dice.randrange(6), minutes=n)
            entry = OutboxEntry(
                id=f"letter-{n:03d}", case_number=dice.choice(("", f"SIAS-2026-{n:04d}")), body="{}", number="",
                document=dice.choice((DIGEST, *(kind.value for kind in KINDS))), state=dice.choice(list(NoticeState)),
                unit=dice.choice(("", "图书馆", "校团委")), title=f"示范大学{dice.choice(('图书馆', '招生'))}{n}%",
            )  # fmt: skip
            insert_notice(tx, entry, dice.choice(("sias", "bit")), when)
            sent = {
                "sent_at": NOW - timedelta(days=dice.randrange(6)),
                "since": when + timedelta(hours=dice.randrange(90)),
            }
            tx.execute(NOTICE.update().where(NOTICE.c.id == entry.id).values(**sent))
    return store


@pytest.mark.parametrize(
    ("words", "state", "unit"),
    [
        ((), None, ""),
        ((), NoticeState.DRAFT, ""),
        (("图书馆",), None, "校团委"),
        (("图书馆", "SIAS"), None, ""),
        (("通报",), NoticeState.SENT, ""),
        (("7%",), None, ""),
        (("没有这个词",), None, ""),
    ],
)
def test_a_page_is_what_a_reader_finds(
    filled: Store, words: tuple[str, ...], state: NoticeState | None, unit: str
) -> None:
    sought = [SoughtWord(word, [kind.value for kind in KINDS if word in kind.label]) for word in words]
    for view in (View(None), View(frozenset({"bit"})), View()):
        seen = [row for row in filled.outbox.all() if view.sees_school(row.school)]
        labels = {kind.value: kind.label for kind in KINDS}
        found = [
            row
            for row in seen
            if (state is None or row.state is state)
            and unit in ("", row.unit)
            and all(
                word in f"{row.number} {row.case_number} {row.unit} {row.title} {labels.get(row.document_type, '')}"
                for word in words
            )
        ]
        page = filled.notice_lists.page(view, state=state, unit=unit, words=sought, limit=7, offset=3)
        assert ([row.id for row in page.rows], page.total) == ([row.id for row in found[3:10]], len(found))
        assert page.units == sorted({row.unit for row in seen if row.unit})
        assert dict(page.counts) == {s: n for s in NoticeState if (n := sum(row.state is s for row in seen))}


def test_what_is_current_waits_or_happened_since(filled: Store) -> None:
    since = NOW - timedelta(days=2)
    over = (NoticeState.DELIVERED, NoticeState.STOPPED)
    expected = [
        row.id
        for row in filled.outbox.all()
        if (row.state not in over and (row.case_number or row.state is not NoticeState.SENT))
        or max(row.created_at, row.since or row.created_at, row.sent_at or row.created_at) >= since
    ]
    assert [row.id for row in filled.notice_lists.current(since)] == expected
    assert 20 < len(expected) < 120, "some of them, not all"


def test_papers_of_a_time_were_written_or_sent_in_it(filled: Store) -> None:
    """Both ends count; messages that are no paper have no case."""
    rows = [row for row in filled.outbox.all() if row.school == "sias" and row.case_number]
    times = sorted({time for row in rows for time in (row.created_at, row.sent_at) if time})
    start, end = times[len(times) // 3], times[len(times) // 2]
    wanted = {row.id for row in rows if any(time and start <= time <= end for time in (row.created_at, row.sent_at))}
    found = filled.notice_lists.papers_between("sias", start, end)
    assert {row.id for row in found} == wanted
    assert found == sorted(found, key=lambda row: (row.created_at, row.id))
    assert 0 < len(wanted) < len(rows)
