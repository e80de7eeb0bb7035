"""Bridges over a store: grouped by their address, measured by their controls, a reason to ask and never a finding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitors.app_context import AppContext
from monitors.jobs.bridges import bridge_faults, feeds_of, probably_silent
from monitors.jobs.check import check
from monitors.jobs.coverage import known_accounts
from monitors.jobs.inquiries import inquire
from monitors.settings import BridgeSetting, SettingsError, load_settings
from rules.accounts.state import apply_observation
from rules.inquiries import InquiryReason
from rules.model import ClaimType, Filing, Observation, Outcome, Platform, Post
from storage.filings import key_of
from storage.store import Store
from tests.support.databases import place_database
from tests.support.factories import at

NOW = at("2026-06-15 09:30")
BASE = "http://rss.example.edu.cn"
ACCOUNTS = [
    Filing(id=f"D-{n}", school="demo", platform=Platform.WECHAT, name=f"示范大学{n}号", unit="图书馆", account_id=f"gh_{n:012x}",
           opened_at=date(2020, 1, 1), filed_at=date(2020, 1, 2), emails=("a@example.edu.cn",))
    for n in range(1, 6)
]  # fmt: skip
KEYS = [key_of(filing) for filing in ACCOUNTS]


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AppContext]:
    """Five accounts on one bridge, the first three of them its controls."""
    given = {"bridges": {"校内订阅": BridgeSetting(base=BASE, controls=tuple(KEYS[:3]))}}
    settings = load_settings(data=tmp_path).model_copy(
        update={**given, "sources": {key: (f"{BASE}/{key}.xml",) for key in KEYS}}
    )
    opened = AppContext(settings, Store(place_database(settings.data)), lambda: NOW)
    opened.store.filings.save(ACCOUNTS, by="测试", now=NOW)
    yield opened
    opened.store.close()


def read_feed(context: AppContext, key: str, days: float) -> None:
    """The bridge's feed of an account, read this morning, with its newest post so many days old."""
    post = Post(id=f"p{days}", published_at=NOW - timedelta(days=days))
    look = Observation(
        platform=Platform.WECHAT, source="feed", url=f"{BASE}/{key}.xml", observed_at=NOW - timedelta(hours=3), outcome=Outcome.OK,
        account_id=key.partition(":")[2], posts=(post,), proves=ClaimType.ACTIVE, evidence=f"e{key}",
    )  # fmt: skip
    context.store.observations.record(f"sweep-{key}", [(key, look)], apply_observation)


def silent(context: AppContext) -> set[str]:
    return probably_silent(context, list(known_accounts(context, "demo", NOW)), NOW)


def test_what_a_healthy_bridge_does_not_show_is_asked_and_never_found(context: AppContext) -> None:
    for key in KEYS[:3]:
        read_feed(context, key, 1)
    read_feed(context, KEYS[3], 90)
    read_feed(context, KEYS[4], 2)
    bridge = context.settings.bridges["校内订阅"]
    assert sorted(feeds_of(context, bridge)) == sorted(KEYS)
    assert bridge_faults(context, NOW) == {}
    assert silent(context) == {KEYS[3]}
    inquire(context, "demo", NOW)
    asked = {each.account: each.kind for each in context.store.inquiries.all()}
    assert asked == {KEYS[3]: InquiryReason.PROBABLY_SILENT}
    check(context, "demo", NOW)
    assert not [case for case in context.store.cases.all() if case.rule == "inactivity"]


def test_a_bridge_that_stands_still_is_it_s_business_alone(context: AppContext) -> None:
    for key in KEYS[:3]:
        read_feed(context, key, 30)
    read_feed(context, KEYS[3], 90)
    assert "可能已停止更新" in bridge_faults(context, NOW)["校内订阅"]
    assert silent(context) == set()
    inquire(context, "demo", NOW)
    assert InquiryReason.PROBABLY_SILENT not in {each.kind for each in context.store.inquiries.all()}


@pytest.mark.parametrize(
    ("base", "controls"), [(BASE, KEYS[:2]), (BASE, [KEYS[0]] * 3), ("rss.example.edu.cn", KEYS[:3])]
)
def test_a_bridge_needs_an_address_and_three_controls(tmp_path: Path, base: str, controls: list[str]) -> None:
    listed = ", ".join(f'"{key}"' for key in controls)
    (tmp_path / "settings.toml").write_text(
        f'[bridges.rss]\nbase = "{base}"\ncontrols = [{listed}]\n', encoding="utf-8"
    )
    with pytest.raises(SettingsError):
        load_settings(data=tmp_path)
