"""`xunjian evidence replay --findings`: what is known and found, made anew from the stored bytes and compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.observe.attribute import attribute_page
from crawler.page.page import Page
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.jobs.check import accounts_of
from monitors.jobs.known_sites import with_history
from monitors.jobs.statements import statement_of
from monitors.jobs.sweep import target_of
from rules.accounts.join import join
from rules.accounts.state import apply_observation
from rules.calendar import china_calendar
from rules.evaluation import evaluate, school_context
from rules.model import ClaimType, Finding, Observation
from storage.evidence import EvidenceArchive, EvidenceError, EvidenceExpired
from storage.store import Store


@dataclass(frozen=True, slots=True)
class FindingPair:
    """A finding as the database gives it and as the bytes give it; None where one side has no such finding."""

    was: Finding | None
    again: Finding | None

    @property
    def one(self) -> Finding:
        """Whichever there is: account, rule and clause are the same."""
        found = self.was or self.again
        assert found is not None
        return found


@dataclass
class FindingsReplay:
    """How the findings recomputed from bytes stand beside those of the database.

    ``unread``: looks without bytes (nothing came: no page is no fact, so the record's word is taken); ``lost``: evidence
    that could not be read, and ``expired``: looks whose page was destroyed by rule; both count as nothing seen.
    """

    looks: int = 0
    unread: int = 0
    expired: int = 0
    lost: list[str] = field(default_factory=list)
    same: int = 0
    differing: list[FindingPair] = field(default_factory=list)


def replay_findings(
    context: AppContext, archive: EvidenceArchive, schools: Iterable[str], now: datetime
) -> FindingsReplay:
    """Read every stored page again, fold what it says into an empty database, and ask every clause of both.

    What people decided (the register, suspects that were confirmed) is taken as it stands.
    """
    report = FindingsReplay()
    with TemporaryDirectory(prefix="xunjian-replay-") as folder:
        store = Store(f"sqlite:///{Path(folder) / 'again.db'}")
        try:
            _fold_anew(context, replace(context, store=store), archive, now, report)
            for school in schools:
                _compare(
                    _found(context, context, school, now),
                    _found(context, replace(context, store=store), school, now),
                    report,
                )
        finally:
            store.close()
    return report


def _fold_anew(
    context: AppContext, again: AppContext, archive: EvidenceArchive, now: datetime, report: FindingsReplay
) -> None:
    """The observations of each run read from their bytes, with what the runs before it had shown."""
    filed = {target.key: target for target in map(target_of, context.store.filings.all())}
    for run, rows in groupby(context.store.observations.with_runs(now), key=lambda row: row[0]):
        looks = [(key, look) for _, key, look in rows]
        wanted = [filed.get(key) or Target(platform=look.platform, key=key) for key, look in looks]
        known = {target.key: target for target in with_history(again, {t.key: t for t in wanted}.values())}
        read = [(key, _read(archive, known[key], look, report)) for key, look in looks]
        again.store.observations.record(run, [(key, look) for key, look in read if look], apply_observation)


def _read(archive: EvidenceArchive, target: Target, kept: Observation, report: FindingsReplay) -> Observation | None:
    """One look from its bytes. A visit may have weakened what a single page proves, never strengthened it."""
    report.looks += 1
    if not kept.evidence:
        report.unread += 1
        return None if kept.outcome.is_fact else kept
    try:
        page = Page(**vars(archive.get(kept.evidence)))
        if kept.statement:
            _, said = statement_of(page.body)
            return replace(kept, statement=replace(said, evidence=kept.evidence))
    except EvidenceExpired:
        report.expired += 1
        return None
    except (EvidenceError, ValueError, KeyError):
        report.lost.append(kept.evidence)
        return None
    again = attribute_page(page, target, kept.source)
    return replace(
        again,
        evidence=kept.evidence,
        proves=again.proves & (kept.proves | ~ClaimType.INACTIVE),
        silence_if_known=again.silence_if_known and kept.silence_if_known,
    )


def _found(context: AppContext, seen_by: AppContext, school: str, now: datetime) -> dict[str, Finding]:
    """Every answer of every clause over ``seen_by``'s observations."""
    policy, filings = context.policies[school], list(context.store.filings.iterate(school))
    declared = list(accounts_of(context, school, now))
    seen = seen_by.store.observations.states([account.key for account in declared], now)
    suspicions = context.store.candidates.suspicions(school)
    accounts = join([account.filing for account in declared if account.filing], seen, suspicions, school)
    return {
        finding.key: finding
        for finding in evaluate(accounts, policy, school_context(policy, filings, china_calendar()), now)
    }


def _compare(was: dict[str, Finding], again: dict[str, Finding], report: FindingsReplay) -> None:
    for key in sorted(was.keys() | again.keys()):
        pair = FindingPair(was.get(key), again.get(key))
        if pair.was == pair.again:
            report.same += 1
        else:
            report.differing.append(pair)


def told_pairs(report: FindingsReplay) -> Iterator[str]:
    """Each finding that is not the same, as a person reads it."""
    for pair in report.differing:
        one = pair.one
        said = f"记录为“{_said(pair.was)}”，由存证重算为“{_said(pair.again)}”"
        yield f"{one.title}（{one.account}）{one.clause}：{said}"


def summary_of(report: FindingsReplay) -> str:
    """The result in a line."""
    gone = f"，{report.expired} 次的页面无法核验（已按规定到期销毁）" if report.expired else ""
    lost = f"，有 {len(report.lost)} 份存证不能读取" if report.lost else ""
    return (
        f"重新读取 {report.looks} 次观察（其中 {report.unread} 次没有取得页面{gone}）{lost}；"
        f"结论一致 {report.same} 条，不一致 {len(report.differing)} 条"
    )


def _said(finding: Finding | None) -> str:
    return f"{finding.verdict.label}，{finding.reason}" if finding else "没有结论"
