"""What is known of each account, and the figures of many."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from rules.calendar import china_calendar
from rules.coverage import (
    CoverageFigures,
    Knowledge,
    coverage_kind,
    figures_by_platform,
    knowledge_of,
    total,
    update_clauses,
)
from rules.evaluation import BoundClauses, bind_clauses, evaluate_account, school_context
from rules.model import Account, AccountState, Filing, FilingStatus, Outcome, Platform
from rules.policies.loader import bundled_policy
from tests.support.factories import account, at, dated_evidence, filing, seen_with

POLICY = bundled_policy("demo")
CLAUSES, SCHOOL = update_clauses(bind_clauses(POLICY)), school_context(POLICY, (), china_calendar())
NOW = "2026-06-15"
WALLED = AccountState(attempted_at=at("2026-06-14"), obstacle=Outcome.BLOCKED)


def known(seen: AccountState | None, declared: Filing | None = None) -> Knowledge | None:
    found = knowledge_of(account(seen, declared), CLAUSES, SCHOOL, at(NOW))
    return found.knowledge if found else None


@pytest.mark.parametrize(
    ("why", "seen", "expected"),
    [
        ("never looked at", None, Knowledge.UNKNOWN),
        ("only walls", WALLED, Knowledge.UNKNOWN),
        ("posted this month", seen_with("2026-06-01"), Knowledge.ACTIVE),
        ("shown silent", seen_with("2026-03-01", shown="2026-06-14"), Knowledge.SILENT),
        ("its period ran out, nobody knows since", seen_with("2026-03-01", fact="2026-03-02"), Knowledge.UNKNOWN),
        ("gone for good is known", seen_with("2026-03-01", gone=(dated_evidence("2026-05-03"), dated_evidence("2026-05-05"))), Knowledge.SILENT),
    ],
)  # fmt: skip
def test_what_is_known(why: str, seen: AccountState | None, expected: Knowledge) -> None:
    assert known(seen) is expected, why


def test_it_is_unknown_from_the_end_of_its_period() -> None:
    found = knowledge_of(account(seen_with("2026-03-01", fact="2026-03-02")), CLAUSES, SCHOOL, at(NOW))
    assert found
    assert found.since == at("2026-05-01 23:59").replace(second=59)
    assert str(found.limit) == "2个月"
    assert "尚无有效观察" in found.answer.reason


def test_an_account_that_the_register_stopped_is_not_counted() -> None:
    assert known(WALLED, filing(status=FilingStatus.CLOSED)) is None


def counted(accounts: list[Account], clauses: BoundClauses) -> Counter[tuple[Platform, Knowledge]]:
    said = ((each, evaluate_account(each, clauses, SCHOOL, at(NOW))) for each in accounts)
    kinds = ((each.platform, coverage_kind(each, answers)) for each, answers in said)
    return Counter((platform, kind) for platform, kind in kinds if kind)


def test_figures_add_up() -> None:
    accounts = [account(seen_with("2026-06-01")), account(WALLED), account(seen_with("2026-03-01", shown="2026-06-14"))]
    accounts.append(replace(account(None, filing(platform=Platform.DOUYIN)), key="douyin:1"))
    accounts.append(account(WALLED, filing(status=FilingStatus.CLOSED)))
    by_platform = figures_by_platform(counted(accounts, CLAUSES), {Platform.DOUYIN: 1}, {Platform.DOUYIN: 1})
    assert list(by_platform) == [Platform.WEIBO, Platform.DOUYIN], "most accounts first"
    assert by_platform[Platform.WEIBO] == CoverageFigures(accounts=3, active=1, silent=1, unknown=1)
    assert by_platform[Platform.DOUYIN] == CoverageFigures(accounts=1, unknown=1, asked=1, overdue=1)
    both = total(by_platform.values())
    assert (both.accounts, both.known, both.share) == (4, 2, 0.5)
    assert total([]).share == 1.0


def test_accounts_that_no_clause_binds_are_counted_apart() -> None:
    accounts = [account(seen_with("2026-06-01")), account(None, filing(status=FilingStatus.CLOSED))]
    assert figures_by_platform(counted(accounts, ()), {}, {}) == {Platform.WEIBO: CoverageFigures(unbound=1)}
