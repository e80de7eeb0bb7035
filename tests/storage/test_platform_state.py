"""Counters and switches under many hands: nothing that one sets is lost to another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

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


def test_only_the_columns_given_are_written(store: Store) -> None:
    store.platform_state.set("weibo", consecutive_blocks=3)
    store.platform_state.switch("weibo", by="王", reason="维护", now=NOW, enabled=False)
    store.platform_state.set("weibo", paused_until=None)
    state = store.platform_state.get("weibo")
    assert (state.consecutive_blocks, state.enabled) == (3, False)


def test_a_wall_rests_the_egress_that_met_it(store: Store) -> None:
    until = NOW + timedelta(hours=1)
    store.platform_state.set("weibo", "second", consecutive_blocks=1, paused_until=until)
    assert store.platform_state.get("weibo", "second").paused_until == until
    assert store.platform_state.get("weibo", "default").paused_until is None
    assert [state.paused_until for state in store.platform_state.all()] == [until], "the console shows the longest rest"


def test_an_operator_ends_the_rest_at_every_egress(store: Store) -> None:
    for egress in ("default", "second"):
        store.platform_state.set("weibo", egress, consecutive_blocks=2, paused_until=NOW + timedelta(hours=2))
    store.platform_state.switch("weibo", by="王", reason="已恢复", now=NOW, paused_until=None, consecutive_blocks=0)
    assert [store.platform_state.get("weibo", egress).paused_until for egress in ("default", "second")] == [None, None]
