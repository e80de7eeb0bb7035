"""Inactivity and low volume: every row is one sentence of the law against one state of knowledge."""

from dataclasses import replace

import pytest

from rules.model import AccountState, FilingStatus, Outcome, Precision, Verdict
from tests.support.factories import account, ask, at, dated_evidence, day, filing, seen_with

C, V, U = Verdict.COMPLIANT, Verdict.VIOLATED, Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("why", "seen", "now", "expected"),
    [
        ("never looked at", None, "2026-05-02", U),
        ("only walls so far", AccountState(attempted_at=at("2026-05-02"), obstacle=Outcome.BLOCKED), "2026-05-02", U),
        ("posted yesterday", seen_with("2026-05-01"), "2026-05-02", C),
        ("last day of the two months", seen_with("2026-03-01", shown="2026-05-01 12:00"), "2026-05-01 23:00", C),
        ("the day after, looked after", seen_with("2026-03-01", shown="2026-05-02 01:00"), "2026-05-02 02:00", V),
        ("the day after, not looked since", seen_with("2026-03-01", shown="2026-05-01 12:00"), "2026-05-02 02:00", U),
        ("looks cannot prove silence", seen_with("2026-03-01", fact="2026-06-01"), "2026-06-01", U),
        ("31 Dec + 2 months is 28 Feb", seen_with("2025-12-31", shown="2026-02-28 12:00"), "2026-02-28 22:00", C),
        ("and over on 1 Mar", seen_with("2025-12-31", shown="2026-03-01 01:00"), "2026-03-01 02:00", V),
        (
            "known to the month only: the month's end counts",
            seen_with("2026-03-01", shown="2026-05-20", last_post_precision=Precision.MONTH),
            "2026-05-20",
            C,
        ),
        (
            "read off an id: a day later counts",
            seen_with("2026-03-01", shown="2026-05-02 01:00", last_post_precision=Precision.DERIVED),
            "2026-05-02 02:00",
            C,
        ),
        (
            "the newest look says gone",
            seen_with("2026-03-01", shown="2026-05-02", outcome=Outcome.GONE, gone=(dated_evidence("2026-05-03"),)),
            "2026-05-03",
            U,
        ),
        (
            "gone for good: nothing to update",
            seen_with("2026-03-01", gone=(dated_evidence("2026-05-03"), dated_evidence("2026-05-05"))),
            "2026-05-05",
            C,
        ),
    ],
)
def test_inactivity(why: str, seen: AccountState | None, now: str, expected: Verdict) -> None:
    answer = ask("inactivity", account(seen), now, limit="2个月")
    assert answer
    assert answer.verdict is expected, (why, answer.reason)
    if expected is V:
        assert answer.evidence
        assert answer.shown_at


@pytest.mark.parametrize(("came", "expected"), [("2026-05-01 12:00", U), ("2026-05-02 01:00", V)])
def test_the_server_s_word_that_nothing_changed_accuses_nobody(came: str, expected: Verdict) -> None:
    """After the deadline the bytes must have come once; from then on "not modified" keeps the state fresh, but no step."""
    seen = seen_with("2026-03-01", shown="2026-05-09 09:00")
    unmodified = replace(dated_evidence("2026-05-09 09:00"), whole_at=at(came))
    answer = ask("inactivity", account(replace(seen, silence_shown=unmodified)), "2026-05-09 10:00", limit="2个月")
    assert answer
    assert answer.verdict is expected
    if expected is V:
        assert answer.shown_at == at(came)


def test_an_empty_account_counts_from_its_beginning() -> None:
    seen = AccountState(
        attempted_at=at("2026-05-02 08:00"),
        fact=dated_evidence("2026-05-02 08:00"),
        first_fact_at=at("2026-04-20"),
        empty=dated_evidence("2026-05-02 08:00"),
        silence_shown=dated_evidence("2026-05-02 08:00"),
        outcome=Outcome.EMPTY,
    )
    for opened, filed, expected in (("2026-03-01", None, V), ("2026-01-01", "2026-03-20", C), (None, None, C)):
        declared = filing(opened_at=opened and day(opened), filed_at=filed and day(filed))
        answer = ask("inactivity", account(seen, declared), "2026-05-02 09:00")
        assert answer
        assert answer.verdict is expected


