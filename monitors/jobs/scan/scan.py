"""即时核查: one polite look at whatever was pasted, and everything that follows from it on one page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.fetch.egress import AddressPolicy
from crawler.fetch.job import CrawlJob, FetchTask
from crawler.page.page import Page
from crawler.platforms import SPECS
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import ScreeningContext, hunt_of, screen
from monitors.jobs.scan.report import as_html
from monitors.jobs.scan.screenshots import studio
from monitors.jobs.sweep import new_crawl_job, run_crawl_job, target_of
from monitors.json_output import iso
from rules.accounts.identity import account_key, identity
from rules.accounts.pasted_target import ScanTarget, parse_target, platform_of
from rules.accounts.state import apply_observation
from rules.calendar import china_calendar
from rules.candidates import CandidateKind, RegisterIndex, classify_candidate
from rules.catalogue import RULES
from rules.evaluation import evaluate, school_context
from rules.model import (
    Account,
    AccountState,
    Filing,
    Finding,
    Observation,
    Outcome,
    Platform,
    SearchHit,
    Suspicion,
    Verdict,
)
from rules.names import Matcher, NameMatch, NameVerdict
from rules.names.search_terms import institution_of
from rules.policies.schema import Policy
from storage.evidence import EvidenceArchive, EvidenceError
from storage.filings import key_of

NOTHING, FOUND, UNSEEN = 0, 1, 3
"""Exit codes of the command; 2 is an unusable target."""
ORDER = (Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.COMPLIANT)


async def scan(context: AppContext, text: str, *, platform: str = "", shots: bool = True) -> dict[str, Any]:
    """Look once and report. ``platform`` says what an account id belongs to. Raises UnusableTarget or Refused."""
    suspect = parse_target(text) if not platform else ScanTarget(Platform(platform), name=text.strip())
    if suspect.url:
        AddressPolicy.of(context.settings.allowed_ranges).check_url(suspect.url)
    matching = asyncio.create_task(asyncio.to_thread(hunt_of, context))
    async with studio(context.settings.browser if shots else "/none") as opening:
        run, looks = await _look(context, suspect, platform, text)
        report = await asyncio.to_thread(_conclude, context, suspect, looks, await matching)
        report["run"], report["evidence"] = run, [look.evidence for look in looks if look.evidence]
        folder = context.settings.data / "scans" / (run or f"scan-{context.clock():%Y%m%d-%H%M%S}")
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        pages, stored = await opening, _html(context, looks)
        shot = await pages.picture(stored) if pages and stored else None
        if shot:
            (folder / "page.png").write_bytes(shot)
            report["screenshot"] = str(folder / "page.png")
        html = as_html(report, shot)
        (folder / "report.html").write_text(html, encoding="utf-8")
        report["report"] = str(folder / "report.html")
        if pages and (pdf := await pages.pdf(html)):
            (folder / "report.pdf").write_bytes(pdf)
            report["report_pdf"] = str(folder / "report.pdf")
    return report


async def _look(context: AppContext, suspect: ScanTarget, platform: str, text: str) -> tuple[str, list[Observation]]:
    """The run and what it saw; nothing is fetched for a name. A short link is followed to the account it leads to."""
    if suspect.platform is None:
        return "", []
    stable = identity(suspect.platform, text.strip() if platform else "", suspect.url)
    look = _plan(context, suspect.platform, stable, suspect.url)
    if look is None:
        return "", []
    order, seen = await _fetch(context, suspect.platform, look)
    landed = next((each.url for each in seen if each.url), "")
    if suspect.url and landed and landed != suspect.url and not any(each.outcome.is_fact for each in seen):
        found = platform_of(landed)
        further = _plan(context, found, identity(found, "", landed), landed)
        if further and (further.target.key != look.target.key or further.url != look.url):
            order, more = await _fetch(context, found, further)
            seen = more + seen
    return order.run, seen


def _plan(context: AppContext, platform: Platform, stable: str, url: str) -> FetchTask | None:
    """By the account's own sources where its id is known, else the given page alone."""
    if platform.value not in SPECS:
        return None
    key = account_key(platform, stable, url, url)
    filings = context.store.filings.by_key([key]).get(key)
    target = target_of(filings[0]) if filings else Target(platform=platform, key=key, account_id=stable, url=url)
    if platform != Platform.WEBSITE and stable and any(s.urls(target) for s in SPECS[platform.value].sources):
        return FetchTask(target=target, grant=context.settings.grant(key))
    browser = any(s.browser for s in SPECS[platform.value].sources) and platform != Platform.WEBSITE
    return FetchTask(target=target, url=url, browser=browser) if url else None


