"""The register as a list: every order visits every account once in keyset pages, forwards and back; filters narrow."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rules.accounts.state import apply_observation
from rules.model import AccountLevel, ClaimType, Filing, FilingStatus, Observation, Outcome, Platform, Post
from storage.account_filter import AccountFilter
from storage.account_lists import AccountOrder
from storage.filings import key_of
from storage.store import Store
from tests.conftest import NOW

COUNT = 23


def filled(store: Store) -> None:
    """Two schools; every third account was seen, two of them on the same day."""
    filings = [
        Filing(
            id=f"n{n:02d}",
            school=("bit", "dut")[n % 2],
            platform=Platform.WEIBO,
            name=f"账号{n % 5}",
            unit=("图书馆", "校团委", "")[n % 3],
            account_id=str(10_000_000 + n),
            level=(AccountLevel.ONE, AccountLevel.TWO, None)[n % 3],
            status=FilingStatus.CLOSED if n == 7 else FilingStatus.ACTIVE,
            position=n % 4,
        )
        for n in range(COUNT)
    ]
    store.filings.save(filings, by="测试", now=NOW)
    for n, filing in enumerate(filings[::3]):
        at = NOW - timedelta(days=40 if n == 1 else 1)
        post = Post(id="1", title="一", published_at=NOW - timedelta(days=60 + n // 2))
        look = Observation(
            platform=Platform.WEIBO,
            source="profile",
            url="https://weibo.com/",
            observed_at=at,
            outcome=Outcome.OK,
            posts=(post,),
            proves=ClaimType.ACTIVE,
            evidence=f"e{n}",
        )
        store.observations.record("r", [(key_of(filing), look)], apply_observation)


@pytest.mark.parametrize("order", AccountOrder)
def test_every_order_visits_every_account_once(store: Store, order: AccountOrder) -> None:
    filled(store)
    whole = [item.filing.id for item in store.account_lists.iterate(AccountFilter(), order)]
    assert len(set(whole)) == len(whole) == COUNT
    seen, pages, after = list[str](), 0, ""
    while True:
        page = store.account_lists.page(AccountFilter(), limit=5, order=order, after=after)
        assert page.total == COUNT
        assert bool(page.previous) == bool(pages)
        seen += [item.filing.id for item in page.items]
        pages += 1
        if not page.following:
            break
        after = page.following
    assert (seen, pages) == (whole, 5)
    back = store.account_lists.page(AccountFilter(), limit=5, order=order, before=page.previous)
    assert [item.filing.id for item in back.items] == whole[15:20]
    first = store.account_lists.page(AccountFilter(), limit=15, order=order, before=back.previous)
    assert [item.filing.id for item in first.items] == whole[:15]
    assert not first.previous


def test_unknown_is_not_old(store: Store) -> None:
    """Whoever looks for the longest silent finds those with a date first."""
    filled(store)
    dated = [bool(item.last_post_at) for item in store.account_lists.iterate(AccountFilter(), AccountOrder.OLDEST)]
    assert dated == sorted(dated, reverse=True)
    assert sum(dated) == 8


def test_filters_narrow(store: Store) -> None:
    filled(store)
    count = store.account_lists.count
    assert count(AccountFilter(school="bit")) == 12
    assert count(AccountFilter(unit="图书馆", level="1")) == 8
    assert count(AccountFilter(status="closed")) == 1
    assert count(AccountFilter(status="running")) == COUNT - 1
    recent = NOW - timedelta(days=30)
    assert count(AccountFilter(seen_since=recent)) == 7
    assert count(AccountFilter(unseen_since=recent)) == COUNT - 7
    assert count(AccountFilter(outcome="never", text="账号1")) > 0
    assert store.account_lists.words(AccountFilter().view) == (["图书馆", "校团委"], [])


@pytest.mark.parametrize("cursor", ["x", "WyIxIl0", "W10", "WzEsMiwzXQ", "\u20ac", "bnVsbA"])
def test_a_cursor_that_is_none_is_the_beginning(store: Store, cursor: str) -> None:
    filled(store)
    page = store.account_lists.page(AccountFilter(), limit=3, after=cursor)
    assert page.total == COUNT
