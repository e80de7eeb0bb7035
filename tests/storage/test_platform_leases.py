"""A platform's turn at an egress has one holder, who keeps it by saying so; a holder that fell silent loses it."""

from __future__ import annotations

import os
import time
from datetime import timedelta

from storage.database import Database
from storage.platform_leases import PlatformLeaseRepository
from storage.store import Store
from tests.conftest import NOW
from tests.support.processes import PROCESSES

WEIBO, HERE = "weibo", "default"


def test_one_holder_at_a_time_for_each_egress(store: Store) -> None:
    leases = store.platform_leases
    assert leases.take(WEIBO, HERE, "a")
    assert not leases.take(WEIBO, HERE, "b")
    assert leases.take(WEIBO, HERE, "a"), "the holder keeps it"
    assert leases.take(WEIBO, "second", "b"), "another way out is another guest"
    leases.release(WEIBO, HERE, "b")
    assert not leases.take(WEIBO, HERE, "b"), "only the holder can give it back"
    leases.release(WEIBO, HERE, "a")
    assert leases.take(WEIBO, HERE, "b")


def test_a_rest_and_a_turn_do_not_undo_each_other(store: Store) -> None:
    until = NOW + timedelta(hours=1)
    assert store.platform_leases.take(WEIBO, HERE, "a")
    store.platform_state.set(WEIBO, HERE, consecutive_blocks=2, paused_until=until)
    assert not store.platform_leases.take(WEIBO, HERE, "b")
    store.platform_leases.release(WEIBO, HERE, "a")
    assert store.platform_leases.take(WEIBO, HERE, "b")
    state = store.platform_state.get(WEIBO, HERE)
    assert (state.consecutive_blocks, state.paused_until) == (2, until)


def _take_and_die(url: str) -> None:
    PlatformLeaseRepository(Database(url)).take(WEIBO, HERE, "killed", 1.0)
    os._exit(9)


def test_the_turn_of_a_killed_process_is_taken_over_when_it_lapses(store: Store) -> None:
    process = PROCESSES.Process(
        target=_take_and_die, args=(store.database.engine.url.render_as_string(hide_password=False),)
    )
    begun = time.monotonic()
    process.start()
    process.join()
    while not store.platform_leases.take(WEIBO, HERE, "next"):
        assert time.monotonic() < begun + 60
        time.sleep(0.1)
    assert time.monotonic() - begun >= 1.0
