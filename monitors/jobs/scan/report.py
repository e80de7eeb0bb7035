"""The report of an on-demand scan: one frozen record, its JSON, and how it reads on paper and in a terminal."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from alerts.sanitize import clean
from monitors.jobs.scan.words import NOT_LOOKED, SEEN, when
from monitors.json_output import iso
from rules.candidates import Candidate, CandidateKind
from rules.model import Filing, Outcome, Platform, Precision, Verdict
from rules.names import NameMatch

SHORT = 300
NOTHING, FOUND, UNSEEN = 0, 1, 3
"""Exit codes of the command; 2 is an unusable target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRow:
    """One clause applied to one account. ``applies`` is False where the clause does not speak of such an account."""

    school: str
    account: str
    rule: str
    rule_label: str
    clause: str
    basis: str
    sentence: str
    verdict: Verdict
    reason: str
    evidence: tuple[str, ...]
    what_may_follow: tuple[str, ...]
    school_to_confirm: bool

    @property
    def applies(self) -> bool:
        """A rule answers "compliant" also where it has nothing to say; people are told which."""
        return not self.reason.endswith("本条不适用")

    @property
    def label(self) -> str:
        """The verdict in Chinese."""
        return self.verdict.label if self.applies else "不适用"

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        plain = (
            "school",
            "account",
            "rule",
            "rule_label",
            "clause",
            "basis",
            "sentence",
            "reason",
            "school_to_confirm",
        )
        return {name: getattr(self, name) for name in plain} | {
            "outcome": self.verdict.value,
            "outcome_label": self.label,
            "evidence": list(self.evidence),
            "what_may_follow": list(self.what_may_follow),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClauses:
    """The clauses of one account, the broken ones first. ``last_post`` is in words."""

    title: str
    platform: Platform
    key: str
    filing: str
    last_post: str
    rows: tuple[ClauseRow, ...]

    @property
    def pressing(self) -> list[ClauseRow]:
        """What a person reads first: broken or open."""
        return [row for row in self.rows if row.verdict is not Verdict.COMPLIANT]

    @property
    def settled(self) -> list[ClauseRow]:
        """Kept, or not speaking of this account."""
        return [row for row in self.rows if row.verdict is Verdict.COMPLIANT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a person may put into the queue of suspects: an account that only its name is known of."""

    name: str
    platform: Platform
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What one look showed and what follows. ``headline`` is the verdict in one line, ``tone`` its colour."""

    target: str
    at: datetime
    platform: str
    name: str
    name_seen: bool
    account_id: str
    verified_body: str
    outcome: Outcome | None
    last_post_at: datetime | None
    last_post_precision: Precision
    match: NameMatch
    registered: tuple[Filing, ...]
    near: tuple[Filing, ...]
    suspects: tuple[Candidate, ...]
    kind: CandidateKind
    kind_label: str
    why: str
    headline: str
    tone: str
    accounts: tuple[AccountClauses, ...]
    could_not_see: tuple[str, ...]
    next_steps: tuple[str, ...]
    listing: Listing | None
    exit: int
    run: str = ""
    evidence: tuple[str, ...] = ()
    screenshot: str = ""
    report: str = ""
    report_pdf: str = ""

    @property
    def seen(self) -> str:
        """What the look got to see, in words."""
        return SEEN[self.outcome] if self.outcome else NOT_LOOKED

    @property
    def page_seen(self) -> bool:
        """Whether a page said something about the account."""
        return self.outcome is not None and self.outcome.is_fact

    @property
    def last_post(self) -> str:
        """The newest post in words."""
        return when(self.last_post_at, self.last_post_precision)

    @property
    def moment(self) -> str:
        """When the look was, in words."""
        return when(self.at)

    @property
    def rows(self) -> list[ClauseRow]:
        """Every clause of every account, the broken ones first."""
        order = (Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.COMPLIANT)
        return sorted((row for each in self.accounts for row in each.rows), key=lambda row: order.index(row.verdict))

    def as_dict(self) -> dict[str, Any]:
        """For machines: the keys of the command contract, then what was added to them."""
        plain = (
            "target",
            "platform",
            "name",
            "account_id",
            "verified_body",
            "kind_label",
            "why",
            "exit",
            "headline",
            "run",
        )
        match = self.match
        files = {name: getattr(self, name) for name in ("screenshot", "report", "report_pdf")}
        return {name: getattr(self, name) for name in plain} | {
            "at": iso(self.at),
            "name_seen": self.name_seen,
            "outcome": self.outcome.value if self.outcome else None,
            "outcome_label": self.seen,
            "last_post_at": iso(self.last_post_at),
            "name_match": {"verdict": match.verdict.value, "school": match.school, "term": match.term, "why": match.why,
                           "kind": match.kind.value if match.kind else None, "other_entity": match.other_entity},
            "registered": [_filed(f) for f in self.registered],
            "near": [_filed(f) for f in self.near],
            "suspects": [{"school": c.school, "key": c.key, "name": c.name, "platform": c.platform.value, "state": c.state.value}
                         for c in self.suspects],
            "kind": self.kind.value,
            "findings": [row.as_dict() for row in self.rows],
            "could_not_see": list(self.could_not_see),
            "next": list(self.next_steps),
            "evidence": list(self.evidence),
        } | {name: path for name, path in files.items() if path}  # fmt: skip


def _filed(filing: Filing) -> dict[str, str]:
    return {"school": filing.school, "id": filing.id, "name": filing.name, "unit": filing.unit}


def counted(accounts: tuple[AccountClauses, ...]) -> str:
    """How many clauses are broken, open and kept, in words."""
    rows = [row for each in accounts for row in each.rows if row.applies]
    n = Counter(row.verdict for row in rows)
    broken = f"发现 {n[Verdict.VIOLATED]} 项违反" if n[Verdict.VIOLATED] else "未发现违反"
    return f"{broken}，{n[Verdict.UNDETERMINED]} 项无法判定，{n[Verdict.COMPLIANT]} 项符合"


@cache
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape())
    made.filters["clean"] = lambda text: clean(str(text), SHORT)
    made.filters["day"] = when
    return made


def as_html(report: ScanReport, shot: bytes | None) -> str:
    """One self-contained page; what came from the internet is escaped and shortened."""
    picture = base64.b64encode(shot).decode() if shot else ""
    return _environment().get_template("scan_report.html").render(r=report, picture=picture)


def as_text(report: ScanReport) -> str:
    """The same for a terminal: the verdict first."""
    lines = [
        f"结论:     {report.headline}",
        f"核查对象: {clean(report.target, SHORT)}",
        f"是什么:   {report.platform} {clean(report.name, 80)} {clean(report.account_id, 80)}".rstrip(),
        f"看到:     {report.seen}，最后更新 {report.last_post or '未知'}",
        f"认证主体: {clean(report.verified_body, 80) or '未见'}",
        f"名称比对: {clean(report.match.why, SHORT)}",
        f"与台账:   {report.kind_label}。{clean(report.why, SHORT)}",
    ]
    for account in report.accounts:
        lines += _account_lines(account, alone=len(report.accounts) == 1)
    lines += [f"没能看到: {clean(text, SHORT)}" for text in report.could_not_see]
    lines += [f"下一步:   {clean(text, SHORT)}" for text in report.next_steps]
    lines += [f"报告:     {report.report_pdf or report.report}"] if report.report else []
    return "\n".join(lines)


def _account_lines(account: AccountClauses, *, alone: bool) -> list[str]:
    """The broken clauses in full, the others by name."""
    title = f"账号:     {account.platform.label} {clean(account.title, 80)} {account.filing}".rstrip()
    lines = [] if alone else [f"{title}，最后更新 {account.last_post or '未知'}"]
    for row in (row for row in account.rows if row.verdict is Verdict.VIOLATED):
        lines.append(f"  [{row.label}] {row.rule_label}（{row.basis}）：{clean(row.reason, SHORT)}")
        lines.append(f"    可能的后续: {' → '.join(row.what_may_follow)}")
    rest = [row for row in account.rows if row.verdict is not Verdict.VIOLATED]
    for label in dict.fromkeys(row.label for row in rest):
        lines.append(f"  [{label}] {'、'.join(row.rule_label for row in rest if row.label == label)}")
    return lines
