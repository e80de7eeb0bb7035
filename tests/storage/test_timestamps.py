"""Time-stamps as stored: in order of days, bytes and times unchanged, the first of a day for ever; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from storage.store import Store
from storage.timestamps import Timestamp
from tests.conftest import NOW

ONE = Timestamp(day=NOW.date(), head="a1" * 32, stamped_at=NOW, token=bytes(range(256)))
NEXT = replace(ONE, day=ONE.day + timedelta(days=1), head="b2" * 32, stamped_at=NOW + timedelta(days=1))


def test_kept_once_a_day_and_given_back_in_order(store: Store) -> None:
    assert (store.timestamps.all(), store.timestamps.newest(), store.timestamps.heads()) == ([], None, {})
    for stamp in (NEXT, ONE, replace(ONE, head="c3" * 32)):
        store.timestamps.add(stamp)
    assert store.timestamps.all() == [ONE, NEXT]
    assert store.timestamps.newest() == NEXT
    assert list(store.timestamps.heads().items()) == [("2026-11-21", ONE.head), ("2026-11-22", NEXT.head)]
