"""What the looks, the register and the name say together: whose account it is, and which clauses speak of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitors.app_context import AppContext
from monitors.jobs.check import beside
from monitors.jobs.discovery.candidates import NOBODY, ScreeningContext
from monitors.jobs.scan.register import Known, known
from monitors.policy_registry import own_schools
from rules.accounts.identity import account_key, identity
from rules.accounts.pasted_target import ScanTarget
from rules.accounts.state import apply_observation
from rules.accounts.verified_owner import is_own_unit
from rules.calendar import china_calendar
from rules.candidates import Candidate, CandidateKind, CandidateState, RegisterIndex, classify_candidate, parent_domain
from rules.evaluation import evaluate, school_context
from rules.model import Account, AccountState, Filing, Finding, Observation, Platform, SearchHit, Suspicion
from rules.names import NameKind, NameMatch, NameVerdict, institution_of
from rules.policies.schema import Policy
from storage.filings import key_of

DISGUISED = frozenset({
    NameKind.SYMBOL, NameKind.LETTER, NameKind.DIGIT, NameKind.PINYIN, NameKind.HOMOPHONE, NameKind.SHAPE, NameKind.REORDERED,
})  # fmt: skip
"""Ways to write a school's name that a unit of the school does not use by mistake."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Whose account it is and why. ``page_name`` is what a page showed; else the name is only what was pasted."""

    suspect: ScanTarget
    looks: Sequence[Observation]
    fact: Observation | None
    found: SearchHit
    page_name: str
    key: str
    known: Known
    filings: tuple[Filing, ...]
    seen: Mapping[str, AccountState]
    match: NameMatch
    kind: CandidateKind
    why: str

    @property
    def elsewhere(self) -> bool:
        """Whether the register has the name, but not on the platform that was named: another account's clauses say
        nothing here."""
        return bool(self.filings) and not self.known.by_id and not self.known.by_name

    @property
    def same_account(self) -> list[Candidate]:
        """What was found earlier of this very account."""
        return [c for c in self.known.suspects if c.key == self.key]


def judge(
    context: AppContext,
    suspect: ScanTarget,
    looks: Sequence[Observation],
    hunt: ScreeningContext,
    filings: Sequence[Filing],
) -> Judged:
    """Everything that is known of what was pasted, after the look."""
    facts = [look for look in looks if look.outcome.is_fact]
    fact = next((look for look in facts if look.name or look.posts), next(iter(facts), None))
    page_name = next((look.name for look in facts if look.name), "") or ""
    found = _found(suspect, facts, fact, page_name)
    match = hunt.matcher.screen(found.name) if found.name else NOBODY
    policy = _policy(context, found, match)
    names = (*policy.names.full, *policy.names.short, *policy.names.historic) if policy else ()
    on_file = known(filings, context.store.candidates.all(), suspect, found, names)
    named = on_file.by_name if page_name or not (suspect.url or (suspect.platform and suspect.account_id)) else ()
    named = named or (() if suspect.has_page else on_file.elsewhere)
    filed = on_file.by_id or named
    if filed and suspect.platform is None:
        found = _on(found, filed[0], on_file)
    key = account_key(found.platform, found.account_id, suspect.url, found.name)
    ours = RegisterIndex.of(f for f in filings if policy and f.school == policy.code)
    if filed:
        kind, why = CandidateKind.REGISTERED, _registered(on_file, filed, suspect, page_name)
    elif not suspect.has_page or page_name or _host_speaks(found, fact):
        kind, why = _by_name_and_host(found, match, ours, policy, on_file, suspect, page_name)
    else:
        kind, why = _unseen(suspect, found, match, policy, on_file, fact)
    return Judged(suspect=suspect, looks=looks, fact=fact, found=found, page_name=page_name, key=key, known=on_file,
                  filings=tuple(filed), seen=_seen(context, looks, key, filed), match=match, kind=kind, why=why)  # fmt: skip


