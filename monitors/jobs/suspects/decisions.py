"""A person's decision on a suspect, and what becomes of its case at once; the one way for the console and the commands."""

from __future__ import annotations

from dataclasses import dataclass

from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import SuspectError, SuspectTaken
from monitors.jobs.suspects import cases
from rules.candidate_decisions import DecisionError, add_follow_up, decide_candidate, undo_decision
from rules.candidates import Candidate, CandidateState, ConfirmedKind, FollowUp, RegisterIndex
from rules.model import SearchHit

TRIES = 5
"""Times a decision is taken again because a search met the same account in between."""


@dataclass(frozen=True)
class Decided:
    """A candidate as it stands now, what became of its cases (sentences), and the numbers of those that are open."""

    candidate: Candidate
    notes: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


def decide_candidate_as(
    context: AppContext,
    school: str,
    key: str,
    state: CandidateState,
    *,
    by: str,
    reason: str = "",
    unit: str = "",
    kind: ConfirmedKind | None = None,
    expected: CandidateState | None = None,
) -> Decided:
    """A person's decision. ``unit``: whose the account is (of a group: its creator's unit), to whom its papers go; ``kind``:
    what a confirmed one is. ``expected``: the state that the person had before them, where they chose from a page;
    without it a decision may be changed. Raises SuspectError, SuspectTaken.

    A confirmed one has its case at once, an excluded one loses it; an excluded one is never raised again unless its name
    changes. Only what the register holds is 已备案.
    """
    for _ in range(TRIES):
        candidate = _found(context, school, key)
        if expected is not None and candidate.state is not expected:
            raise SuspectTaken(_taken(candidate))
        expected = candidate.state  # a search may meet it again meanwhile; another person's decision stands
        decided = _decided(context, candidate, state, by=by, reason=reason, unit=unit, kind=kind)
        if context.store.candidates.save(decided, known=candidate):
            return _followed(context, decided)
    raise SuspectError(f"疑似账号 {key} 正在被搜索任务更新，您的操作没有保存，请稍后再试。")


def _decided(
    context: AppContext,
    candidate: Candidate,
    state: CandidateState,
    *,
    by: str,
    reason: str,
    unit: str,
    kind: ConfirmedKind | None,
) -> Candidate:
    """The candidate with the decision on it. Raises SuspectError."""
    if state is CandidateState.FILED and not in_register(context, candidate):
        raise SuspectError(
            f"台账中没有“{candidate.name[:40]}”，不能按已备案处理。请先把它登记到台账（登记后会自动离开待核实）；"
            "台账中用的是别的名称或标识的，请先改正台账。"
        )
    try:
        kept = context.settings.retention.personal
        return decide_candidate(
            candidate, state, by=by, reason=reason, now=context.clock(), unit=unit, kind=kind, personal_kept=kept
        )
    except DecisionError as error:
        raise SuspectError(str(error)) from error


def undo(context: AppContext, school: str, key: str, *, by: str) -> Decided:
    """Take the last decision back within ten minutes; a case that it opened ends with it. Raises SuspectError, SuspectTaken."""
    candidate = _found(context, school, key)
    try:
        restored = undo_decision(candidate, context.clock())
    except DecisionError as error:
        raise SuspectError(str(error)) from error
    if not context.store.candidates.change(candidate, restored, "suspect.undone", context.clock()):
        raise SuspectTaken(_taken(context.store.candidates.one(school, key) or candidate))
    if candidate.state is CandidateState.CONFIRMED and restored.state is not CandidateState.CONFIRMED:
        reason = f"确认（{candidate.decided_by}）已由{by}撤销"
        return Decided(restored, tuple(cases.dismiss(context, restored, by=by, reason=reason)))
    return _followed(context, restored) if restored.state is CandidateState.CONFIRMED else Decided(restored)


def follow_up(context: AppContext, school: str, key: str, kind: FollowUp, *, by: str, note: str = "") -> Candidate:
    """Enter what was done about a confirmed one. Raises SuspectError, SuspectTaken."""
    candidate = _found(context, school, key)
    try:
        changed = add_follow_up(candidate, kind, by=by, note=note, now=context.clock())
    except DecisionError as error:
        raise SuspectError(str(error)) from error
    if not context.store.candidates.change(candidate, changed, f"suspect.{kind.value}", context.clock()):
        raise SuspectTaken(_taken(context.store.candidates.one(school, key) or candidate))
    return changed


def in_register(context: AppContext, candidate: Candidate) -> bool:
    """Whether the school's register holds this account, by id, else by name."""
    index = RegisterIndex.of(context.store.filings.all(candidate.school))
    stable = candidate.key.partition(":")[2]
    account_id = "" if stable.startswith("name=") else stable
    found = SearchHit(platform=candidate.platform, name=candidate.name, account_id=account_id, url=candidate.url)
    return candidate.key in index.keys or bool(index.has(found))


def _followed(context: AppContext, decided: Candidate) -> Decided:
    if decided.state is CandidateState.CONFIRMED:
        opened, notes = cases.open_now(context, decided)
        return Decided(decided, tuple(notes), tuple(opened))
    if decided.state is CandidateState.EXCLUDED:
        told = cases.dismiss(context, decided, by=decided.decided_by, reason=decided.decision_reason)
        return Decided(decided, tuple(told))
    return Decided(decided)


def _found(context: AppContext, school: str, key: str) -> Candidate:
    candidate = context.store.candidates.one(school, key)
    if candidate is None:
        raise SuspectError(f"没有这个疑似账号：{school} {key}。可以用 xunjian suspect list 查看。")
    return candidate


def _taken(candidate: Candidate) -> str:
    who = f"由{candidate.decided_by}" if candidate.decided_by else "由他人"
    when = f"于 {candidate.decided_at:%Y-%m-%d %H:%M} " if candidate.decided_at else ""
    return f"“{candidate.name[:40]}”已{who}{when}作出决定（{candidate.state.label}），您的操作没有保存。"
