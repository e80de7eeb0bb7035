"""Which notices are due and why: the table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.notices.planning import EVERYONE, NoticeReason, owed_notices
from rules.cases.case import EventKind
from rules.model import DocumentType
from rules.policies.schema import OWN_UNIT, Addressee
from tests.alerts.sample import ANSWERS, NOW, case, event, issued, policy

OPENED, REOPENED, DELIVERED = event(EventKind.OPENED), event(EventKind.REOPENED), event(EventKind.DELIVERED)
APPEALED = event(EventKind.APPEALED, by="王某")
WITHDRAWN, DECIDED, CLOSED = (
    ANSWERS[document] for document in (DocumentType.CORRECTION, DocumentType.APPEAL_DECISION, DocumentType.CLOSURE)
)

FIRST = ("rectify", NoticeReason.FIRST, "体育学院", ("学校办公室（新闻中心）",))

TABLE = {
    "nothing happened": ([OPENED], []),
    "waiting for a signature": ([OPENED, event(EventKind.APPROVED, step="notice")], []),
    "first step": ([OPENED, issued("rectify")], [FIRST]),
    "delivered says nothing new": ([issued("rectify"), DELIVERED], [FIRST]),
    "climbed": (
        [issued("rectify"), DELIVERED, issued("notice", NOW + timedelta(days=31))],
        [
            FIRST,
            ("notice", NoticeReason.ESCALATION, EVERYONE, ("体育学院", "校领导")),
        ],
    ),
    "came back and climbed": (
        [issued("rectify"), REOPENED, issued("notice")],
        [
            FIRST,
            ("notice", NoticeReason.REPEATED, EVERYONE, ("体育学院", "校领导")),
        ],
    ),
    "shutdown goes to IT by its route": (
        [issued("shutdown")],
        [("shutdown", NoticeReason.FIRST, "体育学院", ("党委宣传部", "信息技术管理中心"))],
    ),
    "the same event twice": ([issued("rectify"), issued("rectify")], [FIRST]),
    "appeals decided twice": (
        [APPEALED, DECIDED, APPEALED, DECIDED],
        [
            ("appeal_decision", NoticeReason.APPEAL, "体育学院", ("学校办公室（新闻中心）",)),
            ("appeal_decision-2", NoticeReason.APPEAL, "体育学院", ("学校办公室（新闻中心）",)),
        ],
    ),
    "withdrawn: all who were told": (
        [WITHDRAWN],
        [("correction", NoticeReason.CORRECTION, EVERYONE, ("体育学院", "学校办公室（新闻中心）"))],
    ),
    "closed": ([CLOSED], [("closure", NoticeReason.CLOSURE, "体育学院", ())]),
    "withdrawn before anyone was told": ([event(EventKind.WITHDRAWN, document=DocumentType.CORRECTION, tell=())], []),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_what_is_due(name: str) -> None:
    events, expected = TABLE[name]
    found = owed_notices(case(), events, policy())
    assert [(notice.id.partition("/")[2], notice.reason, notice.to, notice.cc) for notice in found] == expected
    assert all(notice.id.startswith("SIAS-2026-0007/") and notice.reason.label in notice.why for notice in found)


def test_what_is_written_is_not_due_again_and_the_answer_never_changes() -> None:
    events = [issued("rectify"), issued("notice")]
    assert owed_notices(case(), events, policy()) == owed_notices(case(), events, policy())
    assert [n.step for n in owed_notices(case(), events, policy(), written={"SIAS-2026-0007/rectify"})] == ["notice"]


@pytest.mark.parametrize(
    ("changes", "to", "cc"),
    [
        ({"unit": ""}, "学校办公室（新闻中心）", ()),
        ({"unit": "", "supervisor": ""}, "党委宣传部", ()),
        ({"supervisor": OWN_UNIT}, "体育学院", ()),
        ({"supervisor": "体育学院"}, "体育学院", ()),
    ],
)
def test_an_unknown_unit_is_not_written_to_and_nobody_twice(
    changes: dict[str, object], to: str, cc: tuple[str, ...]
) -> None:
    (notice,) = owed_notices(case(**changes), [issued("rectify")], policy())
    assert (notice.to, notice.cc) == (to, cc)


def test_only_what_everyone_reads_is_public() -> None:
    events = [issued("rectify"), issued("notice"), issued("shutdown"), WITHDRAWN, CLOSED]
    public = {
        notice.step or notice.document.value for notice in owed_notices(case(), events, policy()) if notice.public
    }
    assert public == {"notice", "correction"}
    assert Addressee.SCHOOL in WITHDRAWN.data.tell


def test_a_closure_stands_on_the_look_that_showed_the_cure() -> None:
    resolved = event(EventKind.RESOLVED, evidence=("cure",))
    *_, closure = owed_notices(case(), [issued("rectify"), resolved, CLOSED], policy())
    assert closure.evidence == ("cure",)
    *_, relapsed = owed_notices(case(), [issued("rectify"), resolved, REOPENED, CLOSED], policy())
    assert relapsed.evidence == ()
