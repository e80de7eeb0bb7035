"""Rules about publishing: accounts that fell silent, accounts that publish too little."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import Field

from rules.accounts.counters import COUNTS_EVERYTHING, hidden
from rules.accounts.statements import WORD_COUNTS, StatedSilence, newest_stated, stated_silence, words_turn
from rules.calendar import Period, PeriodUnit, PositivePeriod, add_months, day_of, end_of, latest_possible, start_of
from rules.catalogue.registry import RuleGroup, SchoolContext, rule
from rules.catalogue.results import (
    NEVER_READ,
    SECOND,
    compliant,
    existed_since,
    format_date,
    in_time,
    stopped_or_gone,
    turning,
    undetermined,
    violated,
)
from rules.model import Account, AccountState, DatedEvidence, EvidenceKind, Filing, FilingStatus, Outcome, RuleResult

TWO_MONTHS = Period(2, PeriodUnit.MONTHS)
EVERY_KIND = tuple(EvidenceKind)
SufficientEvidence = Annotated[tuple[EvidenceKind, ...], Field(min_length=1)]
"""Which kinds of evidence suffice to call an account silent."""
POSTS_A_DAY = 8
"""The most that may have been missed on a day nobody looked: a WeChat account may send eight articles at once."""


@rule(
    "长期未更新",
    group=RuleGroup.ACTIVITY,
    problem="长期未更新",
    demand="恢复内容更新并保持正常运行频次；确无继续运行必要的，按程序办理关停或者注销手续",
    settings={"limit": "期限", "evidence": "认定依据"},
)
def inactivity(
    account: Account,
    school: SchoolContext,
    now: datetime,
    *,
    limit: PositivePeriod = TWO_MONTHS,
    evidence: SufficientEvidence = EVERY_KIND,
) -> RuleResult | None:
    """备案账号连续超过规定期限没有发布任何内容。从未发布过内容的账号自开通或备案之日起算。

    期限按日历月计算，末日 24 时届满。只有届满之后的一次有效观察（身份相符、来源能够证明“没有更新”）仍未见新内容，
    才判为违反；被拦截、无法识别的页面不作为依据。台账登记曾停止、后恢复运行的，自恢复之日起计。

    公开渠道看不到的账号，可以依据责任单位的声明（经一名工作人员确认）或两名工作人员先后的人工查看；evidence 写明哪几类证据足以认定：
    public 公开页面、official 官方接口、manual 人工核查、declared 单位声明。证明“有更新”的，任何一类都算。

    平台列表与平台自身的计数对照：计数增加而列表不动，或主页上另有联合投稿、合集、快转等更新迹象的，判为无法判定。

    何时可能出错：内容只发布在本系统看不到的位置（如仅粉丝可见、群发未留存）；平台列表漏列；台账登记的账号不是实际运营的账号；
    发布时间只精确到日或由编号推算时，一律按对账号有利的最晚时刻起算。
    """
    filing, seen = account.filing, account.seen
    if filing is None:
        return None
    if stopped := stopped_or_gone(account):
        return stopped
    if seen is None or (seen.fact is None and not seen.statements):
        return undetermined(NEVER_READ)
    answer = _updated(filing, seen, now, partial(_deadline, school, limit), limit, evidence)
    back = filing.status_changed_at
    return turning(answer, now, *words_turn(seen), start_of(back) if back else None)


def _updated(
    filing: Filing,
    seen: AccountState,
    now: datetime,
    deadline: Callable[[datetime], datetime],
    limit: Period,
    evidence: Collection[EvidenceKind],
) -> RuleResult:
    """What is known of the updating of an account that was looked at, or of which somebody stated something."""
    last = _newest(filing, seen, now)
    if last is None:
        silence = stated_silence(seen, None, evidence, deadline, resumed=_resumed(filing, now))
        return _without_post(seen, silence, deadline)
    in_order = _in_order(filing, seen, now, deadline)
    until = deadline(last.at)
    if in_time(now, until):
        ends = min(until, last.valid_until) if last.valid_until else until
        reason = f"{last.words}，未超过{limit}（至{format_date(until)}）"
        return compliant(reason, last.look, until=ends + SECOND, in_order=in_order)
    silence = stated_silence(seen, seen.last_post_at, evidence, deadline, resumed=_resumed(filing, now))
    if unproved := _not_to_be_held(seen, last.words):
        return undetermined(unproved, seen.fact, in_order=in_order)
    look = seen.silence_shown if seen.last_post_at or not seen.empty else seen.empty
    if look is not None and look.fetched_at > until and seen.silence_kind in evidence:
        shown = "（依据其官方接口）" if seen.silence_kind is EvidenceKind.OFFICIAL else ""
        reason = f"{last.words}，已超过{limit}（至{format_date(until)}），期满后查看仍无新内容{shown}"
        return violated(reason, seen.last_post, look, since=until, in_order=in_order)
    if silence:
        return _stated(silence, seen, deadline, in_order)
    reason = f"{last.words}，期限已于{format_date(until)}届满，之后尚无有效观察"
    return undetermined(reason, seen.last_post, look_due=until, in_order=in_order)


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """Where the silence is counted from, in words, with the look that shows it. ``valid_until``: a bare word's end."""

    at: datetime
    words: str
    look: DatedEvidence | None
    valid_until: datetime | None = None


