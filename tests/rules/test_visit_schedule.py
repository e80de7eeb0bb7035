"""When to look next: rarely, but a day after any deadline at the latest."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.accounts.state import apply_observation
from rules.calendar import add_months, china_calendar, day_of, end_of
from rules.cases.transitions import FRESH
from rules.catalogue import RULES
from rules.circuit_breaker import evaluate_breaker
from rules.evaluation import bind_clauses, evaluate_account
from rules.evaluation import school_context as school_of
from rules.model import Account, AccountState, DatedEvidence, Finding, Outcome, Platform, Post, Verdict
from rules.policies.loader import bundled_policy
from rules.policies.schema import Polling
from rules.visit_schedule import VisitReason, next_visit
from tests.support.factories import account, ask, at, context, dated_evidence, day, filing, observed, seen_with

POLLING = Polling()
HOUR = timedelta(hours=1)
DEMO = bundled_policy("demo")


def planned(seen: AccountState | None, now: str, step_due: datetime | None = None) -> tuple[datetime, VisitReason]:
    who = account(seen)
    answer = ask("inactivity", who, now)
    return next_visit(who, [answer] if answer else [], POLLING, at(now), step_due)


def test_never_seen_is_now() -> None:
    assert planned(None, "2026-03-01") == (at("2026-03-01"), VisitReason.NEVER)


def test_posted_yesterday_waits_for_the_ceiling() -> None:
    assert planned(seen_with("2026-03-01", fact="2026-03-02"), "2026-03-02") == (at("2026-03-09"), VisitReason.ROUTINE)


def test_a_deadline_before_the_ceiling_is_met() -> None:
    seen = seen_with("2026-03-01", shown="2026-04-28")
    assert planned(seen, "2026-04-28") == (at("2026-05-02"), VisitReason.DEADLINE)


@pytest.mark.parametrize(
    ("looked", "hours"),
    [("2026-05-02 00:00", 2), ("2026-05-02 12:00", 3), ("2026-05-03", 6), ("2026-05-06", 24), ("2026-06-20", 84)],
)
def test_a_deadline_that_passed_unseen_presses_then_less_and_less(looked: str, hours: int) -> None:
    """The page was read but did not show the silence: tried again without regard to the floor of six hours."""
    seen = seen_with("2026-03-01", fact=looked)
    when, why = planned(seen, f"{at(looked) + timedelta(minutes=1):%Y-%m-%d %H:%M}")
    assert abs(when - at(looked) - hours * HOUR) < timedelta(seconds=1)
    assert why is VisitReason.CONFIRM


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        ("2026-05-01 20:00", "2026-05-02 00:00"),
        ("2026-05-01 23:00", "2026-05-02 01:00"),
        ("2026-05-02 01:00", "2026-05-02 03:00"),
        ("2026-05-04 00:00", "2026-05-04 12:00"),
        ("2026-06-20 00:00", "2026-06-23 12:00"),
    ],
)
def test_a_failed_look_never_leads_past_the_deadline(tried: str, expected: str) -> None:
    seen = seen_with("2026-03-01", shown="2026-04-28", obstacle=Outcome.BLOCKED, failures=9)
    when, why = planned(replace(seen, attempted_at=at(tried)), tried)
    assert abs(when - at(expected)) <= timedelta(seconds=1)
    assert why is (VisitReason.RETRY if tried > "2026-05-02" else VisitReason.DEADLINE)


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        ("2026-03-09 00:00", "2026-03-09 06:00"),
        ("2026-03-09 12:00", "2026-03-10 00:00"),
        ("2026-03-11 00:00", "2026-03-13 00:00"),
        ("2026-03-25 00:00", "2026-03-28 12:00"),
    ],
)
def test_a_failed_routine_look_waits_as_long_again(tried: str, expected: str) -> None:
    seen = seen_with("2026-03-01", fact="2026-03-02", obstacle=Outcome.BLOCKED, attempted_at=at(tried))
    assert planned(seen, tried) == (at(expected), VisitReason.RETRY)


def test_a_step_wants_fresh_proof() -> None:
    seen = seen_with("2026-03-01", shown="2026-05-03 08:00")
    due = at("2026-05-03 20:00")
    assert planned(seen, "2026-05-03 09:00", due) == (at("2026-05-04 04:00"), VisitReason.STEP)
    assert planned(seen, "2026-05-03 09:00")[1] is VisitReason.WAITING


@pytest.mark.parametrize("failed", [True, False])
def test_a_step_is_not_content_with_a_look_that_showed_nothing(failed: bool) -> None:
    """Blocked, or read without showing the silence: the last proof counts, not the last look."""
    seen = seen_with("2026-03-01", shown="2026-05-03 08:00")
    seen = replace(seen, attempted_at=at("2026-05-04 05:00"))
    seen = replace(seen, obstacle=Outcome.BLOCKED) if failed else replace(seen, fact=dated_evidence("2026-05-04 05:00"))
    expected = at("2026-05-04 07:00"), VisitReason.RETRY if failed else VisitReason.CONFIRM
    assert planned(seen, "2026-05-04 05:00", at("2026-05-03 20:00")) == expected


@pytest.mark.parametrize(("failures", "hours"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 64), (7, 84), (60, 84)])
def test_what_was_never_read_is_tried_from_hours_to_days(failures: int, hours: int) -> None:
    seen = AccountState(attempted_at=at("2026-03-01"), obstacle=Outcome.BLOCKED, failures=failures)
    assert planned(seen, "2026-03-01") == (at("2026-03-01") + hours * HOUR, VisitReason.RETRY)


def test_somebody_elses_page_is_no_reason_for_haste() -> None:
    seen = AccountState(attempted_at=at("2026-03-01"), obstacle=Outcome.UNREADABLE, obstacle_reason="identity_mismatch")
    assert planned(seen, "2026-03-01") == (at("2026-03-01") + 84 * HOUR, VisitReason.RETRY)


def test_a_look_that_did_not_tell_the_name_is_made_again() -> None:
    seen = seen_with("2026-03-08", fact="2026-03-09", name="示范大学图书馆", name_seen=dated_evidence("2026-03-02"))
    seen = replace(seen, first_fact_at=at("2026-01-01"))
    assert planned(seen, "2026-03-09") == (at("2026-03-09 06:00"), VisitReason.CONFIRM)
    told = replace(seen, name_seen=dated_evidence("2026-03-09"))
    assert planned(told, "2026-03-09") == (at("2026-03-16"), VisitReason.ROUTINE)
    never = replace(seen, name_seen=dated_evidence("2026-01-02"))
    assert planned(never, "2026-03-09") == (at("2026-03-16"), VisitReason.CONFIRM), (
        "a source that stopped telling it costs no more"
    )


def test_those_imported_together_are_not_due_together() -> None:
    seen = seen_with("2026-03-01", first_fact_at=at("2026-03-01"))
    times = [next_visit(account(seen, key=f"weibo:{n}"), [], POLLING, at("2026-03-01"))[0] for n in range(200)]
    assert min(times) >= at("2026-03-01 06:00")
    assert max(times) <= at("2026-03-08")
    by_day = Counter((time - at("2026-03-01")).days for time in times)
    assert set(by_day) == set(range(7))
    assert max(by_day.values()) < 2.5 * 200 / 7


MINUTES = st.integers(0, 120 * 24 * 60)


@given(MINUTES, MINUTES, MINUTES, st.booleans(), st.booleans())
def test_no_look_is_later_than_the_deadline_and_a_floor(a: int, b: int, c: int, failed: bool, shows: bool) -> None:
    """Whatever went before: posted, read, tried in vain, in this order. Nor is any sooner than a third of the floor."""
    begin = at("2026-03-01")
    posted, looked, tried = (begin + timedelta(minutes=m) for m in sorted((a, b, c)))
    here = DatedEvidence(at=looked, evidence="e")
    seen = AccountState(
        attempted_at=tried if failed else looked, obstacle=Outcome.BLOCKED if failed else None, failures=int(failed),
        fact=here, first_fact_at=begin, alive=here, outcome=Outcome.OK, last_post_at=posted, last_post=here,
        silence_shown=here if shows else None,
    )  # fmt: skip
    who, now = account(seen), seen.attempted_at
    assert now
    answer = RULES["inactivity"].bind({})(who, context(), now)
    assert answer
    when, _ = next_visit(who, [answer], POLLING, now)
    floor, ceiling = POLLING.floor.as_timedelta(), POLLING.ceiling.as_timedelta()
    assert now + floor / 3 <= when <= now + ceiling
    if answer.look_due:
        assert when <= max(answer.look_due, now + floor, now + min((now - answer.look_due) / 4, ceiling / 2))


@given(st.integers(0, 20 * 24 * 60), st.integers(0, 72 * 60))
def test_while_looks_succeed_a_waiting_step_always_has_proof_of_a_day(due_in: int, started: int) -> None:
    """From the moment a step is due until two weeks later, sweeps every twenty minutes."""
    begin = at("2026-05-03")
    due, now = begin + timedelta(minutes=due_in), begin + timedelta(minutes=started)
    while now < due + timedelta(days=14):
        seen = seen_with("2026-03-01", shown=f"{now:%Y-%m-%d %H:%M}")
        when, _ = planned(seen, f"{now:%Y-%m-%d %H:%M}", due)
        following = when + timedelta(minutes=20)
        assert following <= now + FRESH or when <= due
        now = following


def test_silences_are_found_within_a_day_and_looks_are_few() -> None:
    """A year of random accounts, looked at only when planned (sweeps run hourly, one look in ten meets a wall)."""
    delays, looks, days = [], 0, 0
    bound = [(c, check) for c, check in bind_clauses(DEMO) if c.rule == "inactivity"]
    school = school_of(DEMO, [], china_calendar())
    for seed in range(40):
        chance = Random(seed)
        now, end = at("2025-01-01 08:00"), at("2025-12-31")
        last = now - timedelta(days=chance.randrange(20))
        posts = [last]
        while chance.random() < 0.8:
            last += timedelta(days=chance.randrange(1, 50), minutes=chance.randrange(1440))
            posts.append(last)
        silent = min(end_of(add_months(day_of(last), 2)), end)
        seen, found = None, None
        declared = filing(opened_at=day("2024-01-01"))
        while now < end and not found:
            looks += 1
            walled = chance.random() < 0.1
            shown = [Post(id=str(p), published_at=p) for p in posts if p <= now][-20:]
            seen = apply_observation(seen, observed(now, *shown, outcome=Outcome.BLOCKED if walled else Outcome.OK))
            who = Account(school="demo", platform=Platform.WEIBO, key="weibo:1000001", filing=declared, seen=seen)
            given = [answer for _, answer in evaluate_account(who, tuple(bound), school, now)]
            found = now if any(answer.verdict is Verdict.VIOLATED for answer in given) else None
            at_next, _ = next_visit(who, given, POLLING, now)
            now = max(at_next, now + HOUR)
        days += (now - at("2025-01-01 08:00")).days
        if found:
            assert found > silent, "found before it was so"
            delays.append(found - silent)
    assert len(delays) > 25
    assert max(delays) <= timedelta(hours=24)
    assert looks < days / 4


def swing(number: int, verdict: Verdict = Verdict.VIOLATED, shown: bool = True) -> Finding:
    return Finding(
        school="demo",
        platform=Platform.WEIBO,
        account=f"weibo:{number}",
        title="",
        unit="",
        rule="inactivity",
        clause="第七条",
        basis="",
        verdict=verdict,
        reason="",
        shown_at=at("2026-03-01") if shown else None,
    )


@pytest.mark.parametrize(
    ("why", "changed", "accounts", "before", "shown", "trips"),
    [
        ("three of ten is within bounds", 3, 10, Verdict.COMPLIANT, True, False),
        ("four of ten is not", 4, 10, Verdict.COMPLIANT, True, True),
        ("ten of a hundred is", 10, 100, Verdict.COMPLIANT, True, False),
        ("eleven of a hundred is not", 11, 100, Verdict.COMPLIANT, True, True),
        ("the register changed, no crawler did", 50, 100, Verdict.COMPLIANT, False, False),
        ("the first sweep has nothing to compare", 50, 100, None, True, False),
        ("nothing changed", 50, 100, Verdict.VIOLATED, True, False),
    ],
)
def test_breaker(why: str, changed: int, accounts: int, before: Verdict | None, shown: bool, trips: bool) -> None:
    after = [swing(number, shown=shown) for number in range(changed)]
    known = {finding.key: before for finding in after if before}
    freeze = evaluate_breaker(Platform.WEIBO, known, after, accounts, [], at("2026-03-01"))
    assert bool(freeze) is trips, why
    if freeze:
        assert f"{changed} 个账号" in freeze.reason


def test_breaker_counts_accounts_and_forgives_recoveries() -> None:
    many = [swing(1), swing(1), swing(1), swing(1), swing(1)]
    assert evaluate_breaker(Platform.WEIBO, {many[0].key: Verdict.COMPLIANT}, many, 10, [], at("2026-03-01")) is None
    back = [swing(number, Verdict.COMPLIANT) for number in range(9)]
    known = {finding.key: Verdict.UNDETERMINED for finding in back}
    assert evaluate_breaker(Platform.WEIBO, known, back, 10, [], at("2026-03-01")) is None


def test_a_failed_canary_freezes() -> None:
    freeze = evaluate_breaker(Platform.WEIBO, {}, [], 100, ["人民日报"], at("2026-03-01"))
    assert freeze
    assert "人民日报" in freeze.reason
