"""Counters and switches under many hands: nothing that one sets is lost to another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from storage.store import Store
from tests.conftest import NOW


def test_concurrent_changes_of_a_platform_all_count(store: Store) -> None:
    def one_more(_: int) -> None:
        store.platform_state.change(
            "weibo", lambda state: replace(state, consecutive_blocks=state.consecutive_blocks + 1)
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one_more, range(40)))
    assert store.platform_state.get("weibo").consecutive_blocks == 40


def test_a_change_that_changes_nothing_leaves_no_row(store: Store) -> None:
    store.platform_state.change("weibo", lambda state: state)
    assert store.platform_state.all() == []


def test_requests_of_a_day_add_up_from_several_children(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.platform_state.add_requests("m.weibo.cn", NOW.date(), n), range(40)))
    assert store.platform_state.requests_by_host(NOW.date()) == {"m.weibo.cn": sum(range(40))}


def test_only_the_columns_given_are_written(store: Store) -> None:
    store.platform_state.set("weibo", consecutive_blocks=3)
    store.platform_state.switch("weibo", by="王", reason="维护", now=NOW, enabled=False)
    store.platform_state.set("weibo", paused_until=None)
    state = store.platform_state.get("weibo")
    assert (state.consecutive_blocks, state.enabled) == (3, False)
