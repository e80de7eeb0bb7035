"""The three answers, and the few readings of an account that several rules share."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta

from rules.calendar import day_of, end_of
from rules.model import Account, AccountState, DatedEvidence, Filing, FilingStatus, RuleResult, Verdict

GONE_APART = timedelta(hours=24)
"""One "not found" may be the platform's hiccup; two a day apart are not."""
SECOND = timedelta(seconds=1)
NEVER_READ = "尚无一次有效观察"
ALWAYS = end_of(date(9999, 12, 30))
"""The end of a span in order that nothing known ends."""


def compliant(
    reason: str,
    *looks: DatedEvidence | None,
    until: datetime | None = None,
    in_order: tuple[tuple[datetime, datetime], ...] = (),
    provisional: bool = False,
) -> RuleResult:
    """In order, as these looks (or, without any, the register) show. ``until``: when it may end, and a look is due."""
    return RuleResult(Verdict.COMPLIANT, reason, *_shown(looks), None, until, in_order, provisional, until)


def violated(
    reason: str,
    *looks: DatedEvidence | None,
    since: datetime | None = None,
    in_order: tuple[tuple[datetime, datetime], ...] = (),
    provisional: bool = False,
) -> RuleResult:
    """Broken, as these looks (or, without any, the register) show."""
    return RuleResult(Verdict.VIOLATED, reason, *_shown(looks), since, None, in_order, provisional)


def undetermined(
    reason: str,
    *looks: DatedEvidence | None,
    look_due: datetime | None = None,
    in_order: tuple[tuple[datetime, datetime], ...] = (),
) -> RuleResult:
    """Nobody can say: evidence is missing, too old or not to the point; a look at or after ``look_due`` would help."""
    return RuleResult(Verdict.UNDETERMINED, reason, *_shown(looks), None, None, in_order, look_due=look_due)


def in_time(now: datetime, deadline: datetime) -> bool:
    """True until the last second of a period is over."""
    return now < deadline + SECOND


def turning(answer: RuleResult, now: datetime, *moments: datetime | None) -> RuleResult:
    """The answer, which time may change at the first of these ``moments`` (and its own ``until``) that is still to come."""
    to_come = [moment for moment in (answer.until, *moments) if moment and moment > now]
    first = min(to_come, default=None)
    return answer if first == answer.until else replace(answer, until=first)


def _shown(looks: tuple[DatedEvidence | None, ...]) -> tuple[tuple[str, ...], datetime | None]:
    """Evidence of all looks, and when the bytes of the last one given came: the one the answer stands or falls with. (The
    look that first showed an account's newest post may be younger than the one that shows its silence.)"""
    known = [look for look in looks if look]
    return tuple(dict.fromkeys(look.evidence for look in known)), known[-1].fetched_at if known else None


def since_day(day: date | None) -> tuple[tuple[datetime, datetime], ...]:
    """In order from the end of a day on the register gives: a paper of that same day may have come first."""
    return ((end_of(day), ALWAYS),) if day else ()


def format_date(day: date | datetime) -> str:
    """A day as a notice writes it: 2026年5月3日."""
    day = day_of(day)
    return f"{day.year}年{day.month}月{day.day}日"


def confirmed_gone(seen: AccountState | None) -> bool:
    """True where the account was shown gone at least twice, a day apart, and not alive since."""
    return seen is not None and len(seen.gone) > 1 and seen.gone[-1].at - seen.gone[0].at >= GONE_APART


def stopped_or_gone(account: Account) -> RuleResult | None:
    """What rules that bind only a running account answer once the register says it stopped, or it is gone."""
    if account.filing and account.filing.status is not FilingStatus.ACTIVE:
        return compliant(f"台账登记为{account.filing.status.label}，本条不再适用")
    if account.seen and confirmed_gone(account.seen):
        last = account.seen.gone[-1]
        return compliant("账号已不存在，本条不再适用", last)
    return None


def existed_since(filing: Filing) -> date | None:
    """The earliest day the account is known to have existed, from the register."""
    return min((day for day in (filing.opened_at, filing.filed_at) if day), default=None)


def same_text(one: str, other: str) -> bool:
    """Equal but for width, case and spaces: platforms and registers differ in these without meaning anything."""
    return one == other or _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
