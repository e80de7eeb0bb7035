"""The database itself notes which accounts changed, whoever changes them; on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Executable, delete, update

from rules.accounts.state import apply_observation
from rules.kept_answers import KeptAnswer, KeptAnswers
from rules.model import CaseState, Filing, Verdict
from storage.account_states import STATE
from storage.filings import FILING, key_of
from storage.open_cases import CASE
from storage.store import Store
from tests.support.cases import opened
from tests.support.factories import at, filing, observed, post

NOW = at("2026-06-01")
OWN, OTHER = (filing(id=name, school="sias", account_id=f"100000{name}", url="") for name in "12")
KEY = key_of(OWN)
SAID = KeptAnswers(answers=(KeptAnswer(rule="inactivity", clause="一", verdict=Verdict.VIOLATED, reason="久未更新"),))


def due(store: Store) -> set[str]:
    store.answers.take_up()
    return {each.filing for each in store.answers.due("sias", NOW)}


def save(store: Store, *filings: Filing) -> None:
    store.filings.save(filings, by="测试", now=NOW)


def looked(store: Store) -> None:
    store.observations.record("r", [(KEY, observed(NOW, post("2026-05-30")))], apply_observation)


def write(store: Store, statement: Executable) -> None:
    with store.database.write() as tx:
        tx.execute(statement)


def case_opens(store: Store) -> None:
    with store.cases.transaction("sias", NOW) as book:
        book.write(opened(account=KEY), [])


def case_ends(store: Store) -> None:
    with store.cases.transaction("sias", NOW) as book:
        (case,) = book.open_cases()
        book.write(replace(case, state=CaseState.CLOSED), [])


CHANGES: list[tuple[str, Callable[[Store], object]]] = [
    ("an edit", lambda store: save(store, replace(OWN, first_owner="李示例"))),
    ("a first look", looked),
    ("another look", lambda store: write(store, update(STATE).values(document="{}"))),
    ("a case opens", case_opens),
    ("a case ends", case_ends),
    ("a case is lost", lambda store: write(store, delete(CASE))),
    ("what was seen is lost", lambda store: write(store, delete(STATE))),
    ("another number", lambda store: write(store, update(FILING).where(FILING.c.id == "1").values(key="weibo:7"))),
    ("removal", lambda store: write(store, delete(FILING).where(FILING.c.id == "1"))),
]


def test_whoever_changes_an_account_it_is_asked_again(store: Store) -> None:
    save(store, OWN, OTHER)
    assert due(store) == {"1", "2"}
    for what, change in CHANGES:
        store.answers.keep("sias", [(each, SAID, None) for each in store.answers.due("sias", NOW)], NOW)
        assert due(store) == set()
        change(store)
        assert due(store) == {"1"}, what
    store.answers.settle("sias", list(store.answers.due("sias", NOW)), whole_units=True)
    assert due(store) == {"2"}, "the others of its unit"
    assert store.answers.totals("sias").filings == 1


def test_what_changes_while_it_is_asked_stays_due(store: Store) -> None:
    save(store, OWN)
    due(store)
    (asked,) = store.answers.due("sias", NOW)
    looked(store)
    assert due(store) == {"1"}
    store.answers.keep("sias", [(asked, SAID, None)], NOW)
    assert due(store) == {"1"}
    assert list(store.answers.all("sias", NOW)) == []
    store.answers.keep("sias", [(each, SAID, None) for each in store.answers.due("sias", NOW)], NOW)
    assert [row.kept for row in store.answers.all("sias", NOW)] == [SAID]
