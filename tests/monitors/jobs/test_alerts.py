"""What is told at once: once, grouped, not again for a flicker, and each to those whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.digest.build import Audience, Digest
from monitors.app_context import AppContext
from monitors.jobs.alerts import FRAUD, tell_at_once
from rules.accounts.state import apply_observation
from rules.candidates import CandidateState
from rules.model import ClaimType, Outcome, Platform
from storage.alerts import PAUSE
from storage.filings import key_of
from storage.serialization import load
from tests.conftest import NOW
from tests.support.console import furnished_world, observe_filing

LATER = NOW + PAUSE + timedelta(minutes=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[AppContext]:
    """A furnished house where everything that stood at the beginning has been told."""
    opened = furnished_world(tmp_path)
    tell_at_once(opened, NOW - timedelta(days=1))
    yield opened
    opened.store.close()


def told(context: AppContext) -> list[Digest]:
    rows = [row for row in context.store.outbox.all() if "alert/" in row.id and row.school != "sias"]
    return [load(Digest, row.document) for row in sorted(rows, key=lambda row: row.created_at)]


def texts(page: Digest) -> str:
    return "\n".join(line.text for section in page.sections for line in section.lines)


def vanish(context: AppContext, number: int, at_minute: int = 0, outcome: Outcome = Outcome.GONE) -> None:
    filing = [f for f in context.store.filings.all("demo") if f.platform is not Platform.WEBSITE][number]
    seen = observe_filing(filing, NOW + timedelta(minutes=at_minute), outcome, "")
    seen = replace(seen, proves=seen.proves | ClaimType.GONE) if outcome is Outcome.GONE else seen
    context.store.observations.record(f"r{number}{at_minute}", [(key_of(filing), seen)], apply_observation)


def test_what_came_together_is_told_together_and_once(office: AppContext) -> None:
    before = len(told(office))
    vanish(office, 0)
    vanish(office, 1)
    assert tell_at_once(office, NOW) >= 1
    pages = told(office)
    assert len(pages) == before + 1
    assert pages[-1].headline == "在册账号已注销或封禁 2 项"
    assert tell_at_once(office, NOW + timedelta(minutes=10)) == 0
    assert tell_at_once(office, LATER) == 0


def test_what_comes_shortly_after_waits_for_the_next_message(office: AppContext) -> None:
    vanish(office, 0)
    tell_at_once(office, NOW)
    count = len(told(office))
    vanish(office, 2, 5)
    assert tell_at_once(office, NOW + timedelta(minutes=10)) == 0
    assert tell_at_once(office, LATER) >= 1
    assert len(told(office)) == count + 1
    assert told(office)[-1].headline == "在册账号已注销或封禁 1 项"


def test_a_flicker_is_no_news_and_a_relapse_after_a_week_is(office: AppContext) -> None:
    vanish(office, 0)
    tell_at_once(office, NOW)
    vanish(office, 0, 40, Outcome.OK)
    tell_at_once(office, NOW + timedelta(hours=1))
    vanish(office, 0, 90)
    assert tell_at_once(office, NOW + timedelta(hours=2)) == 0
    vanish(office, 0, 150, Outcome.OK)
    tell_at_once(office, NOW + timedelta(hours=3))
    vanish(office, 0, 200)
    assert tell_at_once(office, NOW + timedelta(days=9)) >= 1


def test_a_breaker_goes_to_it_and_a_confirmed_impostor_to_the_office(office: AppContext) -> None:
    office.store.platform_state.set("bilibili", breaker_opened_at=NOW, breaker_reason="哨兵账号失败")
    found = next(each for each in office.store.candidates.all("demo") if each.kind in FRAUD)
    office.store.candidates.save(
        replace(found, state=CandidateState.CONFIRMED, decided_at=NOW, decided_by="张三"), known=found
    )
    tell_at_once(office, NOW)
    by_audience = {page.audience: page for page in told(office)}
    assert "哔哩哔哩" in texts(by_audience[Audience.IT_ALERT])
    assert found.name[:4] in texts(by_audience[Audience.ALERT])
    assert "哔哩哔哩的督办" not in texts(by_audience[Audience.ALERT])


def test_a_sweep_that_stands_still_is_told_to_it_once(office: AppContext) -> None:
    still = NOW + timedelta(hours=7)
    tell_at_once(office, still)
    pages = [page for page in told(office) if "巡检停滞" in page.headline]
    assert len(pages) == 1
    tell_at_once(office, still + timedelta(hours=5))
    assert len([page for page in told(office) if "巡检停滞" in page.headline]) == 1
