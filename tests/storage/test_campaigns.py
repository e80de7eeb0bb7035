"""Campaigns in the database: opened whole, moved as they stand, closed once, reminded once a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rules.campaign_moves import Submission, close_campaign, decide, submit
from rules.campaigns import (
    AccountAnswer,
    AccountAnswerKind,
    Campaign,
    CampaignError,
    CampaignKind,
    DecisionKind,
    SheetState,
    open_sheets,
)
from storage.store import Store
from tests.support.factories import at, filing

NOW = at("2026-12-01 09:00")
CAMPAIGN = Campaign(
    code="NS2026", school="demo", name="2026年度年审", kind=CampaignKind.ANNUAL_REVIEW, basis="第二十一条",
    start=date(2026, 1, 1), end=date(2026, 12, 31), due=date(2026, 12, 10), opened_at=NOW, opened_by="王经办",
)  # fmt: skip
GIVEN = Submission(
    answers=(AccountAnswer(filing="1", kind=AccountAnswerKind.CORRECTED, corrections={"name": "新名"}),),
    none=True, head="李馆长", by="张三",
)  # fmt: skip


@pytest.fixture
def store(store: Store) -> Store:
    """With a campaign of two units."""
    store.campaigns.add(CAMPAIGN, open_sheets(CAMPAIGN, [filing(), filing(id="2", unit="后勤处")]), NOW)
    return store


def test_what_was_put_in_comes_out(store: Store) -> None:
    assert store.campaigns.get("NS2026") == CAMPAIGN
    store.campaigns.move("NS2026", "图书馆", lambda sheet: submit(sheet, GIVEN, NOW), NOW, "campaign.submit")
    decided = store.campaigns.move(
        "NS2026",
        "图书馆",
        lambda sheet: decide(sheet, "1", DecisionKind.SUSPEND, "停", "王", NOW),
        NOW,
        "campaign.decide",
    )
    assert store.campaigns.sheet("NS2026", "图书馆") == decided
    assert [sheet.state for sheet in store.campaigns.sheets("NS2026")] == [SheetState.OPEN, SheetState.SUBMITTED]
    with pytest.raises(CampaignError, match="已经用过"):
        store.campaigns.add(CAMPAIGN, [], NOW)


def test_a_move_that_is_refused_leaves_nothing(store: Store) -> None:
    before = store.campaigns.sheets("NS2026")
    with pytest.raises(CampaignError):
        store.campaigns.move(
            "NS2026", "图书馆", lambda s: submit(s, replace(GIVEN, by=""), NOW), NOW, "campaign.submit"
        )
    assert store.campaigns.sheets("NS2026") == before


def test_it_is_closed_once_and_only_as_it_was_read(store: Store) -> None:
    sheets = store.campaigns.sheets("NS2026")
    closed = close_campaign(CAMPAIGN, sheets, "王", NOW)
    store.campaigns.move("NS2026", "图书馆", lambda sheet: submit(sheet, GIVEN, NOW), NOW, "campaign.submit")
    with pytest.raises(CampaignError, match="刚刚有变动"):
        store.campaigns.close(closed, sheets, NOW)
    store.campaigns.close(closed, store.campaigns.sheets("NS2026"), NOW)
    with pytest.raises(CampaignError, match="已经结束"):
        store.campaigns.close(closed, sheets, NOW)
    with pytest.raises(CampaignError, match="已经结束"):
        store.campaigns.move("NS2026", "后勤处", lambda sheet: sheet, NOW, "campaign.save")


def test_a_unit_is_reminded_once_a_day(store: Store) -> None:
    answers = [store.campaigns.post(CAMPAIGN, "图书馆", "{}", NOW + timedelta(hours=hours)) for hours in (0, 5, 24)]
    assert answers == [True, False, True]
    assert len(store.outbox.all(school="demo")) == 2
