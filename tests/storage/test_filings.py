"""One row of the register changed by hand: who comes second is told, nothing is taken twice, the history keeps the reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select

from rules.model import AccountLevel, Filing, FilingStatus, Platform
from storage.database import MIGRATIONS
from storage.filings import FILING, RegisterMoved, stamp_of
from storage.store import Store
from storage.tables import UNPLACED
from tests.conftest import NOW

LIBRARY = Filing(id="A-1", school="bit", platform=Platform.WEIBO, name="图书馆", unit="图书馆", account_id="10000001")


COLUMNS = ("level", "category", "status", "position")


def migrate(store: Store, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.database.write() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if revision == "head" else command.downgrade)(config, revision)


def test_who_comes_second_is_told(store: Store) -> None:
    kept = store.filings.add(LIBRARY, by="甲", now=NOW, reason="新备案")
    seen = stamp_of(kept)
    store.filings.change(kept, seen, replace(kept, direct_owner="李四"), by="乙", now=NOW, reason="换人")
    with pytest.raises(RegisterMoved, match="别人已经改过"):
        store.filings.change(kept, seen, replace(kept, direct_owner="王五"), by="丙", now=NOW, reason="换人")
    there = store.filings.one("bit", "A-1")
    assert there
    assert there.direct_owner == "李四"


def test_a_number_and_an_account_are_one_row_s(store: Store) -> None:
    kept = store.filings.add(LIBRARY, by="甲", now=NOW, reason="")
    with pytest.raises(RegisterMoved, match="备案号"):
        store.filings.add(replace(LIBRARY, account_id="10000002"), by="甲", now=NOW, reason="")
    with pytest.raises(RegisterMoved, match="已有这个账号"):
        store.filings.add(replace(LIBRARY, id="A-2"), by="甲", now=NOW, reason="")
    second = store.filings.add(replace(LIBRARY, id="A-2", account_id="10000002"), by="甲", now=NOW, reason="")
    assert (kept.position, second.position) == (1, 2)
    taken = replace(second, account_id="10000001")
    with pytest.raises(RegisterMoved, match="已有这个账号"):
        store.filings.change(second, stamp_of(second), taken, by="甲", now=NOW, reason="")
    assert store.filings.add(replace(LIBRARY, school="dut"), by="甲", now=NOW, reason="").school == "dut"


def test_the_history_follows_a_changed_number(store: Store) -> None:
    kept = store.filings.add(LIBRARY, by="甲", now=NOW, reason="新备案")
    renamed = replace(kept, id="B-7")
    store.filings.change(kept, stamp_of(kept), renamed, by="乙", now=NOW, reason="改用新编号")
    closed = replace(renamed, status=FilingStatus.CLOSED)
    store.filings.change(renamed, stamp_of(renamed), closed, by="丙", now=NOW, reason="停用")
    assert store.filings.one("bit", "A-1") is None
    assert [(each.by, each.reason) for each in store.filings.changes("bit", "B-7")] == [
        ("甲", "新备案"),
        ("乙", "改用新编号"),
        ("丙", "停用"),
    ]


def test_an_older_register_gets_its_columns(store: Store) -> None:
    """Down to the tables before them and up again: level, category, status and place are read from the documents."""
    filings = [
        replace(LIBRARY, level=AccountLevel.TWO, category="部门", status=FilingStatus.PAUSED, position=7),
        replace(LIBRARY, id="A-2", account_id="10000002"),
    ]
    store.filings.save(filings, by="甲", now=NOW)
    for step in ("0005", "head"):
        migrate(store, step)
    with store.database.read() as tx:
        rows = tx.execute(select(FILING.c.id, *(FILING.c[name] for name in COLUMNS)).order_by(FILING.c.id)).all()
    assert [tuple(row) for row in rows] == [
        ("A-1", "2", "部门", "paused", 7),
        ("A-2", "", "", "active", UNPLACED),
    ]
    assert store.filings.all("bit") == filings
    assert store.filings.changes("bit", "A-1")[0].reason == ""
