"""Fill in a planned notice from its case and policy; and take personal data out of what everyone may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from alerts.notices.edits import with_edits
from alerts.notices.notice import NO_EDITS, DraftEdits, EvidenceCitation, IssuingOffice, Notice, Reference
from alerts.notices.planning import PlannedNotice
from alerts.sanitize import mask_personal_data
from rules.cases.case import Case
from rules.model import DocumentType
from rules.policies.schema import LadderStep, Policy

UNNAMED = "（非备案账号，名称不予公布）"
"""An account without a responsible unit may be a person's: a public document does not name it."""


def draft(
    planned: PlannedNotice,
    case: Case,
    policy: Policy,
    office: IssuingOffice,
    *,
    number: str,
    issued_at: datetime,
    recipients: Sequence[str] = (),
    addressee_mailboxes: Sequence[str] = (),
    evidence: Sequence[EvidenceCitation] = (),
    proof: Sequence[EvidenceCitation] = (),
    earlier: Sequence[Reference] = (),
    signer: str = "",
    signer_post: str = "",
    note: str = "",
    edits: DraftEdits = NO_EDITS,
    demo: bool = False,
) -> Notice:
    """Fill in a planned notice. ``case`` is the case as it stands at ``issued_at`` (`alerts.notices.facts.present_case`).

    ``evidence`` defaults to the case's ids alone; ``proof``: of the ids that the answer stands on; ``earlier``: what went
    out before; ``signer``, ``signer_post``: the account's of who signs; ``note``: the office's own paragraph; ``edits``:
    what else it wrote over; ``number`` is empty for a draft.
    """
    step = next((step for step in case.ladder if step.code == planned.step), None)
    notice = Notice(
        id=planned.id,
        number=number,
        document=planned.document,
        paper=planned.document.label,
        addressee=planned.to,
        cc=planned.cc,
        upheld=planned.upheld,
        answer=planned.answer,
        partial=bool(planned.revoked),
        public=planned.public,
        office=office,
        recipients=tuple(dict.fromkeys(recipients)),
        addressee_mailboxes=tuple(dict.fromkeys(addressee_mailboxes)),
        issued_at=issued_at,
        evidence=tuple(evidence) or tuple(EvidenceCitation(id=item) for item in case.evidence),
        proof=tuple(proof) or tuple(EvidenceCitation(id=item) for item in planned.evidence),
        earlier=tuple(earlier),
        signer=signer,
        signer_post=signer_post,
        note=note,
        demo=demo or policy.demonstration,
        **_of_case(case, policy),
        **_of_step(planned, case, step),
        **_of_appeal(planned, case),
    )
    notice = with_edits(notice, edits)
    return _published(notice) if notice.public else notice


def _of_case(case: Case, policy: Policy) -> dict[str, Any]:
    """What the case and its clause contribute. The clause is the policy's of today; its number and rule are the case's."""
    clause = policy.clause_of(case.rule, case.clause)
    return {
        "school": case.school,
        "school_name": policy.school,
        "case": case.number,
        "platform": case.platform,
        "account": case.title,
        "unit": case.unit,
        "rule": case.rule,
        "reason": case.reason,
        "shown_at": case.shown_at,
        "regulation": _cited(policy),
        "clause": case.clause,
        "sentence": clause.sentence if clause else "",
        "problem": clause.problem if clause else "",
        "demand": clause.demand if clause else "",
    }


def _of_step(planned: PlannedNotice, case: Case, step: LadderStep | None) -> dict[str, Any]:
    """What the rung contributes, and the one that follows if nothing is done. A term that the school has not confirmed
    is nobody's deadline: it is not printed."""
    following = _following(case, step)
    following = None if following and following.school_to_confirm else following
    due = case.pending_step if _dated(planned, case, following) else None
    return {
        "act": step.title if step and step.title != planned.document.label else "",
        "step_clause": step.clause if step else "",
        "step_sentence": step.sentence if step else "",
        "school_to_confirm": case.school_to_confirm or bool(step and step.school_to_confirm),
        "within": str(following.after) if following and following.after.count > 0 else "",
        "next_step": following.label if following else "",
        "next_clause": following.clause if following else "",
        "due_at": due.due_at if due else None,
        "due_provisional": bool(due and due.provisional),
    }


def _of_appeal(planned: PlannedNotice, case: Case) -> dict[str, Any]:
    """Whose appeal a decision answers, what it said and since when the clock stood."""
    if planned.document is not DocumentType.APPEAL_DECISION or not case.appeals:
        return {}
    decided = [appeal for appeal in case.appeals if appeal.decided_at == planned.owed_since]
    one = decided[-1] if decided else case.appeals[-1]
    return {"appellant": one.by, "appealed_at": one.at, "appeal_reason": one.reason}


def _published(notice: Notice) -> Notice:
    """The same without personal data: what a document for everyone may say."""

    def masked(text: str) -> str:
        return mask_personal_data(
            text if notice.unit or len(notice.account) < 2 else text.replace(notice.account, UNNAMED)
        )

    return replace(
        notice,
        account=mask_personal_data(notice.account) if notice.unit else UNNAMED,
        reason=masked(notice.reason),
        answer=masked(notice.answer),
        evidence=_bare(notice.evidence),
        proof=_bare(notice.proof),
        note=masked(notice.note),
        office=replace(notice.office, email=""),
    )


def _bare(items: Sequence[EvidenceCitation]) -> tuple[EvidenceCitation, ...]:
    """Without addresses and page texts."""
    return tuple(EvidenceCitation(id=item.id, seen_at=item.seen_at) for item in items)


def _dated(planned: PlannedNotice, case: Case, following: LadderStep | None) -> bool:
    """True where the step that waits is the one this paper announces, or the one a rejected appeal sets going again."""
    if planned.document is DocumentType.APPEAL_DECISION:
        return planned.upheld is False
    return bool(case.pending_step and following and case.pending_step.step == following.code)


def _following(case: Case, step: LadderStep | None) -> LadderStep | None:
    """The rung after this one: what comes if nothing is done."""
    if step is None:
        return None
    codes = [rung.code for rung in case.ladder]
    return next(iter(case.ladder[codes.index(step.code) + 1 :]), None)


def _cited(policy: Policy) -> str:
    """《标题》（文号）, the order in which official documents cite one another."""
    title, document = policy.regulation.title, policy.regulation.document
    return f"《{title}》（{document}）" if document else f"《{title}》"
