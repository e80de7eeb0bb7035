"""Found accounts become suspects: whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.discovery.clones import LookalikeMatch
from monitors.app_context import AppContext
from monitors.policy_registry import own_schools, protected_of
from rules.accounts.identity import account_key, identity
from rules.accounts.verified_owner import is_organization, is_own_unit
from rules.candidate_decisions import decide_candidate
from rules.candidates import (
    Candidate,
    CandidateKind,
    CandidateState,
    RegisterIndex,
    classify_candidate,
    parent_domain,
)
from rules.model import Platform, SearchHit
from rules.names import Matcher, NameMatch, institution_of
from rules.policies.schema import Policy
from rules.retention import PERSONAL_KEPT

NOBODY = NameMatch("", why="没有名称可以比对。")


class SuspectError(Exception):
    """A decision cannot be taken. Raised by `monitors.jobs.suspects` and `list_suspect`; the command prints it and exits 2."""


class SuspectTaken(SuspectError):
    """Somebody else decided since the page or list was read; nothing was saved."""


@dataclass(frozen=True)
class SchoolScope:
    """A school as found accounts meet it: its policy (names, domains) and its register."""

    policy: Policy
    register: RegisterIndex

    @property
    def names(self) -> tuple[str, ...]:
        """What a verified body of the school's own begins with."""
        return tuple(dict.fromkeys((self.policy.school, *self.policy.names.full)))


@dataclass(frozen=True)
class ScreeningContext:
    """The schools searched for, one matcher that knows all schools of this context, every register's keys, and how long a
    personal account is kept."""

    homes: Mapping[str, SchoolScope]
    matcher: Matcher
    filed: frozenset[str]
    personal_kept: timedelta = PERSONAL_KEPT


def hunt_of(context: AppContext, schools: Sequence[str] = ()) -> ScreeningContext:
    """The schools that have both a policy and a register here, or those of them that are named."""
    own = {p.code: p for p in own_schools(context.policies, demo=context.settings.demo)}
    registers = {code: RegisterIndex.of(context.store.filings.all(code)) for code in context.schools}
    homes = {c: SchoolScope(own[c], r) for c, r in registers.items() if c in own and (not schools or c in schools)}
    filed = frozenset(key for register in registers.values() for key in register.keys)
    matcher = Matcher([protected_of(policy) for policy in own.values()])
    return ScreeningContext(homes, matcher, filed, context.settings.retention.personal)


def screen(
    hunt: ScreeningContext,
    found: SearchHit,
    now: datetime,
    *,
    evidence: Sequence[str] = (),
    copied: tuple[str, LookalikeMatch] | None = None,
) -> tuple[CandidateKind, str, Candidate | None]:
    """Whose a found account is, why, and the candidate where a person has to look. ``copied``: a school and the page.

    Of a personal account name, link, reason, evidence and an expiry date are kept; nothing else.
    """
    key = account_key(found.platform, found.account_id, found.url, found.name)
    match = hunt.matcher.screen(found.name) if found.name.strip() else NOBODY
    if key in hunt.filed:
        return CandidateKind.REGISTERED, "账号标识与备案一致。", None
    school = _whose(hunt, found, match, copied)
    if school is None:
        return CandidateKind.OTHER if match.other_entity else CandidateKind.CLEAR, match.why, None
    home = hunt.homes[school]
    copies = copied[1].sentence(_host(found)) if copied else ""
    kind, why = classify_candidate(
        found, match, home.register, home.names, institution_of, domains=home.policy.domains, copies=copies
    )
    if not kind.needs_review:
        return kind, why, None
    personal = found.platform is not Platform.WEBSITE and not is_organization(found.verified_body)
    ours = match.school == school
    candidate = Candidate(
        school=school,
        key=key,
        platform=found.platform,
        name=found.name,
        url=found.url,
        kind=kind,
        why=why,
        term=(match.term or "") if ours else "",
        match_kind=match.kind.value if ours and match.kind else "",
        verified_body="" if personal else found.verified_body,
        personal=personal,
        evidence=tuple(evidence),
        first_seen_at=now,
        last_seen_at=now,
        expires_at=now + hunt.personal_kept if personal else None,
    )
    return kind, why, candidate


def _whose(
    hunt: ScreeningContext, found: SearchHit, match: NameMatch, copied: tuple[str, LookalikeMatch] | None
) -> str | None:
    """The school that a found account concerns: by its host, its verified body, what it copies, its name."""
    for code, home in hunt.homes.items():
        if found.platform is Platform.WEBSITE and parent_domain(_host(found), home.policy.domains):
            return code
        if found.verified_body and is_own_unit(found.verified_body, home.names):
            return code
    if copied:
        return copied[0]
    return match.school if match.school in hunt.homes else None


def _host(found: SearchHit) -> str:
    return identity(Platform.WEBSITE, "", found.url).partition("/")[0].partition(":")[0]


def close_registered(context: AppContext, hunt: ScreeningContext) -> int:
    """Suspects whose account has come into the register since wait for nobody any more."""
    now, done = context.clock(), 0
    for candidate in context.store.candidates.all(state=CandidateState.WAITING):
        home = hunt.homes.get(candidate.school)
        if home and candidate.key in home.register.keys:
            filed = decide_candidate(
                candidate,
                CandidateState.FILED,
                by="系统",
                reason="台账中已有这个账号。",
                now=now,
                personal_kept=hunt.personal_kept,
            )
            done += context.store.candidates.save(filed, known=candidate)
    return done
