"""From the looks of a scan to its report: the verdict in one line, the clauses by account, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import ScreeningContext, screen
from monitors.jobs.scan.assess import Judged, findings_of, judge
from monitors.jobs.scan.report import FOUND, NOTHING, UNSEEN, AccountClauses, ClauseRow, Listing, ScanReport, counted
from monitors.jobs.scan.words import advice, unseen, when
from rules.accounts.pasted_target import ScanTarget
from rules.candidates import CandidateKind, CandidateState
from rules.catalogue import RULES
from rules.model import Account, Filing, Finding, Observation, Platform, Precision, Verdict
from rules.policies.schema import LadderStep, Policy

ORDER = (Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.COMPLIANT)


def conclude(
    context: AppContext,
    suspect: ScanTarget,
    looks: Sequence[Observation],
    hunt: ScreeningContext,
    filings: Sequence[Filing],
) -> ScanReport:
    """The report of the looks; a suspect whose page was seen waits for a person from now on."""
    now = context.clock()
    judged = judge(context, suspect, looks, hunt, filings)
    accounts = tuple(_clauses(*each, judged) for each in findings_of(context, judged, now))
    listed = False
    if judged.kind.needs_review and judged.fact:
        evidence = [look.evidence for look in looks if look.evidence]
        candidate = screen(hunt, judged.found, now, evidence=evidence)[2]
        context.store.candidates.meet([candidate] if candidate else [])
        listed = candidate is not None
    return _report(judged, accounts, listed, now)


def _report(judged: Judged, accounts: tuple[AccountClauses, ...], listed: bool, now: datetime) -> ScanReport:
    suspect, found = judged.suspect, judged.found
    hidden = [look for look in judged.looks if not look.outcome.is_fact]
    only_name = "" if judged.page_name or judged.known.by_id or judged.kind is CandidateKind.UNSEEN else "（仅据名称）"
    headline, tone = _headline(judged, accounts, only_name)
    state = judged.seen.get(judged.key) or next(iter(judged.seen.values()), None)
    alone = len(judged.filings) < 2 and not judged.elsewhere
    return ScanReport(
        target=suspect.url or suspect.account_id or suspect.name,
        at=now,
        platform=found.platform.label if found.platform is not Platform.OTHER or suspect.platform else "（只有名称）",
        name="" if judged.kind is CandidateKind.UNSEEN and found.name == found.account_id else found.name,
        name_seen=bool(judged.page_name),
        account_id=found.account_id,
        verified_body=found.verified_body,
        outcome=next((look.outcome for look in (judged.fact, *hidden) if look), None),
        last_post_at=state.last_post_at if state and alone else None,
        last_post_precision=state.last_post_precision if state else Precision.SECOND,
        match=judged.match,
        registered=judged.filings,
        near=tuple(f for f in (*judged.known.elsewhere, *judged.known.near) if f not in judged.filings),
        suspects=judged.known.suspects,
        kind=judged.kind,
        kind_label=_label(judged, only_name),
        why=judged.why,
        headline=headline,
        tone=tone,
        accounts=accounts,
        could_not_see=unseen(hidden),
        next_steps=_next(judged, accounts, listed, hidden),
        listing=_listing(judged),
        exit=_exit(judged, accounts),
    )


def _broken(accounts: tuple[AccountClauses, ...]) -> bool:
    return any(row.verdict is Verdict.VIOLATED for each in accounts for row in each.rows)


def _excluded(judged: Judged) -> bool:
    return any(c.state is CandidateState.EXCLUDED for c in judged.same_account)


def _exit(judged: Judged, accounts: tuple[AccountClauses, ...]) -> int:
    if _broken(accounts) or (judged.kind in (CandidateKind.CLONE, CandidateKind.SUSPECT) and not _excluded(judged)):
        return FOUND
    return UNSEEN if judged.kind is CandidateKind.UNSEEN or (judged.suspect.has_page and not judged.fact) else NOTHING


def _label(judged: Judged, only_name: str) -> str:
    if judged.kind is CandidateKind.REGISTERED:
        if judged.elsewhere:
            return f"台账中有同名账号，但不是{judged.found.platform.label}"
        return "台账中有同名账号" if only_name else judged.kind.label
    return f"{judged.kind.label}{only_name}"


def _headline(judged: Judged, accounts: tuple[AccountClauses, ...], only_name: str) -> tuple[str, str]:
    """The verdict in one line and its colour: a breach on top, and nothing in order that nobody saw."""
    kind, label = judged.kind, _label(judged, only_name)
    if kind is CandidateKind.UNSEEN:
        return "无法判断：没有看到是谁的账号", "unseen"
    if kind.needs_review:
        hidden = "没有看到页面；" if judged.suspect.has_page and not judged.fact else ""
        return (f"{label}，此前已由人排除", "plain") if _excluded(judged) else (f"{hidden}{label}，待核实", "warn")
    if kind is not CandidateKind.REGISTERED:
        return label, "plain"
    if judged.suspect.has_page and not judged.fact and not _broken(accounts):
        return "已备案账号，但这次没有看到页面，现状无法判断", "unseen"
    return f"{label}：{counted(accounts)}" if accounts else label, "bad" if _broken(accounts) else "plain"


def _next(
    judged: Judged, accounts: tuple[AccountClauses, ...], listed: bool, hidden: Sequence[Observation]
) -> tuple[str, ...]:
    """What a clerk does now."""
    steps = [
        f"“{c.name}”（{c.platform.label}）在疑似账号中：{c.state.label}{_decided(c.decision_reason)}。"
        for c in judged.known.suspects[:3]
    ]
    if not judged.fact:
        steps += advice(hidden)
    if judged.kind.needs_review and listed:
        steps.append("已列入疑似账号，请到“疑似账号”中核实。")
    elif judged.kind.needs_review and not judged.known.suspects:
        steps.append("请找到账号主页，复制链接再查一次；暂时找不到的，可先列入疑似账号，由人核实。")
    elif judged.kind is CandidateKind.UNSEEN and not hidden:
        steps.append("请粘贴账号主页的链接，或填写账号名称再查。")
    if _broken(accounts):
        steps.append("本次核查不产生文书；已备案账号的问题由日常巡检立案，请到“问题台账”查看。")
    return tuple(dict.fromkeys(steps))


def _decided(reason: str) -> str:
    return f"（{reason}）" if reason else ""


def _listing(judged: Judged) -> Listing | None:
    """What may be put into the queue by hand: a name that raises a question, whose page nobody saw."""
    if (
        not (judged.kind.needs_review or judged.elsewhere)
        or judged.fact
        or judged.known.suspects
        or not judged.match.school
    ):
        return None
    return Listing(name=judged.found.name, platform=judged.found.platform, url=judged.suspect.url)


def _clauses(account: Account, policy: Policy, findings: list[Finding], judged: Judged) -> AccountClauses:
    rows = sorted(
        (_row(finding, policy) for finding in findings), key=lambda row: (ORDER.index(row.verdict), not row.applies)
    )
    seen = account.seen
    return AccountClauses(
        title=judged.found.name if account.title == account.key else account.title,
        platform=account.platform,
        key=account.key,
        filing=account.filing.id if account.filing else "",
        last_post=when(seen.last_post_at, seen.last_post_precision) if seen else "",
        rows=tuple(rows),
    )


def _row(finding: Finding, policy: Policy) -> ClauseRow:
    clause = policy.clause_of(finding.rule, finding.clause)
    return ClauseRow(
        school=finding.school,
        account=finding.account,
        rule=finding.rule,
        rule_label=RULES[finding.rule].title,
        clause=finding.clause,
        basis=finding.basis,
        sentence=clause.sentence if clause else "",
        verdict=finding.verdict,
        reason=finding.reason,
        evidence=finding.evidence,
        what_may_follow=tuple(_step(step, n) for n, step in enumerate(policy.ladders[clause.ladder] if clause else ())),
        school_to_confirm=finding.school_to_confirm,
    )


def _step(step: LadderStep, place: int) -> str:
    """One rung in words: the first counts from the opening of the case, the others from the delivery of the one before."""
    counts = f"上一级送达{step.after}后" if place else f"立案{step.after}后"
    return f"{step.label}（{counts if step.after.count else '立案后'}{'，须签批' if step.needs_approver else ''}）"
