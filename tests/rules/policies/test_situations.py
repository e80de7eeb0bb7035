"""Situations at the edge of each regulation: what its text says of them, worked out by hand, against the packaged file.

Leap days, the last hour of a term, holidays that move a working day, blank cells, dates of the future, levels, platforms
that a regulation's own definition does not name, and numbers the school has not confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from rules.calendar import china_calendar
from rules.evaluation import evaluate, school_context
from rules.model import Account, AccountState, Filing, Verdict
from rules.policies.loader import bundled_policy
from tests.support.factories import at, dated_evidence, seen_with

FILING = TypeAdapter(Filing)
ORDINARY = {
    "id": "1", "platform": "weibo", "name": "示例账号", "unit": "图书馆", "account_id": "1000001", "level": "2",
    "opened_at": "2021-01-04", "filed_at": "2020-12-20", "first_owner": "甲", "direct_owner": "乙",
    "direct_owner_is_staff": True,
}  # fmt: skip
V, C, U = Verdict.VIOLATED, Verdict.COMPLIANT, Verdict.UNDETERMINED
"""None: the clause does not speak of such an account."""
Row = tuple[
    str, str, str, Verdict | None, Mapping[str, Any], tuple[str, str] | str | None, Mapping[str, Any] | None, bool
]
# school, rule, moment, answer; what differs from an ordinary filing; newest post ("" none ever) and newest look, or the
# look alone; another filing of the unit; True: the school has confirmed its numbers
SITUATIONS: tuple[Row, ...] = (
    ("sias", "inactivity", "2024-02-29 23:59", C, {}, ("2023-12-29 10:00", "2024-02-29 20:00"), None, False),
    ("sias", "inactivity", "2024-03-01 09:00", V, {}, ("2023-12-31 10:00", "2024-03-01 08:00"), None, False),
    ("sias", "inactivity", "2023-03-01 09:00", V, {}, ("2022-12-31 10:00", "2023-03-01 08:00"), None, False),
    ("sias", "inactivity", "2024-04-29 22:00", C, {}, ("2024-02-29 10:00", "2024-04-29 20:00"), None, False),
    ("sias", "inactivity", "2024-04-30 09:00", V, {}, ("2024-02-29 10:00", "2024-04-30 08:00"), None, False),
    ("sias", "inactivity", "2024-04-30 09:00", U, {}, ("2024-02-29 10:00", "2024-04-29 23:00"), None, False),
    ("sias", "inactivity", "2026-09-02 09:00", V, {}, ("2026-07-01 10:00", "2026-09-02 08:00"), None, False),
    ("sias", "inactivity", "2026-09-02 09:00", None, {"level": "1"}, ("2026-07-01 10:00", "2026-09-02 08:00"), None, False),
    ("sias", "inactivity", "2026-09-02 09:00", None, {"platform": "group"}, ("2026-07-01 10:00", "2026-09-02 08:00"), None, False),
    ("sias", "inactivity", "2026-09-02 09:00", V, {"platform": "website", "account_id": "a.sias.edu.cn", "url": "https://a.sias.edu.cn/"}, ("2026-07-01 10:00", "2026-09-02 08:00"), None, False),
    ("sias", "inactivity", "2026-04-02 09:00", C, {"opened_at": "2026-01-04", "filed_at": "2026-04-01"}, ("", "2026-04-02 08:00"), None, False),
    ("sias", "inactivity", "2026-06-02 09:00", V, {"opened_at": "2026-01-04", "filed_at": "2026-04-01"}, ("", "2026-06-02 08:00"), None, False),
    ("sias", "inactivity", "2026-04-02 09:00", V, {"opened_at": "2021-01-04", "filed_at": "2026-04-01"}, ("2025-12-01 10:00", "2026-04-02 08:00"), None, False),
    ("sias", "inactivity", "2026-09-02 09:00", C, {"status_changed_at": "2026-08-31"}, ("2026-05-01 10:00", "2026-09-02 08:00"), None, False),
    ("sias", "inactivity", "2026-11-01 09:00", V, {"status_changed_at": "2026-08-31"}, ("2026-05-01 10:00", "2026-11-01 08:00"), None, False),
    ("sias", "inactivity", "2026-09-02 09:00", V, {"status_changed_at": "2026-09-03"}, ("2026-05-01 10:00", "2026-09-02 08:00"), None, False),
    ("sias", "late_filing", "2026-10-12 09:00", C, {"opened_at": "2026-09-28", "filed_at": "2026-10-10"}, None, None, False),
    ("sias", "late_filing", "2026-10-12 09:00", V, {"opened_at": "2026-09-28", "filed_at": "2026-10-12"}, None, None, False),
    ("sias", "late_filing", "2026-10-12 09:00", None, {"platform": "website", "opened_at": "2026-09-01", "filed_at": "2026-10-12"}, None, None, False),
    ("sias", "late_filing", "2026-10-12 09:00", None, {"opened_at": "2020-09-06", "filed_at": "2021-10-12"}, None, None, False),
    ("sias", "late_filing", "2026-10-12 09:00", V, {"opened_at": "2020-09-07", "filed_at": "2021-10-12"}, None, None, False),
    ("sias", "late_filing", "2026-10-10 23:00", C, {"opened_at": "2026-09-28", "filed_at": None}, None, None, False),
    ("sias", "late_filing", "2026-10-11 00:00", U, {"opened_at": "2026-09-28", "filed_at": None}, None, None, False),
    ("dut", "inactivity", "2026-04-11 09:00", None, {"platform": "website", "account_id": "a.dlut.edu.cn", "url": "https://a.dlut.edu.cn/"}, ("2026-01-10", "2026-04-11 08:00"), None, False),
    ("dut", "inactivity", "2026-04-11 09:00", None, {"platform": "miniprogram"}, ("2026-01-10", "2026-04-11 08:00"), None, False),
    ("dut", "inactivity", "2026-04-11 09:00", V, {"level": "1"}, ("2026-01-10", "2026-04-11 08:00"), None, False),
    ("dut", "inactivity", "2026-04-11 09:00", C, {"status": "closed", "status_changed_at": "2026-03-01"}, ("2026-01-10", "2026-04-11 08:00"), None, False),
    ("dut", "duplicate_account", "2026-04-11 09:00", V, {"id": "2", "opened_at": "2022-01-01"}, None, {"id": "1"}, False),
    ("dut", "duplicate_account", "2026-04-11 09:00", C, {"id": "2", "platform": "app", "account_type": "教育型"}, None, {"id": "1", "platform": "app", "account_type": "服务型"}, False),
    ("dut", "duplicate_account", "2026-04-11 09:00", C, {"id": "2", "platform": "wechat"}, None, {"id": "1"}, False),
    ("dut", "duplicate_account", "2026-04-11 09:00", C, {"id": "2", "opened_at": "2022-01-01"}, None, {"id": "1", "status": "cancelled"}, False),
    ("dut", "late_filing", "2026-04-11 09:00", U, {"opened_at": "2015-01-04", "filed_at": "2018-01-01"}, None, None, False),
    ("bit", "annual_review", "2026-12-31 23:00", U, {"reviewed_at": "2025-12-10", "review_result": "missing"}, None, None, False),
    ("bit", "annual_review", "2027-01-01 08:00", U, {"reviewed_at": "2025-12-10", "review_result": "passed"}, None, None, False),
    ("bit", "annual_review", "2027-01-31 23:00", U, {"reviewed_at": "2025-12-10", "review_result": "passed"}, None, None, False),
    ("bit", "annual_review", "2027-02-01 08:00", V, {"reviewed_at": "2025-12-10", "review_result": "passed"}, None, None, False),
    ("bit", "annual_review", "2027-02-01 08:00", U, {"reviewed_at": "2026-11-28", "review_result": "passed"}, None, None, False),
    ("bit", "annual_review", "2027-02-01 08:00", C, {"reviewed_at": "2026-12-01", "review_result": "passed"}, None, None, False),
    ("bit", "annual_review", "2027-02-01 08:00", C, {"reviewed_at": "2027-01-15", "review_result": "passed"}, None, None, False),
    ("bit", "annual_review", "2027-02-01 08:00", C, {"opened_at": "2026-12-05", "filed_at": "2026-12-06"}, None, None, False),
    ("bit", "annual_review", "2027-02-01 08:00", C, {"opened_at": "2026-12-05", "filed_at": "2026-12-06", "reviewed_at": None}, None, None, False),
    ("bit", "annual_review", "2026-12-20 08:00", U, {"reviewed_at": "2026-12-31", "review_result": "passed"}, None, None, False),
    ("bit", "annual_review", "2026-12-20 08:00", V, {"reviewed_at": "2026-12-15", "review_result": "failed"}, None, None, False),
    ("bit", "annual_review", "2026-12-05 08:00", U, {"reviewed_at": "2024-12-10", "review_result": "passed"}, None, None, False),
    ("bit", "annual_review", "2026-11-30 08:00", V, {"reviewed_at": "2024-12-10", "review_result": "passed"}, None, None, False),
    ("bit", "annual_review", "2027-02-01 08:00", U, {"unit": "上海校友会", "category": "校友会", "reviewed_at": "2025-12-10", "review_result": "missing"}, None, None, False),
    ("bit", "inactivity", "2026-04-06 09:00", U, {}, ("2026-01-05", "2026-04-06 08:00"), None, False),
    ("bit", "inactivity", "2026-04-06 09:00", U, {"unit": "上海校友会", "category": "校友会"}, ("2026-01-05", "2026-04-06 08:00"), None, True),
    ("bit", "missing_owner", "2026-04-06 09:00", None, {"platform": "website", "first_owner": ""}, None, None, False),
    ("bit", "missing_owner", "2026-04-06 09:00", None, {"platform": "group", "first_owner": ""}, None, None, False),
    ("bit", "missing_owner", "2026-04-06 09:00", V, {"level": "1", "first_owner": ""}, None, None, False),
    ("nwpu-its", "annual_review", "2026-12-01 09:10", U, {"reviewed_at": "2025-11-20", "review_result": "passed"}, None, None, False),
    ("nwpu-its", "annual_review", "2026-12-30 23:10", U, {"reviewed_at": "2025-11-20", "review_result": "passed"}, None, None, False),
    ("nwpu-its", "annual_review", "2027-01-01 09:10", V, {"reviewed_at": "2025-11-20", "review_result": "passed"}, None, None, False),
    ("nwpu-its", "annual_review", "2027-01-01 09:10", U, {}, None, None, False),
    ("nwpu-its", "annual_review", "2027-01-01 09:10", C, {"reviewed_at": "2026-12-05", "review_result": "passed"}, None, None, False),
    ("nwpu-its", "annual_review", "2027-01-01 09:10", V, {"reviewed_at": "2025-12-05", "review_result": "passed"}, None, None, False),
    ("nwpu-its", "annual_review", "2027-01-01 09:10", None, {"platform": "website"}, None, None, False),
    ("nwpu-its", "annual_review", "2027-01-01 09:10", V, {"reviewed_at": "2025-11-20", "review_result": "missing"}, None, None, False),
    ("nwpu-its", "annual_review", "2026-12-31 09:10", V, {"reviewed_at": "2025-11-20", "review_result": "missing"}, None, None, False),
    ("nwpu-its", "annual_review", "2026-12-30 09:10", U, {"reviewed_at": "2025-11-20", "review_result": "missing"}, None, None, False),
    ("wut", "late_filing", "2026-11-01 09:00", C, {"opened_at": "2026-10-12", "filed_at": "2026-10-08"}, None, None, False),
    ("wut", "late_filing", "2026-11-01 09:00", V, {"opened_at": "2026-10-12", "filed_at": "2026-10-09"}, None, None, False),
    ("wut", "late_filing", "2026-11-01 09:00", None, {"level": "1", "opened_at": "2026-10-12", "filed_at": "2026-10-09"}, None, None, False),
    ("wut", "late_filing", "2026-11-01 09:00", None, {"level": "3", "opened_at": "2026-10-12", "filed_at": "2026-10-09"}, None, None, False),
    ("wut", "late_filing", "2026-11-01 09:00", U, {"level": None, "opened_at": "2026-10-12", "filed_at": "2026-10-09"}, None, None, False),
    ("wut", "annual_review", "2027-02-01 09:00", U, {"reviewed_at": "2025-11-20", "review_result": "missing"}, None, None, False),
    ("wut", "annual_review", "2027-01-01 09:00", U, {"reviewed_at": "2026-11-20", "review_result": "failed"}, None, None, False),
    ("wut", "annual_review", "2027-02-01 09:00", C, {"reviewed_at": "2026-12-10", "review_result": "passed"}, None, None, False),
    ("wut", "self_check", "2026-07-20 09:00", C, {"self_checked_at": "2026-01-10"}, None, None, False),
    ("wut", "self_check", "2026-12-31 09:00", C, {"self_checked_at": "2026-01-10"}, None, None, False),
    ("wut", "self_check", "2027-01-31 22:00", U, {"self_checked_at": "2026-01-10"}, None, None, False),
    ("wut", "self_check", "2027-02-01 09:00", V, {"self_checked_at": "2026-01-10"}, None, None, False),
    ("wut", "self_check", "2027-02-01 09:00", C, {"self_checked_at": "2027-01-10"}, None, None, False),
    ("wut", "self_check", "2027-02-01 09:00", C, {"opened_at": "2026-08-10", "filed_at": "2026-08-01", "self_checked_at": "2026-01-10"}, None, None, False),
    ("wut", "expired_project", "2028-05-29 22:00", C, {"project_ends_at": "2028-02-29"}, ("2028-02-01", "2028-05-29 20:00"), None, False),
    ("wut", "expired_project", "2028-05-30 09:00", V, {"project_ends_at": "2028-02-29"}, ("2028-02-01", "2028-05-30 08:00"), None, False),
    ("wut", "missing_owner", "2028-05-30 09:00", None, {"level": "1", "first_owner": ""}, None, None, False),
    ("wut", "name_format", "2028-05-30 09:00", None, {"level": "3", "name": "吉他社"}, None, None, False),
    ("wut", "name_format", "2028-05-30 09:00", U, {"level": None, "name": "吉他社"}, None, None, False),
    ("wut", "closed_but_live", "2026-09-28 07:00", U, {"status": "closed", "status_changed_at": "2026-09-20"}, "2026-09-27 08:00", None, False),
    ("wut", "closed_but_live", "2026-09-28 07:00", V, {"status": "closed", "status_changed_at": "2026-09-20"}, "2026-09-28 06:00", None, False),
    ("wut", "closed_but_live", "2026-09-28 07:00", C, {"status": "active", "status_changed_at": "2026-09-20"}, "2026-09-28 06:00", None, False),
)  # fmt: skip


def declared(code: str, changes: Mapping[str, Any]) -> Filing:
    return FILING.validate_python({**ORDINARY, "school": code, **changes})


def looked_at(look: tuple[str, str] | str | None) -> AccountState | None:
    if look is None:
        return None
    if isinstance(look, str):
        return seen_with(look)
    last, shown = look
    if last:
        return seen_with(last, shown=shown)
    shown_empty = dated_evidence(shown)
    return replace(seen_with(shown), last_post_at=None, last_post=None, silence_shown=None, empty=shown_empty)


@pytest.mark.parametrize("row", SITUATIONS, ids=lambda row: f"{row[0]}-{row[1]}-{row[2]}")
def test_the_answer_is_the_regulations(row: Row) -> None:
    code, rule, moment, expected, changes, look, other, confirmed = row
    policy = bundled_policy(code)
    if confirmed:
        clauses = tuple(clause.model_copy(update={"school_to_confirm": False}) for clause in policy.clauses)
        policy = policy.model_copy(update={"clauses": clauses})
    filing = declared(code, changes)
    filings = [filing, *([declared(code, other)] if other is not None else [])]
    account = Account(school=code, platform=filing.platform, key="k", filing=filing, seen=looked_at(look))
    found = evaluate([account], policy, school_context(policy, filings, china_calendar()), at(moment))
    said = {finding.verdict: finding.reason for finding in found if finding.rule == rule}
    assert set(said) == ({expected} if expected else set()), said
