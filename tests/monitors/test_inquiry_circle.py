"""The whole circle on the demo campus: asked, answered by links that are really fetched, declared, ended, and known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from monitors import clock
from monitors.app_context import AppContext
from monitors.demo.activity import DemoCampus
from monitors.demo.owners import DECLARED, ENDED, LINKS, answer_inquiries
from monitors.demo.register import opening
from monitors.demo.server import CampusServer
from monitors.jobs.inquiries import inquire
from monitors.jobs.inquiry_answers import knowledge_now
from monitors.settings import load_settings
from rules.accounts.state import apply_observation
from rules.coverage import Knowledge
from rules.inquiries import Inquiry, InquiryState
from rules.model import Observation, Outcome
from storage.filings import key_of
from storage.store import Store

WALLED = "wechat:gh_0000000000a7"
FOREIGN = "wechat:gh_0000000000b5"
GOOD = next(key for key, other in LINKS.items() if not other)
ASKED = (GOOD, FOREIGN, WALLED, DECLARED[0], *ENDED)


@pytest.fixture(scope="module")
def campus_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AppContext, DemoCampus]]:
    """A handful of accounts, all of which met a wall, and their owners."""
    settings = load_settings(data=tmp_path_factory.mktemp("circle"), demo=True, delay_seconds=0.0)
    store = Store(settings.database)
    campus, filings = opening(clock.wall())
    with CampusServer(campus) as server:
        context = AppContext(settings, store, clock.wall, connect_to=("127.0.0.1", server.plain_port, server.tls_port))
        mine = [filing for filing in filings if key_of(filing) in ASKED]
        store.filings.save(mine, by="测试", now=clock.wall())
        walls = [
            (key_of(f), Observation(platform=f.platform, source="none", url="", observed_at=clock.wall(), outcome=Outcome.BLOCKED))
            for f in mine
        ]  # fmt: skip
        store.observations.record("sweep-1", walls, apply_observation)
        inquire(context, "demo", clock.wall(), any_day=True)
        asyncio.run(answer_inquiries(context, campus))
        yield context, campus
    store.close()


def inquiry(context: AppContext, key: str) -> Inquiry:
    return context.store.inquiries.all(account=key)[0]


def known(context: AppContext, key: str) -> Knowledge:
    found = knowledge_now(context, "demo", key, clock.wall())
    assert found
    return found.knowledge


def test_an_own_fresh_post_settles_the_question(campus_world: tuple[AppContext, DemoCampus]) -> None:
    context, _ = campus_world
    found = inquiry(context, GOOD)
    assert found.state is InquiryState.ANSWERED
    assert found.answer
    assert "核实完成" in found.answer.reading
    assert found.answer.evidence
    assert known(context, GOOD) is Knowledge.ACTIVE


def test_another_account_s_post_counts_for_nobody(campus_world: tuple[AppContext, DemoCampus]) -> None:
    context, _ = campus_world
    found = inquiry(context, FOREIGN)
    assert found.state is InquiryState.OPEN
    assert "另一个账号" in found.answers[-1].reading
    assert known(context, FOREIGN) is Knowledge.UNKNOWN


def test_who_says_nothing_stays_asked(campus_world: tuple[AppContext, DemoCampus]) -> None:
    context, _ = campus_world
    assert inquiry(context, WALLED).state is InquiryState.OPEN


def test_declarations_and_changes_wait_for_the_staff(campus_world: tuple[AppContext, DemoCampus]) -> None:
    context, _ = campus_world
    for key in (DECLARED[0], *ENDED):
        assert inquiry(context, key).waits_for_staff
        assert known(context, key) is Knowledge.UNKNOWN
