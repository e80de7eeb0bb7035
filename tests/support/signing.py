"""One way for every test to send a paper of a ladder: drafted, proposed where two answer for it, signed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from monitors.app_context import AppContext
from monitors.jobs import letters
from monitors.jobs.check import CheckReport, check
from monitors.jobs.surveys import close_survey
from rules.cases import signing, transitions
from rules.cases.case import Case, Transition
from rules.cases.signing import Signatory
from rules.model import Platform
from rules.people import TWO_PERSONS
from storage.notices import NoticeState

EDITOR, SIGNER = Signatory(display="陈经办"), Signatory(display="王部长", post="党委宣传部部长")


def signed(
    case: Case, now: datetime, by: Signatory = SIGNER, *, notice: str = "", frozen: Collection[Platform] = ()
) -> Transition:
    """The step that is due, sent as the policy has it: by itself, or under a signature. Raises CaseError."""
    if transitions.escalation_status(case, now, frozen).ready:
        return signing.issue(case, now, notice=notice, frozen=frozen)
    step = case.pending_step.step if case.pending_step else case.ladder[-1].code
    before: Transition = (case, ())
    if case.step_by_code(step).document in TWO_PERSONS and not (case.pending_step and case.pending_step.proposed_by):
        before = signing.propose(case, step, EDITOR, now, frozen=frozen)
    after, events = signing.sign(before[0], step, by, now, notice=notice, frozen=frozen)
    return after, before[1] + events


def check_and_sign(context: AppContext, school: str, by: Signatory = SIGNER) -> CheckReport:
    """A check, after which the office signs everything that lies before it, read as it lies there."""
    report = check(context, school, context.clock())
    survey = context.store.surveys.newest(school)
    if survey and survey.closed_at is None:
        close_survey(context, school, by="陈经办", drafts_from=context.clock().date())
    for row in context.store.outbox.all(school=school, state=NoticeState.DRAFT):
        sign_one(context, row.id, by)
    return report


def sign_one(context: AppContext, notice: str, by: Signatory = SIGNER) -> None:
    """Read a draft and sign it; where two answer for it, another proposes it first. Raises CaseError."""
    row = letters.letter_of(context, notice)
    case = context.store.cases.get(row.case_number)
    waiting = case.pending_step if case else None
    if (
        waiting
        and waiting.document in TWO_PERSONS
        and waiting.document == row.document_type
        and not waiting.proposed_by
    ):
        letters.propose(context, notice, EDITOR)
    letters.sign(context, notice, by, seen=letters.facts_read(context, notice))