async def _fetch(context: AppContext, platform: Platform, look: FetchTask) -> tuple[CrawlJob, list[Observation]]:
    order = new_crawl_job(context, "scan", platform, [look], follow=False, delay_seconds=0.0)
    ending = await run_crawl_job(context, order)
    seen = context.store.looks.of_run(order.run)
    if not seen and ending.error:
        text = f"crawl: 采集没有完成（{ending.error.splitlines()[-1][:120]}）"
        failed = Observation(platform=platform, source="none", url=look.url, observed_at=context.clock(),
                             outcome=Outcome.UNREADABLE, reason=text)  # fmt: skip
        return order, [failed]
    return order, seen


def _html(context: AppContext, looks: list[Observation]) -> str:
    """The stored page to make a picture of: the first one kept."""
    archive = EvidenceArchive(context.evidence)
    for look in looks:
        try:
            return Page(**vars(archive.get(look.evidence))).text if look.evidence else ""
        except EvidenceError:
            continue
    return ""


@dataclass(frozen=True, kw_only=True)
class ScanAssessment:
    """What the looks say together: whose account it is, what is known of it, and what its name uses."""

    suspect: ScanTarget
    looks: list[Observation]
    fact: Observation | None
    found: SearchHit
    key: str
    filings: list[Filing]
    seen: AccountState | None
    match: NameMatch
    kind: CandidateKind
    why: str


def _conclude(
    context: AppContext, suspect: ScanTarget, looks: list[Observation], hunt: ScreeningContext
) -> dict[str, Any]:
    now = context.clock()
    judged = _judge(context, suspect, looks, hunt.matcher, now)
    findings = _findings(context, judged, now) if judged.fact or suspect.platform or judged.filings else []
    if judged.kind.needs_review and not judged.filings and suspect.platform:
        evidence = [look.evidence for look in looks if look.evidence]
        candidate = screen(hunt, judged.found, now, evidence=evidence)[2]
        context.store.candidates.meet([candidate] if candidate else [])
    return _report(judged, findings, now)


def _judge(
    context: AppContext, suspect: ScanTarget, looks: list[Observation], matcher: Matcher, now: datetime
) -> ScanAssessment:
    facts = [look for look in looks if look.outcome.is_fact]
    fact = next((look for look in facts if look.name or look.posts), next(iter(facts), None))
    found = SearchHit(
        platform=(fact.platform if fact else suspect.platform) or Platform.OTHER,
        name=next((look.name for look in facts if look.name), "") or suspect.name,
        account_id=(fact.account_id if fact else "") or "",
        url=suspect.url,
        verified_body=next((look.verified_body for look in looks if look.verified_body), "") or "",
    )
    match, filings = matcher.screen(found.name), _filings(context, found, suspect)
    key = account_key(found.platform, found.account_id, suspect.url, found.name)
    seen = _seen(looks, key)
    if filings:  # the look is recorded: what is known of the account is more than this one look
        seen = context.store.looks.states([key_of(filings[0])], now).get(key_of(filings[0]), seen)
    kind, why = _whose(context, found, match, filings)
    return ScanAssessment(suspect=suspect, looks=looks, fact=fact, found=found, key=key, filings=filings, seen=seen, match=match,
                  kind=kind, why=why)  # fmt: skip


