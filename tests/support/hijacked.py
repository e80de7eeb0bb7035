"""A console's context with a site that has become somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitors.app_context import AppContext
from rules.accounts.state import apply_observation
from rules.model import HIJACKED, Filing, Observation, Outcome, Platform
from storage.filings import key_of
from tests.conftest import NOW
from tests.support.console import furnished_world

EVIDENCE = "2026-11-21.x.1.00000000000000000000beef"


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AppContext]:
    opened = furnished_world(tmp_path)
    yield opened
    opened.store.close()


def site(context: AppContext) -> Filing:
    return next(f for f in context.store.filings.all("demo") if f.platform is Platform.WEBSITE and "示范大学" in f.name)


def taken(filing: Filing) -> Observation:
    reason = f"{HIJACKED}: 页面是赌博推广内容"
    return Observation(
        platform=Platform.WEBSITE, source="home", url=filing.url, observed_at=NOW, outcome=Outcome.UNREADABLE,
        reason=reason, evidence=EVIDENCE,
    )  # fmt: skip


def show(context: AppContext, run: str, *looks: Observation) -> None:
    filing = site(context)
    context.store.observations.record(run, [(key_of(filing), look) for look in looks], apply_observation)
