"""Every answer says until when time alone cannot change it, and keeps its word: all rules, all packaged policies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.accounts.state import apply_observation
from rules.calendar import china_calendar
from rules.catalogue import RULES
from rules.evaluation import Opened, evaluate, school_context
from rules.model import (
    Account,
    AccountLevel,
    AccountState,
    EvidenceKind,
    Filing,
    FilingStatus,
    Finding,
    Observation,
    Outcome,
    Platform,
    Precision,
    ReviewResult,
    Statement,
    Suspicion,
)
from rules.policies.loader import bundled_policy
from rules.policies.schema import Clause, Policy
from tests.support.factories import ALL, at, filing, observed, post

KEY = "weibo:1000001"
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
NEVER = timedelta(days=800)
days = st.one_of(st.none(), st.dates(FIRST, LAST))
moments = st.datetimes(at("2024-06-01").replace(tzinfo=None), at("2026-12-31 23:59").replace(tzinfo=None)).map(
    lambda when: when.replace(tzinfo=at("2024-01-01").tzinfo)
)
CODES = ("demo", "sias", "bit", "dut", "wut", "nwpu-its")


def with_every_rule(policy: Policy) -> Policy:
    """The school's policy with a clause of every rule that it does not have."""
    known = {clause.rule for clause in policy.clauses}
    more = [
        policy.clauses[0].model_copy(
            update={"rule": rule, "clause": f"附加{n}", "settings": {}, "only": type(policy.clauses[0].only)()}
        )
        for n, rule in enumerate(sorted(RULES.keys() - known))
    ]
    return policy.model_copy(update={"clauses": (*policy.clauses, *more)})


POLICIES = [with_every_rule(bundled_policy(code)) for code in CODES]


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    moment = draw(moments)
    named = draw(st.booleans())
    day = (moment - timedelta(days=draw(st.integers(0, 120)))).date()
    return Statement(
        kind=draw(st.sampled_from([EvidenceKind.DECLARED, EvidenceKind.MANUAL])),
        by=draw(st.sampled_from(["张老师", "李老师"])),
        at=moment,
        newest=day if named else None,
        none_since=None if named else day,
        evidence=f"s{moment:%m%d%H}",
    )


@st.composite
def looks(draw: st.DrawFn) -> Observation:
    moment = draw(moments)
    ages = draw(st.lists(st.integers(0, 24 * 150), max_size=3))
    precision = draw(st.sampled_from(list(Precision)))
    posts = [
        replace(post("2026-01-01", precision), id=str(age), published_at=moment - timedelta(hours=age)) for age in ages
    ]
    outcome = draw(st.sampled_from([*Outcome, Outcome.OK, Outcome.OK]))
    return observed(
        moment,
        *(posts if outcome is Outcome.OK else ()),
        outcome=outcome,
        name=draw(st.sampled_from([None, "示范大学图书馆", "别的名字"])),
        verified_body=draw(st.sampled_from([None, "示范大学", "别的单位"])),
        proves=ALL,
        evidence=f"e{moment:%m%d%H}",
    )


@st.composite
def filings(draw: st.DrawFn) -> Filing:
    return filing(
        unit=draw(st.sampled_from(["图书馆", "", "别的单位"])),
        level=draw(st.sampled_from([None, *AccountLevel])),
        verified_body="示范大学",
        opened_at=draw(days),
        filed_at=draw(days),
        changed_at=draw(days),
        reviewed_at=draw(days),
        review_result=draw(st.sampled_from([None, *ReviewResult])),
        self_checked_at=draw(days),
        project_ends_at=draw(days),
        status=draw(st.sampled_from([*FilingStatus, FilingStatus.ACTIVE, FilingStatus.ACTIVE, FilingStatus.ACTIVE])),
        status_changed_at=draw(days),
    )


@st.composite
def accounts(draw: st.DrawFn, school: str) -> Account:
    history = draw(st.lists(looks(), max_size=4))
    seen: AccountState | None = reduce(lambda state, one: apply_observation(state, one, key=KEY), history, None)
    said = tuple(sorted(draw(st.lists(statements(), max_size=3)), key=lambda each: each.at))
    if seen or said:
        seen = replace(seen or AccountState(), statements=said, posts_in_year=draw(st.integers(0, 40)))
    suspicion = Suspicion(term="示范大学", kind="exact", why="同名", own_body=True, evidence=("e",))
    declared = draw(st.one_of(st.none(), filings(), filings(), filings()))
    return Account(
        school=school,
        platform=Platform.WEIBO,
        key=KEY,
        filing=replace(declared, school=school) if declared else None,
        seen=seen,
        suspicion=None if declared else suspicion,
    )


def edited(policy: Policy) -> Opened:
    """The settings of yesterday's policy: another limit, and a clause that today's does not have."""
    first: Clause = next(clause for clause in policy.clauses if clause.rule == "inactivity")
    return {KEY: {("inactivity", first.clause): {"limit": "1个月"}, ("expired_project", "已删去"): {"months": 1}}}


@pytest.mark.parametrize("policy", POLICIES, ids=CODES)
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_time_alone_changes_no_answer_before_it_says(policy: Policy, data: st.DataObject) -> None:
    who, now = data.draw(accounts(policy.code)), data.draw(moments)
    opened = edited(policy) if data.draw(st.booleans()) else None
    school = school_context(policy, [who.filing] if who.filing else [], china_calendar())

    def asked(when: datetime) -> dict[tuple[str, str], Finding]:
        return {(each.rule, each.clause): each for each in evaluate([who], policy, school, when, opened)}

    present = asked(now)
    assert all(each.until is None or each.until > now for each in present.values())
    turns = {each.until - timedelta.resolution for each in present.values() if each.until}
    part = timedelta(seconds=data.draw(st.integers(1, int(NEVER.total_seconds()))))
    for then in sorted({*turns, now + part, now + NEVER}):
        later = asked(then)
        assert later.keys() == present.keys()
        for key, before in present.items():
            if before.until is None or then < before.until:
                assert replace(later[key], until=before.until) == before, (key, now, then)
