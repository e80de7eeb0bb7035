"""Accounts found by a search: whose they are, and what a person decided about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.identity import account_key
from rules.model import Filing, Found, Labelled, Platform, Suspicion
from rules.names import NameMatch, NameVerdict

PERSONAL_KEPT = timedelta(days=180)
"""How long a personal account is kept that nobody confirmed (least personal data)."""


class CandidateKind(Labelled):
    """What an account found outside is to the school."""

    REGISTERED = "registered", "已备案账号"
    UNFILED = "unfiled", "学校主体但未备案"
    SUSPECT = "suspect", "涉嫌擅用校名"
    REVIEW = "review", "名称有歧义，需人工判断"
    OTHER = "other", "其他单位"
    CLEAR = "clear", "与学校无关"

    @property
    def waits(self) -> bool:
        """True where a person has to look."""
        return self in (CandidateKind.UNFILED, CandidateKind.SUSPECT, CandidateKind.REVIEW)


class CandidateState(Labelled):
    """What a person said."""

    WAITING = "waiting", "待核实"
    CONFIRMED = "confirmed", "已确认"
    EXCLUDED = "excluded", "已排除"
    FILED = "filed", "已备案"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One found account and its decision. Personal accounts carry name, link, reason, evidence and expiry only."""

    school: str
    key: str
    platform: Platform
    name: str
    url: str
    kind: CandidateKind
    why: str
    term: str = ""
    match_kind: str = ""
    verified_body: str = ""
    personal: bool = False
    evidence: tuple[str, ...] = ()
    first_seen_at: datetime
    last_seen_at: datetime
    expires_at: datetime | None = None
    state: CandidateState = CandidateState.WAITING
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_reason: str = ""
    decided_name: str = ""

    def suspicion(self) -> Suspicion:
        """What the rules hear about it: until a person confirmed it, nothing is called a violation."""
        return Suspicion(
            term=self.term,
            kind=self.match_kind,
            why=self.why,
            own_body=self.kind == CandidateKind.UNFILED,
            confirmed_by=self.decided_by if self.state == CandidateState.CONFIRMED else "",
            evidence=self.evidence,
            review=self.state != CandidateState.CONFIRMED,
            seen_at=self.last_seen_at,
            name=self.name,
        )


@dataclass(frozen=True)
class Register:
    """The register as a search result meets it: by id, then by name."""

    keys: frozenset[str]
    names: frozenset[tuple[Platform, str]]

    @classmethod
    def of(cls, filings: Iterable[Filing]) -> Register:
        """From a school's filings."""
        known = list(filings)
        keys = frozenset(account_key(f.platform, f.account_id, f.url, f.name) for f in known)
        return cls(keys, frozenset((f.platform, _plain(f.name)) for f in known))


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def sort_out(
    found: Found,
    match: NameMatch,
    register: Register,
    school_names: Iterable[str],
    institution: Callable[[str], str | None],
) -> tuple[CandidateKind, str]:
    """Join a found account with the register by id, then name, then verified body; the kind and a sentence why.

    Another institution is never a suspect. ``institution`` names the institution of a verified body, if it is one.
    """
    if account_key(found.platform, found.account_id, found.url, found.name) in register.keys:
        return CandidateKind.REGISTERED, "账号标识与备案一致。"
    owner = institution(found.verified_body) if found.verified_body else None
    own = any(name and name in found.verified_body for name in school_names)
    if not found.account_id and (found.platform, _plain(found.name)) in register.names:
        return CandidateKind.REGISTERED, "名称与备案一致（搜索结果没有给出账号标识）。"
    if own:
        return CandidateKind.UNFILED, f"认证主体为“{found.verified_body}”，但备案台账中没有这个账号。"
    if owner:
        return CandidateKind.OTHER, f"认证主体为“{found.verified_body}”，属于{owner}。"
    if match.verdict == NameVerdict.FLAG:
        return CandidateKind.SUSPECT, match.why
    if match.verdict == NameVerdict.REVIEW:
        return CandidateKind.REVIEW, match.why
    if match.other_entity:
        return CandidateKind.OTHER, match.why
    return CandidateKind.CLEAR, match.why


def meet(known: Candidate | None, new: Candidate) -> Candidate:
    """The candidate after it was found again: a decision stands as long as the name is the one that was decided on."""
    if known is None:
        return new
    merged = replace(
        new,
        first_seen_at=known.first_seen_at,
        evidence=tuple(dict.fromkeys((*known.evidence, *new.evidence)))[-10:],
    )
    if known.state == CandidateState.WAITING or _plain(known.decided_name) != _plain(new.name):
        return merged
    decided = {"state": known.state, "decided_by": known.decided_by, "decided_at": known.decided_at}
    rest = {
        "decision_reason": known.decision_reason,
        "decided_name": known.decided_name,
        "expires_at": known.expires_at,
    }
    return replace(merged, **decided, **rest)  # type: ignore[arg-type]


def decide(candidate: Candidate, state: CandidateState, *, by: str, reason: str, now: datetime) -> Candidate:
    """A person's decision. Raises ValueError with a Chinese sentence when it lacks a name or a reason."""
    if not by.strip():
        raise ValueError("请写明是谁作的决定。")
    if state == CandidateState.EXCLUDED and not reason.strip():
        raise ValueError("排除一个疑似账号时请写明理由，以便今后查考。")
    expires = candidate.expires_at
    if candidate.personal:
        expires = None if state == CandidateState.CONFIRMED else now + PERSONAL_KEPT
    return replace(
        candidate,
        state=state,
        decided_by=by.strip(),
        decided_at=now,
        decision_reason=reason.strip(),
        decided_name=candidate.name,
        expires_at=expires,
    )
