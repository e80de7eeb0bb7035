"""What a day's finding does to a case, event by event with its reason, at the limits of each term."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from rules.calendar import china_calendar
from rules.cases.case import Case
from rules.cases.reconcile import DraftHold, reconcile
from rules.model import CaseState, Finding, Verdict
from tests.support.cases import DAY, NOW, SIAS, finding, notified, opened
from tests.support.factories import at

SECOND = timedelta(seconds=1)
READ_AGAIN, RELAPSE, DISMISSAL_HOLD = timedelta(hours=20), timedelta(days=7), timedelta(days=30)
CURED = finding(verdict=Verdict.COMPLIANT, reason="昨日已更新", since=None, shown_at=NOW + 2 * DAY)
AGAIN = finding(shown_at=NOW + 2 * DAY)
RESOLVED = replace(notified(), state=CaseState.RESOLVED, resolved_at=NOW, closing_reason="已更新")
DISMISSED = replace(opened(), state=CaseState.DISMISSED, settled_at=NOW)
CLOSED = replace(opened(), state=CaseState.CLOSED, settled_at=NOW, resolved_at=NOW)
OTHERWISE = replace(AGAIN, since=None, reason="另一种说法")


def told(case: Case, found: Finding, now: datetime, hold: DraftHold | None = None) -> list[str]:
    numbers = count(2)
    cases = {found.key: case}
    changes = reconcile(
        cases, [found], SIAS, now, lambda: f"XJ-{next(numbers)}", china_calendar(), *([hold] if hold else [])
    )
    return [f"{event.number} {event.kind.value}：{event.reason}" for _, events in changes for event in events]


NEW = "XJ-2 opened：已超过2个月"
ROWS: list[tuple[str, Case, Finding, datetime, list[str]]] = [
    ("shown anew", opened(), AGAIN, NOW + 2 * DAY, ["XJ-1 confirmed：已超过2个月"]),
    ("not shown anew", opened(), finding(), NOW + 2 * DAY, []),
    (
        "read off the register",
        opened(shown_at=None),
        finding(shown_at=None),
        NOW + READ_AGAIN,
        ["XJ-1 confirmed：已超过2个月"],
    ),
    ("read off it again too soon", opened(shown_at=None), finding(shown_at=None), NOW + READ_AGAIN - SECOND, []),
    (
        "cured before anybody was told",
        opened(),
        CURED,
        NOW + 2 * DAY,
        ["XJ-1 resolved：发文前已整改：昨日已更新", "XJ-1 closed：发文前已整改：昨日已更新"],
    ),
    (
        "the policy was eased before anybody was told",
        opened(),
        replace(CURED, eased=True),
        NOW + 2 * DAY,
        [
            "XJ-1 eased：制度文件已调整，按现行规定不再属于问题，并非已整改：昨日已更新",
            "XJ-1 closed：制度文件已调整，按现行规定不再属于问题，并非已整改：昨日已更新",
        ],
    ),
    ("cured", notified(), CURED, NOW + 2 * DAY, ["XJ-1 resolved：昨日已更新"]),
    (
        "the policy was eased",
        notified(),
        replace(CURED, eased=True),
        NOW + 2 * DAY,
        ["XJ-1 eased：制度文件已调整，按现行规定不再属于问题，并非已整改：昨日已更新"],
    ),
    ("cured and looked over already", RESOLVED, CURED, NOW + 2 * DAY, []),
    (
        "cured, closes by itself",
        replace(RESOLVED, closing="automatic"),
        CURED,
        NOW + 2 * DAY,
        ["XJ-1 closed：昨日已更新"],
    ),
    ("a relapse within the week", RESOLVED, AGAIN, NOW + RELAPSE, ["XJ-1 reopened：已超过2个月"]),
    (
        "a relapse after the week",
        RESOLVED,
        AGAIN,
        NOW + RELAPSE + SECOND,
        ["XJ-1 closed：已更新；其后再次发生的，另立条目", NEW],
    ),
    (
        "in order between",
        notified(),
        replace(AGAIN, in_order=((NOW + DAY, NOW + DAY),)),
        NOW + 2 * DAY,
        [
            "XJ-1 resolved：其间已符合要求；其后再次发生的，另立条目",
            "XJ-1 closed：其间已符合要求；其后再次发生的，另立条目",
            NEW,
        ],
    ),
    (
        "in order when the notice went out",
        notified(),
        replace(AGAIN, in_order=((NOW - DAY, NOW),)),
        NOW + 2 * DAY,
        ["XJ-1 withdrawn：发文时尚未超过期限，原通知有误：已超过2个月", NEW],
    ),
    (
        "cured when the notice went out",
        notified(),
        replace(CURED, in_order=((NOW - DAY, NOW),)),
        NOW + 2 * DAY,
        ["XJ-1 withdrawn：发文之前已符合要求，原通知有误：昨日已更新"],
    ),
    (
        "in order just until it",
        notified(),
        replace(AGAIN, in_order=((NOW - DAY, NOW - SECOND),)),
        NOW + 2 * DAY,
        ["XJ-1 confirmed：已超过2个月"],
    ),
    (
        "in order just from it",
        notified(),
        replace(AGAIN, in_order=((NOW, NOW + DAY),)),
        NOW + 2 * DAY,
        [
            "XJ-1 resolved：其间已符合要求；其后再次发生的，另立条目",
            "XJ-1 closed：其间已符合要求；其后再次发生的，另立条目",
            NEW,
        ],
    ),
    (
        "in order at the opening",
        opened(),
        replace(AGAIN, in_order=((NOW - DAY, NOW),)),
        NOW + 2 * DAY,
        [
            "XJ-1 resolved：其间已符合要求；其后再次发生的，另立条目",
            "XJ-1 closed：其间已符合要求；其后再次发生的，另立条目",
            NEW,
        ],
    ),
    (
        "in order before it",
        opened(),
        replace(AGAIN, in_order=((NOW - DAY, NOW - SECOND),)),
        NOW + 2 * DAY,
        ["XJ-1 confirmed：已超过2个月"],
    ),
    (
        "the number was confirmed",
        opened(school_to_confirm=True),
        AGAIN,
        NOW + 2 * DAY,
        [
            "XJ-1 resolved：学校已确认本条的期限，按现行制度另立条目",
            "XJ-1 closed：学校已确认本条的期限，按现行制度另立条目",
            NEW,
        ],
    ),
    (
        "it is not yet",
        opened(school_to_confirm=True),
        replace(AGAIN, school_to_confirm=True),
        NOW + 2 * DAY,
        ["XJ-1 confirmed：已超过2个月"],
    ),
    (
        "confirmed after the notice",
        replace(notified(), school_to_confirm=True),
        AGAIN,
        NOW + 2 * DAY,
        ["XJ-1 confirmed：已超过2个月"],
    ),
    (
        "another unit before any paper",
        opened(),
        replace(AGAIN, unit="校团委"),
        NOW + 2 * DAY,
        ["XJ-1 transferred：责任单位变更为“校团委”"],
    ),
    (
        "another unit after one",
        notified(),
        replace(AGAIN, unit="校团委"),
        NOW + 2 * DAY,
        ["XJ-1 closed：责任单位已由“图书馆”变更为“校团委”，另立条目", NEW],
    ),
    ("the same unit written otherwise", opened(), replace(finding(), unit=f"{SIAS.school} 图书馆"), NOW + DAY, []),
    ("no unit any more", opened(), replace(finding(), unit=""), NOW + DAY, []),
    ("put aside, said otherwise, held", DISMISSED, OTHERWISE, NOW + DISMISSAL_HOLD, []),
    (
        "put aside, said otherwise",
        DISMISSED,
        OTHERWISE,
        NOW + DISMISSAL_HOLD + SECOND,
        ["XJ-2 opened：另一种说法"],
    ),
    ("put aside, said the same", DISMISSED, replace(AGAIN, since=None), NOW + DISMISSAL_HOLD + SECOND, []),
    ("put aside, the same breach", DISMISSED, AGAIN, NOW + DISMISSAL_HOLD + SECOND, []),
    ("put aside, a later breach", DISMISSED, replace(AGAIN, since=at("2026-03-02")), NOW + DAY, [NEW]),
    ("closed after a cure", CLOSED, AGAIN, NOW + DAY, [NEW]),
    ("closed without one", replace(CLOSED, resolved_at=None), AGAIN, NOW + DAY, []),
    ("undetermined", notified(), replace(AGAIN, verdict=Verdict.UNDETERMINED), NOW + 2 * DAY, []),
]


@pytest.mark.parametrize(("why", "case", "found", "now", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_what_a_finding_does(why: str, case: Case, found: Finding, now: datetime, expected: list[str]) -> None:
    assert told(case, found, now) == expected


@pytest.mark.parametrize(
    ("hold", "surveyed", "due_at"),
    [
        (None, False, NOW),
        (DraftHold(surveying=True), True, NOW),
        (DraftHold(drafts_from=NOW + DAY), False, NOW + DAY),
        (DraftHold(drafts_from=NOW - DAY), False, NOW),
        (DraftHold(surveying=True, drafts_from=NOW + DAY), True, NOW + DAY),
    ],
)
def test_a_case_that_opens_in_a_survey_waits(hold: DraftHold | None, surveyed: bool, due_at: datetime) -> None:
    given = [hold] if hold else []
    ((case, events),) = reconcile({}, [finding()], SIAS, NOW, lambda: "XJ-1", china_calendar(), *given)
    assert (case.surveyed, case.steps[0].due_at) == (surveyed, due_at)
    assert events[-1].data.case == case


def test_a_case_that_is_open_already_waits_for_nothing_new() -> None:
    hold = DraftHold(surveying=True, drafts_from=NOW + 9 * DAY)
    for case in (opened(), notified()):
        ((after, events),) = reconcile({case.key: case}, [AGAIN], SIAS, NOW + 2 * DAY, str, china_calendar(), hold)
        assert (after.surveyed, after.steps) == (False, case.steps)
        assert events[-1].data.case is None


def test_a_later_paper_that_was_wrong_is_taken_back_alone() -> None:
    later = at("2026-04-04 09:00")
    case = replace(notified(), shown_at=later)
    case = replace(case, steps=tuple(replace(record, issued_at=record.issued_at or later) for record in case.steps))
    found = replace(AGAIN, in_order=((later - DAY, later),), shown_at=later + DAY)
    assert told(case, found, later + DAY)[0] == "XJ-1 revoked：发文时尚未超过期限，其后的文书有误：已超过2个月"
