"""The demonstration's office at work: the survey ended, some papers signed, printed, delivered, one held back."""

from __future__ import annotations

from monitors.app_context import AppContext
from monitors.demo.users import PEOPLE
from monitors.jobs import letters
from monitors.jobs.check import check
from monitors.jobs.delivery import deliver
from monitors.jobs.surveys import close_survey
from rules.cases.case import CaseError
from rules.cases.signing import Signatory
from rules.model import DocumentType
from rules.people import Role
from storage.notices import DeliveryWay, NoticeState, OutboxNotice

SIGNED = 5
"""How many papers are signed; the others lie before whoever looks at the demonstration."""


def work_the_desk(context: AppContext, school: str) -> None:
    """Leave a letter in every state, each moved by a person of the demonstration; nothing numbered leaves by itself."""
    editor, signer = (
        Signatory(display=PEOPLE[r][0], user=r.value, post=PEOPLE[r][1]) for r in (Role.EDITOR, Role.SIGNER)
    )
    survey = context.store.surveys.newest(school)
    if survey is None or survey.closed_at is not None:
        return  # an earlier start of this demonstration did it
    today = context.clock().date()
    close_survey(context, school, by=editor.display, drafts_from=today)
    check(context, school, context.clock())
    signed = [row for row in _drafts(context, school)[:SIGNED] if _sign(context, row.id, signer)]
    for row in signed[4:5]:
        letters.hold_back(context, row.id, by=signer.display, reason="与责任单位再作核实")
    deliver(context, context.clock())
    on_paper = [row.id for row in context.store.outbox.all(school=school, state=NoticeState.TO_PRINT)]
    numbered = [row.id for row in signed if row.id in on_paper]
    context.store.outbox.print_out(numbered[:2], context.clock())
    deliver(context, context.clock())  # enters what was printed into the cases
    for notice in numbered[:1]:
        letters.deliver(
            context, notice, day=today, way=DeliveryWay.IN_PERSON, receiver="单位办公室（演示）", by=editor.display
        )


def _drafts(context: AppContext, school: str) -> list[OutboxNotice]:
    rows = context.store.outbox.all(school=school, state=NoticeState.DRAFT)
    return [row for row in reversed(rows) if row.document_type == DocumentType.RECTIFICATION]


def _sign(context: AppContext, notice: str, signer: Signatory) -> bool:
    try:
        letters.sign(context, notice, signer, seen=letters.facts_read(context, notice))
    except CaseError:
        return False  # its account has posted since: the demonstration goes on with the next
    return True
