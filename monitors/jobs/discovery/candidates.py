"""Found accounts become suspects: whose they are, and what a person decides about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.discovery.clones import LookalikeMatch
from monitors.app_context import AppContext
from monitors.jobs import case_actions
from monitors.policy_registry import own_schools, protected_of
from rules.accounts.identity import account_key, identity
from rules.accounts.verified_owner import is_organization, is_own_unit
from rules.candidates import (
    PERSONAL_KEPT,
    Candidate,
    CandidateKind,
    CandidateState,
    RegisterIndex,
    classify_candidate,
    decide_candidate,
    parent_domain,
)
from rules.cases.case import CaseError
from rules.model import Platform, SearchHit
from rules.names import Matcher, NameMatch, institution_of
from rules.policies.schema import Policy

ABOUT_NAMES = ("unregistered_name", "unfiled_account")
"""Rules whose cases stand on a suspect alone."""
NOBODY = NameMatch("", why="没有名称可以比对。")


class SuspectError(Exception):
    """A decision cannot be taken. Raised by `decide_candidate_as`; the command prints it and exits 2."""


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
    """The schools searched for, one matcher that knows all schools of this context, and every register's keys."""

    homes: Mapping[str, SchoolScope]
    matcher: Matcher
    filed: frozenset[str]


def hunt_of(context: AppContext, schools: Sequence[str] = ()) -> ScreeningContext:
    """The schools that have both a policy and a register here, or those of them that are named."""
    own = {p.code: p for p in own_schools(context.policies, demo=context.settings.demo)}
    registers = {code: RegisterIndex.of(context.store.filings.all(code)) for code in context.schools}
    homes = {c: SchoolScope(own[c], r) for c, r in registers.items() if c in own and (not schools or c in schools)}
    filed = frozenset(key for register in registers.values() for key in register.keys)
    return ScreeningContext(homes, Matcher([protected_of(policy) for policy in own.values()]), filed)


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
        expires_at=now + PERSONAL_KEPT if personal else None,
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


TRIES = 5
"""Times a decision is taken again because a search met the same account in between."""


def decide_candidate_as(
    context: AppContext,
    school: str,
    key: str,
    state: CandidateState,
    *,
    by: str,
    reason: str = "",
    unit: str = "",
    expected: CandidateState | None = None,
) -> tuple[Candidate, list[str]]:
    """A person's decision, and what became of the cases that stand on this suspect. ``unit``: whose the account is (of a
    group: its creator's unit), to whom its papers go. ``expected``: the state that the person had before them, where they
    chose from a page; without it a decision may be changed. Raises SuspectError, SuspectTaken.

    The one way for the command line and the console. An excluded one is never raised again unless its name changes.
    """
    for _ in range(TRIES):
        candidate = context.store.candidates.one(school, key)
        if candidate is None:
            raise SuspectError(f"没有这个疑似账号：{school} {key}。可以用 xunjian suspect list 查看。")
        if expected is not None and candidate.state is not expected:
            raise SuspectTaken(_taken(candidate))
        expected = candidate.state  # a search may meet it again meanwhile; another person's decision stands
        try:
            decided = decide_candidate(candidate, state, by=by, reason=reason, now=context.clock(), unit=unit)
        except ValueError as error:
            raise SuspectError(str(error)) from error
        if context.store.candidates.save(decided, known=candidate):
            excluded = state is CandidateState.EXCLUDED
            return decided, dismiss_cases(context, decided) if excluded else []
    raise SuspectError(f"疑似账号 {key} 正在被搜索任务更新，您的操作没有保存，请稍后再试。")


def _taken(candidate: Candidate) -> str:
    who = f"由{candidate.decided_by}" if candidate.decided_by else "由他人"
    when = f"于 {candidate.decided_at:%Y-%m-%d %H:%M} " if candidate.decided_at else ""
    return f"“{candidate.name[:40]}”已{who}{when}作出决定（{candidate.state.label}），您的操作没有保存。"


def dismiss_cases(context: AppContext, excluded: Candidate) -> list[str]:
    """Dismiss the open cases about an excluded suspect; what was already sent has to be withdrawn by a person."""
    told = []
    for case in context.store.cases.open(excluded.school):
        if case.account != excluded.key or case.rule not in ABOUT_NAMES:
            continue
        try:
            case_actions.dismiss(context, case.number, by=excluded.decided_by, reason=excluded.decision_reason)
            told.append(f"条目 {case.number} 已认定不属实。")
        except CaseError as error:
            told.append(f"{error}；如认定有误，请用 xunjian case withdraw {case.number} 撤回。")
    return told


def close_registered(context: AppContext, hunt: ScreeningContext) -> int:
    """Suspects whose account has come into the register since wait for nobody any more."""
    now, done = context.clock(), 0
    for candidate in context.store.candidates.all(state=CandidateState.WAITING):
        home = hunt.homes.get(candidate.school)
        if home and candidate.key in home.register.keys:
            filed = decide_candidate(candidate, CandidateState.FILED, by="系统", reason="台账中已有这个账号。", now=now)
            done += context.store.candidates.save(filed, known=candidate)
    return done
