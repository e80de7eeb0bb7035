"""Accounts found by a search: whose they are, and what a person decided about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from rules.accounts.identity import account_key, identity
from rules.accounts.state import same_account
from rules.accounts.verified_owner import is_other_institution, is_own_unit
from rules.model import Filing, LabeledEnum, Platform, SearchHit, Suspicion
from rules.names import NameMatch, NameVerdict


class CandidateKind(LabeledEnum):
    """What an account found outside is to the school."""

    REGISTERED = "registered", "已备案账号"
    UNFILED = "unfiled", "学校主体但未备案"
    CLONE = "clone", "疑似仿冒网站"
    SUSPECT = "suspect", "涉嫌擅用校名"
    REVIEW = "review", "名称有歧义，需人工判断"
    OTHER = "other", "其他单位"
    CLEAR = "clear", "与学校无关"
    UNSEEN = "unseen", "无法判断"

    @property
    def needs_review(self) -> bool:
        """True where a person has to look."""
        return self in (CandidateKind.CLONE, CandidateKind.UNFILED, CandidateKind.SUSPECT, CandidateKind.REVIEW)


class CandidateState(LabeledEnum):
    """What a person said."""

    WAITING = "waiting", "待核实"
    CONFIRMED = "confirmed", "已确认"
    EXCLUDED = "excluded", "已排除"
    FILED = "filed", "已备案"


class ConfirmedKind(LabeledEnum):
    """What a confirmed account is, in the words of the person who looked."""

    MISUSE = "misuse", "擅用校名"
    IMPERSONATION = "impersonation", "冒充"
    UNFILED = "unfiled", "未备案的校内账号"
    DORMANT = "dormant", "已停用"


class FollowUp(LabeledEnum):
    """What the office does about a confirmed account, outside the ladder."""

    COMPLAINT = "complaint", "平台投诉"
    TALK = "talk", "约谈"
    CYBERSPACE = "cyberspace", "转网信部门"
    REGISTER = "register", "纳入备案"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRecord:
    """One such step: who did it, when, and what came of it."""

    kind: FollowUp
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What stood before a decision, so that it can be taken back."""

    state: CandidateState = CandidateState.WAITING
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    name: str = ""
    kind: ConfirmedKind | None = None
    unit: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One found account and its decision. Personal accounts carry name, link, reason, evidence and expiry only.

    ``origin``: where it came from, where no search found it; never part of a paper. ``before``: what stood before the last
    decision. ``follow_ups``: what was done about it since. ``evidence_expired_at``: when the evidence of an excluded one was
    given up, its time being over; what is cited was found since.
    """

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
    decided_kind: ConfirmedKind | None = None
    unit: str = ""
    origin: str = ""
    before: Decision | None = None
    follow_ups: tuple[FollowUpRecord, ...] = ()
    evidence_expired_at: datetime | None = None

    @property
    def ours(self) -> bool:
        """True where it is an account of the school's own: as the person said, else as the search has it."""
        if self.decided_kind in (ConfirmedKind.MISUSE, ConfirmedKind.IMPERSONATION):
            return False
        return self.decided_kind is ConfirmedKind.UNFILED or self.kind is CandidateKind.UNFILED

    def suspicion(self) -> Suspicion:
        """What the rules hear about it: until a person confirmed it, nothing is called a violation."""
        return Suspicion(
            term=self.term,
            kind=self.match_kind,
            why=self.why,
            own_body=self.ours,
            confirmed_by=self.decided_by if self.state == CandidateState.CONFIRMED else "",
            evidence=self.evidence,
            review=self.state != CandidateState.CONFIRMED,
            seen_at=self.last_seen_at,
            name=self.name,
            unit=self.unit,
            body=self.verified_body,
        )


def clones_first(found: Iterable[Candidate]) -> list[Candidate]:
    """The same order, but a copy of the school's own site, which may be fishing for passwords, before everything else."""
    return sorted(found, key=lambda candidate: candidate.kind is not CandidateKind.CLONE)


class SearchLogEntry(NamedTuple):
    """When one question of the discovery plan was last asked, what came of it (a code) and how many rows."""

    at: datetime
    outcome: str
    results: int


