"""Fills a database as a year of watching would leave it: filings and present states by the store's own row functions,
the mass of observations and posts by SQL, for at a hundred a day a real one would take months to make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from monitors.app_context import AppContext
from monitors.settings import Settings
from rules.accounts.state import apply_observation
from rules.model import BEIJING, ClaimType, Filing, Observation, Outcome, Platform, Post
from storage.account_states import STATE, mark_day, state_row
from storage.filings import FILING, _row, key_of
from storage.observations import OBSERVATION, _observation_row
from storage.serialization import dump
from storage.store import Store

NOW = datetime(2026, 6, 1, 8, tzinfo=BEIJING)
SCHOOL = "sias"
PLATFORMS = (Platform.WEBSITE, Platform.WECHAT, Platform.WEIBO, Platform.BILIBILI)
LIST = 10
"""Posts of the newest list of each account."""

OBSERVED = """
WITH RECURSIVE day(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM day WHERE n < :days)
INSERT INTO observation (key, platform, source, outcome, observed_at, last_post_at, run, evidence, fingerprint, document)
SELECT s.key, s.platform, :source, 'ok', strftime('%Y-%m-%d 02:00:00.000000', :now, '-' || (:days - n) || ' days'),
       s.last_post_at, 'r' || n, printf('e%d-%d', n, s.rowid), :fingerprint, :document
FROM account_state s CROSS JOIN day WHERE s.rowid BETWEEN :first AND :last ORDER BY s.rowid, n
"""
POSTED = """
WITH RECURSIVE at(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM at WHERE n < :posts)
INSERT INTO post (key, post, published_at, first_seen_at, title, url, evidence)
SELECT s.key, 'p' || n, strftime('%Y-%m-%d 02:00:00.000000', s.last_post_at, '-' || (n * 300 / :posts) || ' days'),
       s.attempted_at, '学校召开工作会议', 'http://x/' || n, 'e' FROM account_state s CROSS JOIN at
"""


def world_at(folder: Path) -> AppContext:
    """The context whose data lie in a folder."""
    settings = Settings(data=folder)
    return AppContext(settings, Store(settings.database), lambda: NOW)


def fill(folder: Path, accounts: int, *, days: int, posts: int, silent: float, unit_size: int = 0) -> None:
    """Make the database. ``days``: observations of each account; ``posts`` of each in the last year; ``silent``: share;
    ``unit_size``: accounts of one unit, 0: one has them all."""
    context = world_at(folder)
    with context.store.database.engine.connect() as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        connection.exec_driver_sql("BEGIN")
        for chunk in _chunks(accounts, silent, unit_size):
            connection.execute(insert(FILING), [_row(filing, dump(filing), NOW) for filing, _ in chunk])
            connection.execute(insert(STATE), [_state(filing, look) for filing, look in chunk])
        _mass(connection, accounts, days, posts)
        connection.commit()
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("ANALYZE")
    context.store.close()


def _mass(connection: Any, accounts: int, days: int, posts: int) -> None:
    """Without the index on runs, which would be filled in the worst order; it is made afterwards."""
    _, look = account(0, 0.0)
    row = _observation_row("r", "k", replace(look, posts=look.posts[:1]))
    common = {
        "source": row["source"],
        "fingerprint": row["fingerprint"],
        "document": row["document"],
        "now": "2026-06-01",
        "days": days,
    }
    connection.exec_driver_sql("DROP INDEX ix_observation_run")
    for first in range(1, accounts + 1, 5000) if days else ():
        connection.execute(text(OBSERVED), common | {"first": first, "last": first + 4999})
    connection.exec_driver_sql("CREATE INDEX ix_observation_run ON observation (run)")
    if posts:
        connection.execute(text(POSTED), {"posts": posts})


def _chunks(accounts: int, silent: float, unit_size: int) -> Iterator[list[tuple[Filing, Observation]]]:
    for start in range(0, accounts, 2000):
        yield [account(number, silent, unit_size) for number in range(start, min(start + 2000, accounts))]


def account(number: int, silent: float, unit_size: int = 0) -> tuple[Filing, Observation]:
    """One filing and its newest look; every so many are silent since long before the limit."""
    platform = PLATFORMS[number % len(PLATFORMS)]
    site = platform is Platform.WEBSITE
    ident = (
        f"s{number}.edu.example"
        if site
        else f"gh_{number:012x}"
        if platform is Platform.WECHAT
        else str(10**9 + number)
    )
    name, quiet = f"郑州西亚斯学院第{number}号", silent > 0 and number % round(1 / silent) == 0
    newest = NOW - timedelta(days=100 if quiet else 1 + number % 40)
    opened = (NOW - timedelta(days=900)).date()
    filing = Filing(
        id=f"{number:06d}", school=SCHOOL, platform=platform, name=name, unit=f"第{number // unit_size + 1}教研室" if unit_size else "财务资产处",
        account_id="" if site else ident, url=f"http://{ident}/" if site else "", verified_body="郑州西亚斯学院",
        opened_at=opened, filed_at=opened, first_owner="张示例", direct_owner="李示例", direct_owner_is_staff=True,
        phones=("13800000000",), emails=(f"u{number}@edu.example",),
    )  # fmt: skip
    titled = (Post(id=f"p{n}", title="学校召开工作会议", url=f"http://x/{n}", published_at=newest - timedelta(days=3 * n))
              for n in range(LIST))  # fmt: skip
    look = Observation(
        platform=platform, source="home" if site else "posts", url=f"http://{ident}/", observed_at=NOW - timedelta(hours=6),
        outcome=Outcome.OK, name=name, account_id=ident, verified_body="郑州西亚斯学院", posts=tuple(titled),
        proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME | ClaimType.BODY, evidence=f"e{number}",
        columns=("新闻", "党建专栏", "通知公告") if site else (),
    )  # fmt: skip
    return filing, look


def _state(filing: Filing, look: Observation) -> dict[str, Any]:
    key = key_of(filing)
    seen = apply_observation(None, look, key=key)
    days, base = mark_day(0, 0, look.observed_at - timedelta(days=365))
    days = (1 << 366) - 1
    return state_row(key, filing.platform.value, seen, days, base, None)


def size(folder: Path) -> int:
    """Bytes of the database."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


__all__ = ["NOW", "OBSERVATION", "SCHOOL", "account", "fill", "size", "world_at"]