def _report(judged: ScanAssessment, findings: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    suspect, found, match = judged.suspect, judged.found, judged.match
    unseen = [look for look in judged.looks if not look.outcome.is_fact]
    outcome = next((look.outcome for look in (judged.fact, *unseen) if look), None)
    broken = any(row["outcome"] == Verdict.VIOLATED.value for row in findings)
    accused = judged.kind == CandidateKind.SUSPECT and not judged.filings
    return {
        "target": suspect.url or suspect.name,
        "at": iso(now),
        "platform": found.platform.label if judged.fact or suspect.platform else "（只有名称）",
        "name": found.name,
        "account_id": found.account_id,
        "verified_body": found.verified_body,
        "outcome": outcome.value if outcome else None,
        "outcome_label": outcome.label if outcome else "未访问页面",
        "last_post_at": iso(judged.seen.last_post_at) if judged.seen else None,
        "name_match": {"verdict": match.verdict.value, "school": match.school, "term": match.term, "why": match.why,
                       "kind": match.kind.value if match.kind else None, "other_entity": match.other_entity},
        "registered": [{"school": f.school, "id": f.id, "name": f.name, "unit": f.unit} for f in judged.filings],
        "kind": judged.kind.value,
        "kind_label": judged.kind.label,
        "why": judged.why,
        "findings": findings,
        "could_not_see": [f"{look.reason.partition(': ')[2] or look.reason}（{look.url}）" for look in unseen],
        "exit": FOUND if broken or accused else UNSEEN if suspect.platform and not judged.fact else NOTHING,
    }  # fmt: skip


def _filings(context: AppContext, found: SearchHit, suspect: ScanTarget) -> list[Filing]:
    key = account_key(found.platform, found.account_id, suspect.url, found.name)
    by_key = context.store.filings.by_key([key]).get(key, [])
    if by_key or found.account_id:
        return by_key
    return [f for f in context.store.filings.all() if f.name == found.name and suspect.platform in (None, f.platform)]


def _seen(looks: list[Observation], key: str) -> AccountState | None:
    seen = None
    for look in sorted(looks, key=lambda each: each.observed_at):
        seen = apply_observation(seen, look, key=key)
    return seen


def _whose(context: AppContext, found: SearchHit, match: NameMatch, filings: list[Filing]) -> tuple[CandidateKind, str]:
    if filings:
        return CandidateKind.REGISTERED, f"备案台账中有这个账号（{'、'.join(f.id for f in filings)}）。"
    policy = context.policies.get(match.school or "")
    register = (
        RegisterIndex.of(context.store.filings.all(policy.code)) if policy else RegisterIndex(frozenset(), frozenset())
    )
    return classify_candidate(found, match, register, [policy.school] if policy else [], institution_of)


def _findings(context: AppContext, judged: ScanAssessment, now: datetime) -> list[dict[str, Any]]:
    accounts: Iterable[Account] = [
        Account(school=f.school, platform=f.platform, key=key_of(f), filing=f, seen=judged.seen) for f in judged.filings
    ]
    if not judged.filings and judged.kind.needs_review and judged.match.school:
        accounts = [Account(school=judged.match.school, platform=judged.found.platform, key=judged.key,
                            seen=judged.seen, suspicion=_suspicion(judged))]  # fmt: skip
    rows = []
    for account in accounts:
        policy = context.policies.get(account.school)
        if policy:
            school = school_context(policy, context.store.filings.iterate(account.school), china_calendar())
            rows += [_row(finding, policy) for finding in evaluate([account], policy, school, now)]
    return sorted(rows, key=lambda row: ORDER.index(row["outcome"]))


def _suspicion(judged: ScanAssessment) -> Suspicion:
    match, looked = judged.match, judged.seen.alive if judged.seen else None
    return Suspicion(
        term=match.term or "",
        kind=match.kind.value if match.kind else "",
        why=judged.why,
        name=judged.found.name,
        own_body=judged.kind == CandidateKind.UNFILED,
        review=match.verdict == NameVerdict.REVIEW,
        evidence=(looked.evidence,) if looked else (),
        seen_at=looked.at if looked else None,
    )


def _row(finding: Finding, policy: Policy) -> dict[str, Any]:
    clause = next(c for c in policy.clauses if (c.rule, c.clause) == (finding.rule, finding.clause))
    steps = policy.ladders[clause.ladder]
    return {
        "school": finding.school,
        "rule": finding.rule,
        "rule_label": RULES[finding.rule].title,
        "clause": finding.clause,
        "basis": finding.basis,
        "sentence": clause.sentence,
        "outcome": finding.verdict.value,
        "outcome_label": finding.verdict.label,
        "reason": finding.reason,
        "evidence": list(finding.evidence),
        "what_may_follow": [
            f"{step.label}（{step.after}后{'，须签批' if step.needs_approver else ''}）" for step in steps
        ],
        "school_to_confirm": finding.school_to_confirm,
    }