@dataclass(frozen=True)
class RegisterIndex:
    """The register as a search result meets it: by id, then by name."""

    keys: frozenset[str]
    names: frozenset[tuple[Platform, str]]
    ids: Mapping[tuple[Platform, str], frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, filings: Iterable[Filing]) -> RegisterIndex:
        """From a school's filings."""
        keys, ids = set(), dict[tuple[Platform, str], frozenset[str]]()
        for f in filings:
            keys.add(account_key(f.platform, f.account_id, f.url, f.name))
            named = (f.platform, _plain(f.name))
            ids[named] = ids.get(named, frozenset()) | {identity(f.platform, f.account_id, f.url)}
        return cls(frozenset(keys), frozenset(ids), ids)

    def has(self, found: SearchHit) -> str:
        """Why this is a registered account, empty where it is not."""
        key = account_key(found.platform, found.account_id, found.url, found.name)
        if key in self.keys or (found.platform is Platform.WEBSITE and any(s in self.keys for s in _above(key))):
            return "账号标识与备案一致。"
        named = (found.platform, _plain(found.name))
        if found.platform is Platform.WEBSITE or named not in self.names:
            return ""
        if not found.account_id:
            return "名称与备案一致（搜索结果没有给出账号标识）。"
        if all(same_account(found.platform, found.account_id, known) for known in self.ids.get(named, ("",)) if known):
            return "名称与备案一致（两处账号标识的种类不同，无法直接比对）。"
        return ""


def _above(key: str) -> Iterable[str]:
    """A site lives in a folder of another: ``website:a.cn/x/y`` under ``website:a.cn/x`` under ``website:a.cn``."""
    parts = key.split("/")
    return ("/".join(parts[:n]) for n in range(1, len(parts)))


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def parent_domain(host: str, domains: Iterable[str]) -> str:
    """The school's domain that a host lies under, empty where it lies under none."""
    return next((domain for domain in domains if host == domain or host.endswith(f".{domain}")), "")


def classify_candidate(
    found: SearchHit,
    match: NameMatch,
    register: RegisterIndex,
    school_names: Iterable[str],
    institution: Callable[[str], str | None],
    *,
    domains: Iterable[str] = (),
    copies: str = "",
) -> tuple[CandidateKind, str]:
    """Join a found account with the register by id, then name, then verified body; the kind and a sentence why.

    Another institution is never a suspect. ``institution`` names the institution of a verified body, if it is one. Of a
    website its host decides: one under the school's ``domains`` is the school's whatever it says; ``copies`` is the
    sentence that says which page of the school's a foreign one copies.
    """
    if registered := register.has(found):
        return CandidateKind.REGISTERED, registered
    host = identity(Platform.WEBSITE, "", found.url).partition("/")[0] if found.platform is Platform.WEBSITE else ""
    if domain := parent_domain(host.partition(":")[0], domains):
        return CandidateKind.UNFILED, f"{host} 在学校域名 {domain} 之下，但备案台账中没有这个网站。"
    if copies:
        return CandidateKind.CLONE, copies
    names = tuple(school_names)
    owner = institution(found.verified_body) if found.verified_body else None
    if owner in names or (not owner and is_own_unit(found.verified_body, names)):
        return CandidateKind.UNFILED, f"认证主体为“{found.verified_body}”，但备案台账中没有这个账号。"
    if owner:
        return CandidateKind.OTHER, f"认证主体为“{found.verified_body}”，属于{owner}。"
    if is_other_institution(found.verified_body):
        return CandidateKind.OTHER, f"认证主体为“{found.verified_body}”，是另一所院校。"
    if match.verdict == NameVerdict.FLAG:
        return CandidateKind.SUSPECT, match.why
    if match.verdict == NameVerdict.REVIEW:
        return CandidateKind.REVIEW, match.why
    if match.other_entity:
        return CandidateKind.OTHER, match.why
    return CandidateKind.CLEAR, match.why


def merge_candidate(known: Candidate | None, new: Candidate) -> Candidate:
    """The candidate after it was found again: a decision stands as long as the name is the one that was decided on."""
    if known is None:
        return new
    merged = replace(
        new,
        first_seen_at=known.first_seen_at,
        evidence=tuple(dict.fromkeys((*known.evidence, *new.evidence)))[-10:],
        origin=new.origin or known.origin,
        evidence_expired_at=known.evidence_expired_at,
    )
    if known.state == CandidateState.WAITING or _plain(known.decided_name) != _plain(new.name):
        return merged
    return replace(
        merged,
        state=known.state,
        decided_by=known.decided_by,
        decided_at=known.decided_at,
        decision_reason=known.decision_reason,
        decided_name=known.decided_name,
        decided_kind=known.decided_kind,
        unit=known.unit,
        expires_at=known.expires_at,
        before=known.before,
        follow_ups=known.follow_ups,
    )
