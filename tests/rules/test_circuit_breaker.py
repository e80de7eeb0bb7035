"""When a sweep's own reading is doubted: canaries, and how many accounts may change their verdict at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.circuit_breaker import CanaryAccount, canary_ok
from rules.model import AccountState, Outcome, Platform
from tests.support.factories import at

NOW = at("2026-05-02 09:00")
LOOKED = AccountState(attempted_at=NOW, outcome=Outcome.OK)


@pytest.mark.parametrize(
    ("seen", "if_alive", "if_gone"),
    [
        (None, True, True),
        (AccountState(), True, True),
        (replace(LOOKED, obstacle=Outcome.BLOCKED), True, True),
        (replace(LOOKED, obstacle=Outcome.UNREADABLE), False, False),
        (LOOKED, True, False),
        (replace(LOOKED, outcome=Outcome.GONE), False, True),
    ],
)
def test_a_canary(seen: AccountState | None, if_alive: bool, if_gone: bool) -> None:
    canary = CanaryAccount(Platform.WEIBO, "weibo:1", "甲", "1", "", alive=True)
    assert canary_ok(canary, seen, NOW) is if_alive
    assert canary_ok(replace(canary, alive=False), seen, NOW) is if_gone
