"""robots.txt of a host is asked for by one, and what it answered is everybody's for the day."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import update

from storage.database import table
from storage.robots_answers import RobotsAnswerRepository, RobotsClaim
from storage.store import Store
from storage.tables import RobotsAnswerRow

SITE, BODY = "www.example.edu.cn:8080", b"User-agent: *\nDisallow: /\n"
ASK, WAIT = RobotsClaim(None, mine=True), RobotsClaim(None, mine=False)


@pytest.fixture
def answers(store: Store) -> RobotsAnswerRepository:
    return RobotsAnswerRepository(store.database)


def test_one_asks_and_the_others_wait_for_its_answer(answers: RobotsAnswerRepository) -> None:
    assert answers.claim(SITE, "a", 60) == ASK
    assert answers.claim(SITE, "b", 60) == WAIT
    answers.answer(SITE, "b", b"not its own")
    assert answers.claim(SITE, "b", 60) == WAIT
    answers.answer(SITE, "a", BODY)
    assert answers.claim(SITE, "b", 60) == RobotsClaim(BODY, mine=False)
    answers.give_up(SITE, "a")
    assert answers.claim(SITE, "c", 60) == RobotsClaim(BODY, mine=False), "an answer stays for the day"


def test_an_empty_answer_is_one(answers: RobotsAnswerRepository) -> None:
    assert answers.claim(SITE, "a", 60) == ASK
    answers.answer(SITE, "a", b"")
    assert answers.claim(SITE, "b", 60) == RobotsClaim(b"", mine=False)


def test_who_was_killed_or_got_no_answer_keeps_nobody_waiting(answers: RobotsAnswerRepository) -> None:
    assert answers.claim(SITE, "killed", 0.05) == ASK
    time.sleep(0.1)
    assert answers.claim(SITE, "b", 60) == ASK
    answers.give_up(SITE, "b")
    assert answers.claim(SITE, "c", 60) == ASK


def test_the_next_day_it_is_asked_for_anew(store: Store, answers: RobotsAnswerRepository) -> None:
    assert answers.claim(SITE, "a", 60) == ASK
    answers.answer(SITE, "a", BODY)
    rows = table(RobotsAnswerRow)
    with store.database.write() as tx:
        tx.execute(update(rows).values(day=rows.c.day - 1))
    assert answers.claim(SITE, "b", 60) == ASK
