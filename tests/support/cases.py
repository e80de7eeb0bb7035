"""A finding of the sias policy and the case it opens, for tests of what becomes of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from rules.calendar import china_calendar
from rules.cases import transitions
from rules.cases.case import Case
from rules.cases.reconcile import reconcile
from rules.model import Finding, Platform, Verdict
from rules.policies.loader import bundled_policy
from tests.support.factories import at
from tests.support.signing import signed

SIAS = bundled_policy("sias")


NOW = at("2026-03-02 09:00")


DAY = timedelta(days=1)


def finding(**changes: object) -> Finding:
    base = Finding(
        school="sias",
        platform=Platform.WEIBO,
        account="weibo:1",
        title="图书馆",
        unit="图书馆",
        supervisor="党委宣传部",
        rule="inactivity",
        clause="第六条(四)",
        basis="",
        verdict=Verdict.VIOLATED,
        reason="已超过2个月",
        evidence=("e",),
        shown_at=NOW - timedelta(hours=1),
        since=at("2026-03-01"),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def opened(**changes: object) -> Case:
    ((case, _),) = reconcile({}, [finding(**changes)], SIAS, NOW, lambda: "XJ-1", china_calendar())
    return case


def notified() -> Case:
    case, _ = signed(opened(), NOW)
    return transitions.register_delivery(case, "rectification", NOW + DAY, china_calendar())[0]
