"""What every clause said of one filing, small enough to keep of a million: what the policy says besides is added again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from rules.evaluation import Answered, confirmed_basis, unit_of
from rules.model import Account, Finding, Platform, RuleResult, Verdict
from rules.policies.schema import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """One `Finding` without what the account and the policy say of all of them."""

    rule: str
    clause: str
    verdict: Verdict
    reason: str
    evidence: tuple[str, ...] = ()
    shown_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    in_order: tuple[tuple[datetime, datetime], ...] = ()
    provisional: bool = False
    eased: bool = False
    ended: bool = False


OWN = tuple(each.name for each in fields(KeptAnswer))
"""What a finding has for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswers:
    """All findings about one filing, in the order of the clauses."""

    title: str = ""
    unit: str = ""
    supervisor: str = ""
    answers: tuple[KeptAnswer, ...] = ()

    @property
    def until(self) -> datetime | None:
        """When time alone may change one of them; None: never."""
        return min((answer.until for answer in self.answers if answer.until), default=None)

    def count(self, verdict: Verdict) -> int:
        """How many clauses answered so."""
        return sum(answer.verdict is verdict for answer in self.answers)


def pack(account: Account, office: str, answered: Iterable[Answered]) -> KeptAnswers:
    """What the clauses said of one filed account as it is kept. ``office``: who supervises it."""
    answers = tuple(_kept(each, each.answer) for each in answered)
    if not answers:
        return KeptAnswers()
    return KeptAnswers(title=account.title, unit=unit_of(account), supervisor=office, answers=answers)


def _kept(each: Answered, answer: RuleResult) -> KeptAnswer:
    return KeptAnswer(
        rule=each.rule,
        clause=each.clause,
        verdict=answer.verdict,
        reason=answer.reason,
        evidence=answer.evidence,
        shown_at=answer.shown_at,
        since=answer.since,
        until=answer.until,
        in_order=answer.in_order,
        provisional=answer.provisional,
        eased=each.eased,
        ended=each.ended,
    )


def unpack(kept: KeptAnswers, policy: Policy, platform: Platform, key: str) -> Iterator[Finding]:
    """The findings as `rules.evaluation.evaluate` gave them. ``policy``: the one they were made by."""
    for each in kept.answers:
        basis, to_confirm = confirmed_basis(policy, each.rule, each.clause)
        yield Finding(
            school=policy.code,
            platform=platform,
            account=key,
            title=kept.title,
            unit=kept.unit,
            supervisor=kept.supervisor,
            basis=basis,
            school_to_confirm=to_confirm,
            **{name: getattr(each, name) for name in OWN},
        )
