"""What a person decides about a found account, how it is taken back, and what is done about it afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from rules.candidates import (
    Candidate,
    CandidateKind,
    CandidateState,
    ConfirmedKind,
    Decision,
    FollowUp,
    FollowUpRecord,
)
from rules.retention import PERSONAL_KEPT

UNDO = timedelta(minutes=10)
"""How long a decision can be taken back with one click."""


class DecisionError(ValueError):
    """A decision lacks something, or comes too late. Raised here; its text is a Chinese sentence for the person who asked."""


def usual_kind(candidate: Candidate) -> ConfirmedKind:
    """What a confirmed account most likely is, as the search has it: what a form offers first."""
    return {
        CandidateKind.UNFILED: ConfirmedKind.UNFILED,
        CandidateKind.CLONE: ConfirmedKind.IMPERSONATION,
    }.get(candidate.kind, ConfirmedKind.MISUSE)


def decide_candidate(
    candidate: Candidate,
    state: CandidateState,
    *,
    by: str,
    reason: str,
    now: datetime,
    unit: str = "",
    kind: ConfirmedKind | None = None,
    personal_kept: timedelta = PERSONAL_KEPT,
) -> Candidate:
    """A person's decision. ``unit``: whose the account is, where the person found out; ``kind``: what a confirmed one is;
    ``personal_kept``: for how long a personal one is kept now.

    Raises DecisionError when it lacks a name or a reason.
    """
    if state is CandidateState.WAITING:
        raise DecisionError("请选择属实、排除或已备案。")
    if not by.strip():
        raise DecisionError("请写明是谁作的决定。")
    if state is CandidateState.EXCLUDED and not reason.strip():
        raise DecisionError("排除一个疑似账号时请写明理由，以便今后查考。")
    expires = candidate.expires_at
    if candidate.personal:
        expires = None if state is CandidateState.CONFIRMED else now + personal_kept
    return replace(
        candidate,
        state=state,
        decided_by=by.strip(),
        decided_at=now,
        decision_reason=reason.strip(),
        decided_name=candidate.name,
        decided_kind=(kind or usual_kind(candidate)) if state is CandidateState.CONFIRMED else None,
        unit=unit.strip() or candidate.unit,
        expires_at=expires,
        before=_as_it_stands(candidate),
    )


def may_undo(candidate: Candidate, now: datetime) -> bool:
    """True while the last decision can be taken back: a person's, not older than ten minutes, nothing done on it since."""
    at = candidate.decided_at
    return candidate.before is not None and at is not None and now - at <= UNDO and not _done_since(candidate, at)


def undo_decision(candidate: Candidate, now: datetime) -> Candidate:
    """The candidate as it stood before its last decision. Raises DecisionError."""
    before = candidate.before
    if before is None:
        raise DecisionError(f"“{candidate.name[:40]}”没有可以撤销的决定。")
    if not may_undo(candidate, now):
        raise DecisionError(
            f"“{candidate.name[:40]}”的决定由{candidate.decided_by}作出，已超过十分钟或者已有后续办理，不能直接撤销；"
            "确需更改的，请重新作出决定并写明理由。"
        )
    return replace(
        candidate,
        state=before.state,
        decided_by=before.by,
        decided_at=before.at,
        decision_reason=before.reason,
        decided_name=before.name,
        decided_kind=before.kind,
        unit=before.unit,
        expires_at=before.expires_at,
        before=None,
    )


def add_follow_up(candidate: Candidate, kind: FollowUp, *, by: str, note: str, now: datetime) -> Candidate:
    """What was done about a confirmed account. Raises DecisionError."""
    if candidate.state is not CandidateState.CONFIRMED:
        raise DecisionError("先确认属实，再登记后续办理。")
    if not by.strip():
        raise DecisionError("请写明是谁办理的。")
    done = FollowUpRecord(kind=kind, at=now, by=by.strip(), note=note.strip())
    return replace(candidate, follow_ups=(*candidate.follow_ups, done))


def _done_since(candidate: Candidate, at: datetime) -> bool:
    return any(done.at >= at for done in candidate.follow_ups)


def _as_it_stands(candidate: Candidate) -> Decision:
    return Decision(
        state=candidate.state,
        by=candidate.decided_by,
        at=candidate.decided_at,
        reason=candidate.decision_reason,
        name=candidate.decided_name,
        kind=candidate.decided_kind,
        unit=candidate.unit,
        expires_at=candidate.expires_at,
    )