@pytest.mark.parametrize("status", [FilingStatus.PAUSED, FilingStatus.CLOSED, FilingStatus.CANCELLED])
def test_an_account_that_stopped_on_file_is_not_silent(status: FilingStatus) -> None:
    answer = ask(
        "inactivity", account(seen_with("2025-01-01", shown="2026-05-02"), filing(status=status)), "2026-05-02"
    )
    assert answer
    assert answer.verdict is C


def test_the_silence_says_until_when_and_since_when() -> None:
    quiet = seen_with("2026-03-01", shown="2026-05-02 01:00")
    fine = ask("inactivity", account(quiet), "2026-04-01")
    broken = ask("inactivity", account(quiet), "2026-05-02 02:00")
    assert fine
    assert broken
    assert fine.until == at("2026-05-02")
    assert broken.since == at("2026-05-01 23:59:59")
    assert broken.reason == "最近一次更新为2026年3月1日，已超过2个月（至2026年5月1日），期满后查看仍无新内容"


def test_the_silence_is_as_old_as_the_look_that_shows_it() -> None:
    seen = seen_with("2026-03-01", shown="2026-05-02 08:00", last_post=dated_evidence("2026-05-04 08:00"))
    answer = ask("inactivity", account(seen), "2026-05-04 09:00")
    assert answer
    assert answer.shown_at == at("2026-05-02 08:00")


YEAR_OLD = filing(opened_at=day("2024-01-01"))
LISTED = {"listed_from": at("2025-04-01"), "listed_to": at("2026-05-02")}


@pytest.mark.parametrize(
    ("why", "changes", "expected"),
    [
        ("14 seen, watched 300 of 365 days: could still be 20", {"posts_in_year": 14, "days_observed": 300}, U),
        ("14 seen, every day watched", {"posts_in_year": 14, "days_observed": 365}, V),
        ("3 seen, two days missed: at most 19", {"posts_in_year": 3, "days_observed": 363}, V),
        ("4 seen, two days missed: could be 20", {"posts_in_year": 4, "days_observed": 363}, U),
        ("20 seen, hardly watched", {"posts_in_year": 20, "days_observed": 20}, C),
        ("14 seen, the lists of the year have no gap", {"posts_in_year": 14, "days_observed": 60, **LISTED}, V),
        (
            "the lists reach back ten months",
            {"posts_in_year": 14, "days_observed": 60, "listed_from": at("2025-07-01"), "listed_to": at("2026-05-02")},
            U,
        ),
        ("the platform itself counts 12", {"posts_in_year": 9, "days_observed": 20, "post_count": 12}, V),
        (
            "the platform counts 20, as many as there must be",
            {"posts_in_year": 9, "days_observed": 20, "post_count": 20},
            U,
        ),
        ("the platform counts 19", {"posts_in_year": 19, "days_observed": 20, "post_count": 19}, V),
        ("the platform counts fewer than were seen", {"posts_in_year": 9, "days_observed": 20, "post_count": 8}, U),
        ("19 seen, the lists of the year have no gap", {"posts_in_year": 19, "days_observed": 60, **LISTED}, V),
        (
            "the lists reach back to the very day",
            {"posts_in_year": 1, "days_observed": 1, "listed_from": at("2025-05-02"), "listed_to": at("2026-05-02")},
            V,
        ),
        (
            "and not quite",
            {"posts_in_year": 1, "days_observed": 1, "listed_from": at("2025-05-03"), "listed_to": at("2026-05-02")},
            U,
        ),
        ("watched for more days than a year has", {"posts_in_year": 19, "days_observed": 400}, V),
        ("the platform counts 300 in all", {"posts_in_year": 9, "days_observed": 20, "post_count": 300}, U),
        (
            "every day watched by a source that lists nothing",
            {"posts_in_year": 0, "days_observed": 365, "silence_shown": None},
            U,
        ),
    ],
)
def test_low_volume(why: str, changes: dict[str, object], expected: Verdict) -> None:
    seen = replace(seen_with("2026-04-20", shown="2026-05-02"), **changes)  # type: ignore[arg-type]
    answer = ask("low_volume", account(seen, YEAR_OLD), "2026-05-02 02:00", minimum=20)
    assert answer
    assert answer.verdict is expected, (why, answer.reason)


def test_low_volume_waits_for_a_full_year() -> None:
    seen = seen_with("2026-04-20", shown="2026-05-02", posts_in_year=1, days_observed=365)
    young = account(seen, filing(opened_at=day("2025-06-01")))
    answer = ask("low_volume", young, "2026-05-02")
    assert answer
    assert answer.verdict is C
    assert answer.until == at("2026-06-02")