def _found(suspect: ScanTarget, facts: Sequence[Observation], fact: Observation | None, page_name: str) -> SearchHit:
    return SearchHit(
        platform=(fact.platform if fact else suspect.platform) or Platform.OTHER,
        name=page_name or suspect.name,
        account_id=next((look.account_id for look in facts if look.account_id), "") or suspect.account_id,
        url=suspect.url,
        verified_body=next((look.verified_body for look in facts if look.verified_body), "") or "",
    )


def _on(found: SearchHit, filing: Filing, on_file: Known) -> SearchHit:
    """The platform, and the name where only an id was pasted, as the register has them."""
    platform = filing.platform if on_file.by_id else found.platform  # a bare name may be filed on several
    return SearchHit(platform=platform, name=found.name or filing.name, account_id=found.account_id, url=found.url,
                 verified_body=found.verified_body)  # fmt: skip


def _policy(context: AppContext, found: SearchHit, match: NameMatch) -> Policy | None:
    """The policy of the school that this concerns: by host, by verified body, by name."""
    for policy in own_schools(context.policies, demo=context.settings.demo):
        if found.platform is Platform.WEBSITE and parent_domain(_host(found), policy.domains):
            return policy
        if found.verified_body and is_own_unit(found.verified_body, (policy.school, *policy.names.full)):
            return policy
    return context.policies.get(match.school or "")


def _host(found: SearchHit) -> str:
    return identity(Platform.WEBSITE, "", found.url or found.account_id).partition("/")[0].partition(":")[0]


def _host_speaks(found: SearchHit, fact: Observation | None) -> bool:
    """A website that answered is its host, whether or not its page bears a name."""
    return fact is not None and found.platform is Platform.WEBSITE and bool(found.name or fact.posts)


def _registered(on_file: Known, filed: Sequence[Filing], suspect: ScanTarget, page_name: str) -> str:
    numbers = "、".join(f"{f.id} {f.platform.label}“{f.name}”" for f in filed[:3]) + ("等" if len(filed) > 3 else "")
    if on_file.by_id:
        return f"账号标识与备案台账一致（{numbers}）。"
    if suspect.has_page and page_name:
        return f"名称与备案台账一致（{numbers}）；页面没有给出可以直接比对的账号标识。"
    if suspect.platform and not on_file.by_name:
        where = suspect.platform.label
        return (
            f"备案台账中有同名账号（{numbers}），但没有同名的{where}。您看到的如果是{where}，请粘贴它的主页链接核对。"
        )
    return f"备案台账中有同名账号（{numbers}）。只凭名称不能确认您看到的就是它，请粘贴账号主页的链接核对。"


def _by_name_and_host(
    found: SearchHit,
    match: NameMatch,
    ours: RegisterIndex,
    policy: Policy | None,
    on_file: Known,
    suspect: ScanTarget,
    page_name: str,
) -> tuple[CandidateKind, str]:
    school, domains = ([policy.school, *policy.names.full], policy.domains) if policy else ([], ())
    kind, why = classify_candidate(found, match, ours, school, institution_of, domains=domains)
    beside = _beside(on_file)
    if kind is CandidateKind.CLEAR and suspect.has_page and not page_name and found.platform is not Platform.WEBSITE:
        return CandidateKind.UNSEEN, f"没有看到账号名称，无法判断。{beside}"
    if kind is CandidateKind.SUSPECT and beside and not page_name and match.kind not in DISGUISED:
        return CandidateKind.REVIEW, f"{beside}如不是同一个账号：{match.why}"
    return kind, f"{beside}{why}" if kind.needs_review else why


