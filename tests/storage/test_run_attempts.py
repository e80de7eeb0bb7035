"""A run belongs to its newest attempt, lives while its holder says so, and keeps what every attempt recorded, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.accounts.state import apply_observation
from rules.model import Observation, Outcome, Platform
from storage.crawl_runs import RunKind, RunStatus
from storage.run_attempts import RunTakenOver
from storage.store import Store
from tests.conftest import NOW

RUN = "sweep-1"
LOOK = Observation(
    platform=Platform.WEIBO, source="profile", url="https://m.weibo.cn/", observed_at=NOW, outcome=Outcome.OK, evidence="e1"
)  # fmt: skip


def begin(store: Store, run: str = RUN) -> int:
    return store.crawl_runs.start(run, RunKind.SWEEP, "weibo", NOW, "host:1")


def status(store: Store, run: str = RUN) -> RunStatus:
    kept = store.crawl_runs.one(run)
    assert kept
    return kept.status


def test_who_was_thought_dead_saves_and_ends_nothing_more(store: Store) -> None:
    first = begin(store)
    store.observations.record(RUN, [("weibo:1", LOOK)], apply_observation, first)
    second = begin(store)
    assert (first, second) == (1, 2)
    assert store.crawl_runs.recorded_keys(RUN) == {"weibo:1"}
    with pytest.raises(RunTakenOver, match="接手"):
        store.observations.record(RUN, [("weibo:2", LOOK)], apply_observation, first)
    store.crawl_runs.finish(RUN, RunStatus.FAILED, {}, NOW, first)
    assert not store.crawl_runs.heartbeat(RUN, first)
    assert status(store) is RunStatus.RUNNING
    later = replace(LOOK, evidence="e2")
    store.observations.record(RUN, [("weibo:1", LOOK), ("weibo:2", later)], apply_observation, second)
    store.crawl_runs.finish(RUN, RunStatus.OK, {}, NOW, second)
    assert status(store) is RunStatus.OK
    assert [key for key, _ in store.observations.keyed_of_run(RUN)] == ["weibo:1", "weibo:2"], "nothing is doubled"


def test_only_a_silent_run_is_lost_and_one_that_speaks_again_goes_on(store: Store) -> None:
    attempt = begin(store)
    begin(store, "done")
    store.crawl_runs.finish("done", RunStatus.OK, {}, NOW)
    assert store.crawl_runs.mark_lost(NOW) == 0, "a service that starts beside others leaves them their runs"
    assert store.crawl_runs.mark_lost(NOW, silent_seconds=-1.0) == 1
    assert (status(store), status(store, "done")) == (RunStatus.LOST, RunStatus.OK)
    assert store.crawl_runs.heartbeat(RUN, attempt)
    assert status(store) is RunStatus.RUNNING
    assert not store.crawl_runs.heartbeat("done", 1)