def _deadline(school: SchoolContext, limit: Period, start: datetime) -> datetime:
    return school.calendar.deadline(start, limit).at


def _resumed(filing: Filing, now: datetime) -> datetime | None:
    """The end of the day on which the register put an account back into service."""
    at = filing.status_changed_at if filing.status is FilingStatus.ACTIVE else None
    return end_of(at) if at and at <= day_of(now) else None


def _newest(filing: Filing, seen: AccountState, now: datetime) -> LastUpdate | None:
    """The newest update that anything shows: a page, or a person who saw it or named it. What the register put back into
    service has its term from that day on."""
    last, resumed = _newest_shown(filing, seen, now), _resumed(filing, now)
    if last is None or resumed is None or resumed <= last.at:
        return last
    return LastUpdate(resumed, f"台账登记于{format_date(resumed)}恢复运行，此前{last.words}", last.look)


def _newest_shown(filing: Filing, seen: AccountState, now: datetime) -> LastUpdate | None:
    start, said = _silent_since(filing, seen), newest_stated(seen, now)
    if said and said.newest and (start is None or end_of(said.newest) > start):
        by = f"{'责任单位' if said.kind is EvidenceKind.DECLARED else ''}{said.by}{'告知' if said.kind is EvidenceKind.DECLARED else '人工查看'}"
        words = f"{by}，最近一次更新为{format_date(said.newest)}"
        until = said.at + WORD_COUNTS if said.kind is EvidenceKind.DECLARED else None
        return LastUpdate(end_of(said.newest), words, DatedEvidence(at=said.at, evidence=said.evidence), until)
    if start is None:
        return None
    words = f"最近一次更新为{format_date(start)}" if seen.last_post_at else f"自{format_date(start)}起未发布过内容"
    return LastUpdate(start, words, seen.last_post or seen.fact)


def _in_order(
    filing: Filing, seen: AccountState, now: datetime, deadline: Callable[[datetime], datetime]
) -> tuple[tuple[datetime, datetime], ...]:
    """Spans in which it is known to have been in order, by its posts, by what staff saw, and by the register."""
    spans = [(first, deadline(last)) for first, last in seen.runs]
    if resumed := _resumed(filing, now):
        spans.append((start_of(day_of(resumed)), deadline(resumed)))
    said = newest_stated(seen, now)
    if said and said.newest and said.kind is EvidenceKind.MANUAL:
        spans.append((end_of(said.newest), deadline(end_of(said.newest))))
    return tuple(sorted(spans))


def _without_post(
    seen: AccountState, silence: StatedSilence | None, deadline: Callable[[datetime], datetime]
) -> RuleResult:
    """No page and no person names a post: only what was stated of the silence is left."""
    if seen.outcome in (Outcome.GONE, Outcome.MOVED):
        return undetermined("最近一次查看时账号" + seen.outcome.label, seen.fact)
    return _stated(silence, seen, deadline, ()) if silence else undetermined("未见到任何可确定日期的发布", seen.fact)


def _stated(
    silence: StatedSilence,
    seen: AccountState,
    deadline: Callable[[datetime], datetime],
    in_order: tuple[tuple[datetime, datetime], ...],
) -> RuleResult:
    """A silence that persons stated: a breach once it is confirmed, until then a question."""
    what, ended = f"自{format_date(silence.since)}起没有更新", deadline(silence.since)
    if not silence.confirmed:
        return undetermined(f"{what}（{silence.words}），尚待另一名工作人员确认", *silence.looks, in_order=in_order)
    reason = f"{what}，期限已于{format_date(ended)}届满（{silence.words}）"
    return violated(reason, seen.last_post, *silence.looks, since=ended, in_order=in_order)


