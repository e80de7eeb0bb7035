"""Counters and switches under many hands: nothing that one sets is lost to another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from storage.store import Store
from tests.conftest import NOW


def test_concurrent_changes_of_a_platform_all_count(store: Store) -> None:
    def one_more(_: int) -> None:
        store.runs.change_platform("weibo", lambda state: {"walls": state["walls"] + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one_more, range(40)))
    assert store.runs.platform("weibo")["walls"] == 40


def test_a_change_that_changes_nothing_leaves_no_row(store: Store) -> None:
    store.runs.change_platform("weibo", lambda state: {})
    assert store.runs.platforms() == []


def test_requests_of_a_day_add_up_from_several_children(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.runs.add_requests("m.weibo.cn", NOW.date(), n), range(40)))
    assert store.runs.requests_by_host(NOW.date()) == {"m.weibo.cn": sum(range(40))}


def test_only_the_columns_given_are_written(store: Store) -> None:
    store.runs.set_platform("weibo", walls=3)
    store.runs.set_platform_switch("weibo", by="王", why="维护", now=NOW, enabled=False)
    store.runs.set_platform("weibo", rest_until=None)
    state = store.runs.platform("weibo")
    assert (state["walls"], state["enabled"]) == (3, False)
