"""Every filed account asked anew, and held against what was kept: where they differ, a change was missed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from monitors.app_context import AppContext
from monitors.jobs.answers import kept_findings, refresh, settings_at_opening
from monitors.jobs.check import accounts_of
from rules.calendar import china_calendar
from rules.evaluation import bind_clauses, findings_about, school_context
from rules.model import Finding
from storage.database import chunked

SOME = 1000


@dataclass(frozen=True, slots=True)
class AnswerDifference:
    """What was kept of one account and clause, and what is said anew; None: nothing."""

    account: str
    kept: Finding | None
    anew: Finding | None

    @property
    def finding(self) -> Finding:
        """What tells of which account and clause this is."""
        found = self.anew or self.kept
        assert found
        return found


@dataclass(frozen=True, slots=True)
class FullCheck:
    """How many filings were asked, and which of the kept answers differed; these were mended."""

    filings: int
    differences: tuple[AnswerDifference, ...]


def check_kept_answers(context: AppContext, school: str, now: datetime) -> FullCheck:
    """Ask every filing anew, compare, and keep what is said now where it differs. An account that changed meanwhile is no
    difference: each is compared twice. Raises KeyError where the school has no policy."""
    refresh(context, school, now)
    answers, doubtful = context.store.answers, {each.account for each in _differences(context, school, now)}
    refresh(context, school, now)
    found = tuple(_differences(context, school, now, sorted(doubtful))) if doubtful else ()
    answers.note({each.account for each in found})
    refresh(context, school, now)
    return FullCheck(answers.totals(school).filings, found)


def _differences(
    context: AppContext, school: str, now: datetime, only: Collection[str] | None = None
) -> Iterator[AnswerDifference]:
    policy, store = context.policies[school], context.store
    bound, opened = bind_clauses(policy), settings_at_opening(context, store.cases.open(school))
    rest = school_context(policy, store.filings.iterate(school), china_calendar())
    for accounts in chunked(accounts_of(context, school, now, only), SOME):
        filed = [(account, account.filing.id) for account in accounts if account.filing]
        kept = {row.filing: row for row in store.answers.of(school, [filing for _, filing in filed], now)}
        for account, filing in filed:
            said = findings_about(account, policy, bound, rest, now, opened.get(account.key, {}))
            before = kept_findings(policy, [kept[filing]] if filing in kept else [])
            yield from _compared(account.key, before, said)
    for row in store.answers.unfiled(school, now):
        yield from _compared(row.key, kept_findings(policy, [row]), ())


def _compared(account: str, kept: Iterable[Finding], anew: Iterable[Finding]) -> Iterator[AnswerDifference]:
    """Of two that agree one may have been told to hold longer: that is no difference."""
    before, after = ({(one.rule, one.clause): replace(one, until=None) for one in some} for some in (kept, anew))
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield AnswerDifference(account, before.get(key), after.get(key))
