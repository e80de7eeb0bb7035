"""What every clause said of one filing, small enough to keep of a million: what the policy says besides is added again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from rules.evaluation import confirmed_basis
from rules.model import Finding, Platform, Verdict
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


def pack(findings: Iterable[Finding]) -> KeptAnswers:
    """Findings about one filing as they are kept."""
    found = list(findings)
    if not found:
        return KeptAnswers()
    first = found[0]
    answers = tuple(KeptAnswer(**{name: getattr(each, name) for name in OWN}) for each in found)
    return KeptAnswers(title=first.title, unit=first.unit, supervisor=first.supervisor, answers=answers)


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
