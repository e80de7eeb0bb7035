"""The project's own readers, let loose on the campus, see of every account what is true of it and claim no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitors.demo.campus import EXPECTED, DemoCampus, ExpectedState, demo_filings, key_of
from rules.model import ClaimType, Filing, Observation, Outcome
from tests.support.guest import NOW, looks, visit

LIMIT = timedelta(days=61)
FILINGS = {key_of(filing): filing for filing in demo_filings(DemoCampus(NOW))}


def case(judgement: ExpectedState) -> pytest.MarkDecorator:
    """The accounts of which this must be concluded."""
    return pytest.mark.parametrize("key", [key for key in FILINGS if EXPECTED[key].judgement is judgement])


def seen(key: str) -> tuple[Filing, list[Observation]]:
    """The register's row and what a first sweep sees."""
    return FILINGS[key], looks(DemoCampus(NOW), FILINGS[key])


def proven(found: list[Observation]) -> ClaimType:
    """Everything the looks claim together."""
    together = ClaimType.NONE
    for look in found:
        together |= look.proves
    return together


def newest(found: list[Observation]) -> timedelta:
    """Age of the newest post seen."""
    return NOW - max(look.last_post_at for look in found if look.last_post_at)


@case(ExpectedState.LIVE)
def test_a_live_account_shows_its_newest_post(key: str) -> None:
    _, found = seen(key)
    assert newest(found) < LIMIT
    assert ClaimType.ACTIVE in proven(found)
    assert abs(newest(found) / timedelta(days=1) - (EXPECTED[key].silent_days or 0)) < 1.2


@case(ExpectedState.SILENT)
def test_a_silent_account_is_shown_to_be_silent(key: str) -> None:
    _, found = seen(key)
    assert newest(found) > LIMIT
    assert ClaimType.INACTIVE in proven(found)
    assert abs(newest(found) / timedelta(days=1) - (EXPECTED[key].silent_days or 0)) < 1.2


@case(ExpectedState.RENAMED)
def test_a_renamed_account_shows_its_new_name(key: str) -> None:
    filing, found = seen(key)
    names = {look.name for look in found if look.name}
    assert names == {EXPECTED[key].name}
    assert filing.name not in names


@case(ExpectedState.GONE)
def test_a_gone_account_is_positively_gone(key: str) -> None:
    _, found = seen(key)
    assert ClaimType.GONE in proven(found)
    assert any(look.outcome is Outcome.GONE for look in found)


@case(ExpectedState.EMPTY)
def test_an_empty_account_is_positively_empty(key: str) -> None:
    _, found = seen(key)
    assert any(look.outcome is Outcome.EMPTY for look in found)


@case(ExpectedState.MOVED)
def test_a_moved_site_answers_from_elsewhere(key: str) -> None:
    filing, _ = seen(key)
    assert "zhaosheng." in visit(DemoCampus(NOW), filing.url).url


@case(ExpectedState.UNDETERMINED)
def test_nobody_is_accused_where_nothing_can_be_known(key: str) -> None:
    _, found = seen(key)
    assert not proven(found) & (ClaimType.INACTIVE | ClaimType.GONE)
    assert EXPECTED[key].outcome in {look.outcome for look in found}
    if EXPECTED[key].outcome is not Outcome.OK:
        assert not any(look.last_post_at for look in found)


def test_live_accounts_bear_the_names_they_are_filed_under() -> None:
    for key in FILINGS:
        if EXPECTED[key].judgement in (ExpectedState.LIVE, ExpectedState.SILENT):
            filing, found = seen(key)
            assert {look.name for look in found if look.name and ClaimType.NAME in look.proves} <= {filing.name}, key


def test_only_sites_without_a_party_column_lack_one() -> None:
    for key, filing in FILINGS.items():
        home = [look for look in looks(DemoCampus(NOW), filing) if look.source == "home" and look.outcome is Outcome.OK]
        if home:
            assert any("党建" in column for column in home[0].columns) != key.startswith("website:art."), key