def _unseen(
    suspect: ScanTarget,
    found: SearchHit,
    match: NameMatch,
    policy: Policy | None,
    on_file: Known,
    fact: Observation | None,
) -> tuple[CandidateKind, str]:
    """Nobody saw whose it is: the name that was pasted along can raise a question, never settle one."""
    hidden = "页面上没有看到账号名称" if fact else "没有看到页面" if suspect.url else "只有账号ID，没有看到页面"
    beside = _beside(on_file)
    if found.name and on_file.by_name:
        number = "、".join(f.id for f in on_file.by_name[:3])
        return CandidateKind.UNSEEN, f"{hidden}，不能确认它是不是台账中的同名账号（{number}）。"
    if match.verdict in (NameVerdict.FLAG, NameVerdict.REVIEW):
        doubtful = match.verdict is NameVerdict.REVIEW or (beside and match.kind not in DISGUISED)
        kind = CandidateKind.REVIEW if doubtful else CandidateKind.SUSPECT
        return kind, f"{hidden}；{beside}仅据所粘贴文字中的名称“{found.name}”：{match.why}"
    host = _host(found) if found.platform is Platform.WEBSITE else ""
    if host and policy and (domain := parent_domain(host, policy.domains)):
        return CandidateKind.UNSEEN, f"{hidden}。{host} 在学校域名 {domain} 之下，但备案台账中没有这个网站。"
    not_filed = "台账中也没有这个账号标识。" if found.account_id else ""
    return CandidateKind.UNSEEN, f"{hidden}，不知道账号名称，不能判断是否与学校有关。{not_filed}"


def _beside(on_file: Known) -> str:
    """What the register has that is easily taken for it."""
    said = ""
    if on_file.elsewhere:
        filed = "、".join(f"{f.platform.label}（{f.id}）" for f in on_file.elsewhere[:3])
        said += f"台账中有同名账号，但平台或账号标识不同：{filed}，请先核对。"
    if on_file.near:
        said += f"与台账中{'、'.join(f'“{f.name}”（{f.id}）' for f in on_file.near[:3])}名称相近，请先核对是不是同一个账号。"
    return said


def _seen(
    context: AppContext, looks: Sequence[Observation], key: str, filed: Sequence[Filing]
) -> dict[str, AccountState]:
    """What is known of each account; of a filed one that is more than this one look."""
    if filed:
        return context.store.observations.states(list({key_of(f) for f in filed}), context.clock())
    seen = None
    for look in sorted(looks, key=lambda each: each.observed_at):
        seen = apply_observation(seen, look, key=key)
    return {key: seen} if seen else {}


def accounts_of(judged: Judged) -> list[Account]:
    """The accounts that clauses are asked about: the filed ones, else the suspect where its page was seen."""
    if judged.elsewhere:
        return []
    if judged.filings:
        return [
            Account(school=f.school, platform=f.platform, key=key_of(f), filing=f, seen=judged.seen.get(key_of(f)))
            for f in judged.filings
        ]
    if not judged.kind.needs_review or not judged.match.school or judged.fact is None:
        return []
    seen = judged.seen.get(judged.key)
    return [Account(school=judged.match.school, platform=judged.found.platform, key=judged.key, seen=seen,
                    suspicion=_suspicion(judged, seen))]  # fmt: skip


def findings_of(context: AppContext, judged: Judged, now: datetime) -> list[tuple[Account, Policy, list[Finding]]]:
    """Every clause of the school's policy, account by account."""
    found = []
    for account in accounts_of(judged):
        policy = context.policies.get(account.school)
        if policy:
            school = school_context(policy, beside(context, [account]), china_calendar())
            found.append((account, policy, list(evaluate([account], policy, school, now))))
    return found


def _suspicion(judged: Judged, seen: AccountState | None) -> Suspicion:
    match, looked = judged.match, seen.alive if seen else None
    return Suspicion(
        term=match.term or "",
        kind=match.kind.value if match.kind else "",
        why=judged.why,
        name=judged.found.name,
        own_body=judged.kind == CandidateKind.UNFILED,
        confirmed_by=next((c.decided_by for c in judged.same_account if c.state is CandidateState.CONFIRMED), ""),
        review=True,
        evidence=(looked.evidence,) if looked else (),
        seen_at=looked.at if looked else None,
    )
