"""Short ways to make accounts, looks and findings for tests of the pure heart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from rules.calendar import china_calendar
from rules.catalogue import RULES, SchoolContext
from rules.model import (
    BEIJING,
    Account,
    AccountState,
    ClaimType,
    DatedEvidence,
    Filing,
    Observation,
    Outcome,
    Platform,
    Post,
    Precision,
    RuleResult,
)

ALL = ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME | ClaimType.BODY | ClaimType.GONE


def at(text: str) -> datetime:
    """``2026-03-01`` or ``2026-03-01 10:00`` in China."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def day(text: str) -> date:
    return date.fromisoformat(text)


def dated_evidence(text: str, evidence: str = "") -> DatedEvidence:
    return DatedEvidence(at=at(text), evidence=evidence or f"e:{text}")


def filing(**changes: Any) -> Filing:
    base = Filing(
        id="1", school="demo", platform=Platform.WEIBO, name="示范大学图书馆", unit="图书馆", account_id="1000001"
    )
    return replace(base, **changes)


def account(seen: AccountState | None = None, declared: Filing | None = None, **changes: Any) -> Account:
    declared = declared or filing()
    base = Account(school="demo", platform=declared.platform, key="weibo:1000001", filing=declared, seen=seen)
    return replace(base, **changes)


def context(**changes: Any) -> SchoolContext:
    base = SchoolContext(code="demo", name="示范大学", calendar=china_calendar(), effective=date(2020, 1, 1))
    return replace(base, **changes)


def ask(rule: str, who: Account, now: str, school: SchoolContext | None = None, **settings: Any) -> RuleResult | None:
    """A rule's answer, settings written as in a policy file."""
    return RULES[rule].bind(settings)(who, school or context(), at(now))


def post(when: str, precision: Precision = Precision.SECOND, **changes: Any) -> Post:
    return Post(id=when, published_at=at(when), precision=precision, **changes)


def observed(when: str | datetime, *posts: Post, **changes: Any) -> Observation:
    moment = at(when) if isinstance(when, str) else when
    base = Observation(
        platform=Platform.WEIBO,
        source="test",
        url="https://weibo.com/u/1000001",
        observed_at=moment,
        outcome=Outcome.OK,
        account_id="1000001",
        posts=posts,
        proves=ALL,
        evidence=f"e:{moment:%Y-%m-%d %H:%M}",
    )
    return replace(base, **changes)


def seen_with(last: str, *, shown: str | None = None, fact: str | None = None, **changes: Any) -> AccountState:
    """An account whose newest post is ``last``, with silence shown at ``shown``."""
    newest = fact or shown or last
    base = AccountState(
        attempted_at=at(newest),
        fact=dated_evidence(newest),
        first_fact_at=at(last),
        alive=dated_evidence(newest),
        outcome=Outcome.OK,
        last_post_at=at(last),
        last_post=dated_evidence(last),
        silence_shown=dated_evidence(shown) if shown else None,
    )
    return replace(base, **changes)


DAY = timedelta(days=1)