def _not_to_be_held(seen: AccountState, what: str) -> str:
    """Why a silence must not be concluded now, whoever states it; empty where nothing forbids it."""
    if seen.outcome in (Outcome.GONE, Outcome.MOVED):
        return f"{what}；最近一次查看时账号{seen.outcome.label}，不能据此认定未更新"
    if unproved := _contradicted(seen):
        return f"{what}；但{unproved}，不能据此认定未更新"
    return ""


def _contradicted(seen: AccountState) -> str:
    """What the platform itself shows against a list that stood still; empty where nothing does."""
    if tally := hidden(seen):
        shown = f"，其间列表只见到 {tally.listed} 条" if tally.listed else "，列表却未见新内容"
        return f"平台计数由 {tally.base} 增至 {tally.latest}{shown}"
    if seen.sign_at and (seen.last_post_at is None or seen.sign_at > seen.last_post_at):
        return f"该账号主页于{format_date(seen.sign_at)}另有联合投稿、合集更新或转发等内容"
    return ""


def _silent_since(filing: Filing, seen: AccountState) -> datetime | None:
    """Where the silence is counted from: the newest post, or the account's beginning if it never posted."""
    if seen.last_post_at:
        return latest_possible(seen.last_post_at, seen.last_post_precision)
    if seen.empty is None:
        return None
    registered = max((day for day in (filing.opened_at, filing.filed_at) if day), default=None)
    return end_of(registered) if registered else seen.first_fact_at


@rule(
    "年发布量不足",
    group=RuleGroup.ACTIVITY,
    problem="年度发布量不足",
    demand="充实内容、提高更新频次，使年度发布量达到规定要求；确无继续运行必要的，按程序办理关停或者注销手续",
    settings={"minimum": "最少条数"},
)
def low_volume(
    account: Account, school: SchoolContext, now: datetime, *, minimum: Annotated[int, Field(ge=1)] = 20
) -> RuleResult | None:
    """备案账号最近一年发布的内容少于规定条数。开通未满一年的账号不计。

    “看到的”只是下限：只有全年列表没有缺口、平台自身的计数不足、或未观察的日子即使每天发满也达不到时，才判为违反，否则为无法判定。

    何时可能出错：已发布又被删除的内容不在列表与计数中；平台计数口径与学校不同；一次推送多条时学校按“次”计。
    """
    filing, seen = account.filing, account.seen
    if filing is None:
        return None
    if stopped := stopped_or_gone(account):
        return stopped
    if seen is None or seen.fact is None:
        return undetermined(NEVER_READ)
    began = existed_since(filing) or day_of(seen.first_fact_at or now)
    if in_time(now, full_year := end_of(add_months(began, 12))):
        return compliant(f"自{format_date(began)}起未满一年，不计", seen.fact, until=full_year + SECOND)
    return turning(_volume(account, seen, minimum), now, seen.counts_until)


def _volume(account: Account, seen: AccountState, minimum: int) -> RuleResult:
    """What the year's posts amount to."""
    if seen.posts_in_year >= minimum:
        return compliant(f"近一年已见到 {seen.posts_in_year} 条，不少于 {minimum} 条", seen.fact)
    if (
        account.platform in COUNTS_EVERYTHING
        and seen.post_count is not None
        and seen.posts_in_year <= seen.post_count < minimum
    ):
        return violated(f"平台计数显示该账号共发布 {seen.post_count} 条，少于一年 {minimum} 条", seen.fact)
    if _at_most(seen) < minimum:
        reason = f"近一年共发布 {seen.posts_in_year} 条，少于 {minimum} 条"
        return violated(reason, seen.silence_shown or seen.fact)
    reason = (
        f"近一年至少见到 {seen.posts_in_year} 条，365 天中观察到 {min(seen.days_observed, 365)} 天，"
        f"仍可能达到 {minimum} 条"
    )
    return undetermined(reason, seen.fact)


def _at_most(seen: AccountState) -> int:
    """The most posts the year may have held: what was seen, and what the unwatched days could have hidden."""
    if seen.listed_from and seen.listed_to:
        year_before = start_of(add_months(day_of(seen.listed_to), -12))
        if seen.listed_from <= year_before:
            return seen.posts_in_year
    unwatched = max(0, 365 - seen.days_observed) if seen.silence_shown else 365
    return seen.posts_in_year + unwatched * POSTS_A_DAY
