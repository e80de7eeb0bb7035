"""Ten processes ask a host as often as one, never more than its day allows; who is killed has booked what it asked."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from storage.database import Database
from storage.host_leases import HostLeaseRepository, HostPace
from storage.store import Store
from tests.support.processes import PROCESSES

HOST = "m.weibo.cn"
FREE = HostPace(delay=0, hold=0, budget=40, since=1)
DELAY = 0.2
PACED = HostPace(delay=60, hold=30, budget=40, since=1)


def _child(url: str, told: multiprocessing.Queue[tuple[int, list[float]]]) -> None:
    """What children do: one books a host without a pace until its day is spent, then asks another as it is told."""
    leases, booked, left = HostLeaseRepository(Database(url)), 0, []
    while granted := leases.reserve("free.example", "", "one of three", FREE, 3).granted:
        booked += granted
    pace, holder = replace(PACED, delay=DELAY, hold=5, budget=1000), str(multiprocessing.current_process().pid)
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        turn = leases.reserve(HOST, "", holder, pace)
        if turn.granted:
            left.append(leases.clock())
            leases.release(HOST, "", holder)
        else:
            time.sleep(min(turn.wait, 0.05))
    told.put((booked, left))


def test_three_processes_ask_no_more_and_no_more_often_than_one(store: Store) -> None:
    url = store.database.engine.url.render_as_string(hide_password=False)
    told: multiprocessing.Queue[tuple[int, list[float]]] = PROCESSES.Queue()
    children = [PROCESSES.Process(target=_child, args=(url, told)) for _ in range(3)]
    for child in children:
        child.start()
    answers = [told.get(timeout=90) for _ in children]
    for child in children:
        child.join()
    assert sum(booked for booked, _ in answers) == FREE.budget
    sent = sorted(at for _, left in answers for at in left)
    assert store.host_leases.requests_today() == {"free.example": FREE.budget, HOST: len(sent)}
    gaps = [after - before for before, after in pairwise(sent)]
    assert gaps
    assert min(gaps) >= DELAY / 2, "but for the time it takes to say so"
    assert len(sent) <= (sent[-1] - sent[0]) / DELAY + 1.5


@pytest.fixture
def leases(store: Store) -> HostLeaseRepository:
    return store.host_leases


def test_a_host_is_asked_again_when_its_pace_and_its_answer_allow(leases: HostLeaseRepository) -> None:
    assert leases.reserve(HOST, "", "a", PACED).granted == 1
    later = leases.reserve(HOST, "", "b", PACED)
    assert (later.granted, 59 < later.wait <= 60) == (0, True)
    quick = replace(PACED, delay=0.01)
    assert leases.reserve("slow.example", "", "a", quick).granted == 1
    time.sleep(0.02)
    assert 0 < leases.reserve("slow.example", "", "b", quick).wait <= 0.5, "it answers still: ask again soon"
    leases.release("slow.example", "", "b")
    assert leases.reserve("slow.example", "", "b", quick).granted == 0, "only the holder can say that it has answered"
    leases.release("slow.example", "", "a")
    assert leases.reserve("slow.example", "", "b", quick).granted == 1


def test_who_was_killed_while_it_waited_keeps_nobody_out_for_long(leases: HostLeaseRepository) -> None:
    brief = replace(PACED, delay=0.01, hold=0.05)
    assert leases.reserve(HOST, "", "killed", brief).granted == 1
    time.sleep(0.1)
    assert leases.reserve(HOST, "", "b", brief).granted == 1
    assert leases.requests_today() == {HOST: 2}, "what it asked is booked"


def test_the_last_requests_of_a_day_are_given_one_by_one_and_what_is_unused_comes_back(
    leases: HostLeaseRepository,
) -> None:
    assert leases.reserve(HOST, "", "a", FREE, 38).granted == 38
    assert leases.reserve(HOST, "", "b", FREE, 16).granted == 2
    assert leases.reserve(HOST, "", "b", FREE).spent
    leases.give_back({HOST: 2}, "")
    assert leases.reserve(HOST, "", "b", FREE, 2).granted == 2
    assert leases.reserve(HOST, "", "b", replace(FREE, budget=0)).spent


def test_a_wall_stops_the_runs_of_its_moment_and_not_those_that_begin_later(leases: HostLeaseRepository) -> None:
    running = replace(FREE, since=leases.clock())
    assert leases.reserve(HOST, "", "a", running).granted == 1
    leases.wall(HOST, "")
    assert leases.reserve(HOST, "", "b", running).walled
    time.sleep(0.02)
    assert leases.reserve(HOST, "", "b", replace(FREE, since=leases.clock())).granted == 1


def test_egresses_have_a_pace_and_a_day_each(leases: HostLeaseRepository) -> None:
    assert leases.reserve(HOST, "default", "a", PACED).granted == 1
    assert leases.reserve(HOST, "second", "b", PACED).granted == 1
    leases.wall(HOST, "second")
    assert not leases.reserve(HOST, "default", "c", PACED).walled


def test_a_person_who_waits_is_served_and_the_others_give_way(leases: HostLeaseRepository) -> None:
    assert leases.reserve(HOST, "", "sweep", PACED).granted == 1
    assert leases.reserve(HOST, "", "scan", replace(PACED, urgent=True)).granted == 1
    leases.release(HOST, "", "sweep")
    assert 118 < leases.reserve(HOST, "", "sweep", PACED).wait <= 120


def test_a_worker_whose_clock_is_wrong_waits_like_the_others(
    leases: HostLeaseRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leases.reserve(HOST, "", "a", PACED).granted == 1
    real = time.time
    for wrong in (600, -600):
        monkeypatch.setattr(time, "time", lambda wrong=wrong: real() + wrong)
        assert 55 < leases.reserve(HOST, "", "b", PACED).wait <= 60
        assert abs(leases.clock() - real()) < 60, "the database's clock"
