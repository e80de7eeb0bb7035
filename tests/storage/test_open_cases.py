"""Open cases remembered between questions are those that the tables hold; their unit and title stand in columns."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event, text

from rules.cases.case import Case
from rules.model import CaseState
from rules.people import View
from storage.database import MIGRATIONS
from storage.store import Store
from tests.conftest import NOW
from tests.support.notices import case

OPEN = (CaseState.OPEN, CaseState.RECTIFYING, CaseState.RESOLVED)


def write(store: Store, changed: Case, *, new: bool = False) -> None:
    with store.cases.transaction(changed.school, NOW) as book:
        assert new or book.case(changed.number)
        book.write(changed, [])


def a_case(n: int, school: str = "sias", **changes: object) -> Case:
    number = f"{school.upper()}-2026-{n:04d}"
    return case(
        number=number, school=school, account=f"wechat:gh_{n:012d}", opened_at=NOW + timedelta(hours=n % 7), **changes
    )


@contextmanager
def documents_read(store: Store) -> Iterator[list[int]]:
    """How many statements asked for documents of cases."""
    asked: list[int] = []

    def note(*said: Any) -> None:
        if "case_record.document" in said[2]:
            asked.append(1)

    event.listen(store.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(store.database.engine, "before_cursor_execute", note)


def test_what_is_remembered_is_what_stands_whoever_wrote_it(store: Store) -> None:
    """Two processes over one database, each with what it remembers, while cases open, change, end and open again."""
    other, dice = Store(store.database.url), random.Random(7)
    cases = {each.number: each for n in range(40) for each in [a_case(n, school=("sias", "bit")[n % 2])]}
    for each in cases.values():
        write(store, each, new=True)
    for turn in range(60):
        number = dice.choice(sorted(cases))
        cases[number] = replace(cases[number], state=dice.choice(list(CaseState)), reason=f"第{turn}次")
        write(dice.choice((store, other)), cases[number])
        for reader in (store, other):
            school = dice.choice((None, "sias", "bit"))
            assert reader.cases.open(school) == reader.cases.all(school, OPEN)
    other.close()


def test_a_document_is_read_once_until_somebody_writes_it(store: Store) -> None:
    for n in range(3):
        write(store, a_case(n), new=True)
    store.cases.open()
    with documents_read(store) as asked:
        store.cases.open()
        store.cases.open("sias")
        assert not asked
    write(store, a_case(1, reason="又查看了一次"))
    with documents_read(store) as asked:
        assert [each.reason for each in store.cases.open() if each.number == "SIAS-2026-0001"] == ["又查看了一次"]
        assert len(asked) == 1


def test_a_page_is_of_whom_it_is_for(store: Store) -> None:
    units = ("体育学院", "图书馆 ", "")
    for n in range(9):
        write(store, a_case(n, school=("sias", "bit", "wut")[n // 3], unit=units[n % 3], title=f"账号{n}"), new=True)
    views = {
        View(None): 9,
        View(frozenset({"sias"})): 3,
        View(frozenset({"sias"}), frozenset({("bit", "图书馆")})): 4,
        View(frozenset(), frozenset({("", "体育学院")})): 3,
        View(frozenset(), frozenset({("wut", "体育学院")})): 1,
        View(): 0,
        View(frozenset(), frozenset({("", "")})): 0,
    }
    for view, count in views.items():
        seen = {each.number for each in store.cases.all() if view.sees(each.school, each.unit)}
        found, total = store.read_models.cases(view, limit=50, offset=0)
        assert {each.number for each in found} == seen, view
        assert {each.number for each in store.keyset_pages.cases(view, (), 50).rows} == seen, view
        assert total == len(seen) == count
    everyone = View(None)
    words = {"账号4": 1, "图书馆 账号": 3, "BIT-2026": 3, "体育学院 账号0": 1, "不存在": 0, "92天": 0, "%": 0}
    told = {word: store.read_models.cases(everyone, text=word, limit=50, offset=0)[1] for word in words}
    assert told == words
    assert store.read_models.cases(everyone, rule="inactivity", states=["closed"], limit=5, offset=0) == ([], 0)


def test_the_columns_are_filled_from_the_documents(store: Store) -> None:
    write(store, a_case(1, unit=" 体育学院 ", title="体院“新闻”"), new=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    mine = next(script for script in scripts if script.doc.startswith("Unit and title of a case"))
    with store.database.engine.connect() as tx:
        config.attributes["connection"] = tx
        command.downgrade(config, str(mine.down_revision))
        command.upgrade(config, "head")
        filled = tx.execute(text("SELECT unit, title FROM case_record")).all()
    assert [tuple(row) for row in filled] == [("体育学院", "体院“新闻”")]
