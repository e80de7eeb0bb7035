"""When to look next: rarely, but a day after any deadline at the latest."""

from datetime import datetime, timedelta
from random import Random

import pytest

from rules.breaker import breaker
from rules.calendar import add_months, day_of, end_of, standard
from rules.engine import absorb, answers, checks, context
from rules.model import Account, Finding, Outcome, Platform, Post, Seen, Verdict
from rules.planner import Why, next_look
from rules.policy import Polling
from rules.policy_file import packaged_policy
from tests.rules.makers import account, ask, at, day, filing, look, seen_with

POLLING = Polling()
HOUR = timedelta(hours=1)
DEMO = packaged_policy("demo")


def planned(seen: Seen | None, now: str, step_due: datetime | None = None) -> tuple[datetime, Why]:
    who = account(seen)
    answer = ask("inactivity", who, now)
    return next_look(who, [answer] if answer else [], POLLING, at(now), step_due)


def test_never_seen_is_now() -> None:
    assert planned(None, "2026-03-01") == (at("2026-03-01"), Why.NEVER)


def test_posted_yesterday_waits_for_the_ceiling() -> None:
    assert planned(seen_with("2026-03-01", fact="2026-03-02"), "2026-03-02") == (at("2026-03-09"), Why.ROUTINE)


def test_a_deadline_before_the_ceiling_is_met() -> None:
    seen = seen_with("2026-03-01", shown="2026-04-28")
    assert planned(seen, "2026-04-28") == (at("2026-05-02"), Why.DEADLINE)


def test_a_deadline_that_passed_unseen_is_looked_at_again_in_a_day_at_most() -> None:
    seen = seen_with("2026-03-01", fact="2026-05-03")
    assert planned(seen, "2026-05-03 01:00") == (at("2026-05-04"), Why.CONFIRM)


def test_a_step_wants_fresh_proof() -> None:
    seen = seen_with("2026-03-01", shown="2026-05-03 08:00")
    due = at("2026-05-03 20:00")
    assert planned(seen, "2026-05-03 09:00", due) == (at("2026-05-04 04:00"), Why.STEP)
    assert planned(seen, "2026-05-03 09:00")[1] is Why.WAITING


@pytest.mark.parametrize(("failures", "hours"), [(1, 6), (2, 6), (3, 8), (4, 16), (5, 32), (6, 48), (60, 48)])
def test_obstacles_back_off_from_hours_to_days(failures: int, hours: int) -> None:
    seen = Seen(attempted_at=at("2026-03-01"), obstacle=Outcome.BLOCKED, failures=failures)
    assert planned(seen, "2026-03-01") == (at("2026-03-01") + hours * HOUR, Why.RETRY)


def test_silences_are_found_within_a_day_and_looks_are_few() -> None:
    """A year of random accounts, looked at only when planned (sweeps run hourly, one look in ten meets a wall)."""
    delays, looks, days = [], 0, 0
    bound = [(c, check) for c, check in checks(DEMO) if c.rule == "inactivity"]
    school = context(DEMO, [], standard())
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
            seen = absorb(seen, look(now, *shown, outcome=Outcome.BLOCKED if walled else Outcome.OK))
            who = Account(school="demo", platform=Platform.WEIBO, key="weibo:1000001", filing=declared, seen=seen)
            given = [answer for _, answer in answers(who, tuple(bound), school, now)]
            found = now if any(answer.verdict is Verdict.VIOLATED for answer in given) else None
            at_next, _ = next_look(who, given, POLLING, now)
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
    freeze = breaker(Platform.WEIBO, known, after, accounts, [], at("2026-03-01"))
    assert bool(freeze) is trips, why
    if freeze:
        assert f"{changed} 个账号" in freeze.reason


def test_breaker_counts_accounts_and_forgives_recoveries() -> None:
    many = [swing(1), swing(1), swing(1), swing(1), swing(1)]
    assert breaker(Platform.WEIBO, {many[0].key: Verdict.COMPLIANT}, many, 10, [], at("2026-03-01")) is None
    back = [swing(number, Verdict.COMPLIANT) for number in range(9)]
    known = {finding.key: Verdict.UNDETERMINED for finding in back}
    assert breaker(Platform.WEIBO, known, back, 10, [], at("2026-03-01")) is None


def test_a_failed_canary_freezes() -> None:
    freeze = breaker(Platform.WEIBO, {}, [], 100, ["人民日报"], at("2026-03-01"))
    assert freeze
    assert "人民日报" in freeze.reason
