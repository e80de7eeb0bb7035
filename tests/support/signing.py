"""One way for every test to send a paper of a ladder: drafted, proposed where two answer for it, signed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from rules.cases import signing, transitions
from rules.cases.case import Case, Transition
from rules.cases.signing import Signatory
from rules.model import Platform
from rules.people import TWO_PERSONS

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
