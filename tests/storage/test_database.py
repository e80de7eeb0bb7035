"""Several hands never lose an update; a full or locked database says so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from storage import database as module
from storage.cases import CaseTransaction
from storage.crawl_runs import RunKind
from storage.database import Database, StorageError, url_of
from storage.store import Store
from tests.conftest import NOW
from tests.support.processes import PROCESSES


def _take(url: str, count: int) -> None:
    cases = Store(url).cases
    for _ in range(count):
        with cases.transaction("sias", NOW) as book:
            book.next_number("case")


def test_a_second_store_in_a_process_keeps_the_locks_of_the_first(tmp_path: Path) -> None:
    url = url_of(tmp_path)
    first = Store(url)
    with first.cases.transaction("sias", NOW) as book:
        book.next_number("case")
    journal = (tmp_path / "xunjian.db-wal").stat().st_ino
    Store(url).database.close()
    other = PROCESSES.Process(target=_take, args=(url, 1))
    other.start()
    other.join()
    assert (tmp_path / "xunjian.db-wal").stat().st_ino == journal
    with first.cases.transaction("sias", NOW) as book:
        assert book.next_number("case") == 3
    first.database.close()


def test_numbers_taken_by_three_processes_have_no_gaps_and_no_doubles(store: Store) -> None:
    url = store.database.engine.url.render_as_string(hide_password=False)
    workers = [PROCESSES.Process(target=_take, args=(url, 30)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    with store.cases.transaction("sias", NOW) as book:
        assert book.next_number("case") == 91


def test_a_transaction_that_fails_gives_its_number_back(store: Store) -> None:
    def fail(book: CaseTransaction) -> None:
        book.next_number("case")
        raise RuntimeError

    with pytest.raises(RuntimeError), store.cases.transaction("sias", NOW) as book:
        fail(book)
    with store.cases.transaction("sias", NOW) as book:
        assert book.next_number("case") == 1


def test_a_locked_database_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.PRAGMAS[0] == f"busy_timeout={module.BUSY_SECONDS * 1000}"
    monkeypatch.setattr(module, "PRAGMAS", ("busy_timeout=200", *module.PRAGMAS[1:]))
    url = f"sqlite:///{tmp_path / 'x.db'}"
    Store(url).close()
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="占用"), Database(url).write():
        pass
    other.close()


def test_a_full_database_says_so_and_keeps_what_was_there(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    store.crawl_runs.start("r1", RunKind.SWEEP, "website", NOW)

    def fill() -> None:
        with store.database.write() as tx:
            pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
            tx.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            tx.exec_driver_sql("CREATE TABLE filler AS SELECT randomblob(1000000)")

    with pytest.raises(StorageError, match="磁盘已满"):
        fill()
    assert [run.id for run in store.crawl_runs.recent()] == ["r1"]
    store.close()


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="无法打开"):
        Store(f"sqlite:///{tmp_path / 'no' / 'x.db'}")
