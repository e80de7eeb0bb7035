"""Two processes that write the same rows in opposite orders both come to their end."""

from __future__ import annotations

import random
from threading import Barrier

from rules.accounts.state import apply_observation
from rules.candidates import Candidate, CandidateKind
from rules.model import Observation, Outcome, Platform, Post
from storage.store import Store
from tests.conftest import NOW
from tests.support.processes import PROCESSES

ROUNDS, ROWS, POSTS = 2, 80, 10


def _write(url: str, seed: int, both: Barrier) -> None:
    store = Store(url)
    for turn in range(ROUNDS):
        keys = [f"weibo:{turn}-{n}" for n in range(ROWS)]
        random.Random(f"{seed}/{turn}").shuffle(keys)
        looks = [(key, _look(turn)) for key in keys]
        both.wait(30)
        store.observations.record(f"run-{seed}-{turn}", looks, apply_observation)
        both.wait(30)
        store.candidates.meet([_candidate(key) for key in keys])
    store.close()


def _look(turn: int) -> Observation:
    posts = tuple(Post(id=f"{n}", title="通知", published_at=NOW) for n in range(POSTS))
    return Observation(
        platform=Platform.WEIBO, source="profile", url="https://m.weibo.cn/", observed_at=NOW, outcome=Outcome.OK,
        posts=posts, evidence=f"e{turn}",
    )  # fmt: skip


def _candidate(key: str) -> Candidate:
    return Candidate(
        school="demo", key=key, platform=Platform.WEIBO, name="示范大学", url="https://weibo.com/", kind=CandidateKind.SUSPECT,
        why="名称相同", first_seen_at=NOW, last_seen_at=NOW,
    )  # fmt: skip


def test_two_processes_do_not_wait_for_each_other_for_ever(fresh_postgres: str) -> None:
    store, both = Store(fresh_postgres), PROCESSES.Barrier(2)
    processes = [PROCESSES.Process(target=_write, args=(fresh_postgres, seed, both)) for seed in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert all(len(store.observations.of_run(f"run-{seed}-{ROUNDS - 1}")) == ROWS for seed in range(2))
    store.close()
