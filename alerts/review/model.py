"""What the annual review's papers are made of, and the words they share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rules.model import BEIJING
from rules.year_record import MonthlyPosts, YearRecord

UNSEEN = "未观察"
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f%]+')
NAME_LONGEST = 60


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """A case of the year in a line: its number, problem, article, state, and the papers that left."""

    number: str
    problem: str
    clause: str
    state: str
    is_final: bool
    papers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One account's year beside its cases; ``evidence`` and ``form`` are its files in the pack, ``pages`` how many pages
    the evidence holds, ``missing`` the ids that could not be read."""

    record: YearRecord
    cases: tuple[ReviewCase, ...]
    evidence: str
    form: str
    pages: int = 0
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPack:
    """A school's year. ``human``: what only a person can judge, by article; ``methods``: platform, what a visitor sees."""

    school: str
    regulation: str
    year: int
    until: datetime
    rows: tuple[ReviewRow, ...]
    human: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """What the pack is called."""
        return f"{self.school}网站与新媒体账号{self.year}年度审核"


def file_name(text: str) -> str:
    """The text as the name of a file on any system, without the ending."""
    name = _UNSAFE.sub("_", text).strip(" ._")[:NAME_LONGEST].strip(" ._")
    return name or "未命名"


def day_text(moment: datetime | date | None) -> str:
    """2026年11月21日; 未观察 where nothing was seen."""
    if moment is None:
        return UNSEEN
    day = moment.astimezone(BEIJING).date() if isinstance(moment, datetime) else moment
    return f"{day.year}年{day.month}月{day.day}日"


def month_text(month: MonthlyPosts) -> str:
    """A month's posts for a reader: 未观察 is not 0, and what was only partly seen says so."""
    if month.is_unseen:
        return UNSEEN
    return str(month.count) if month.complete else f"至少{month.count}"


def posts_text(record: YearRecord) -> str:
    """The year's posts for a reader."""
    if record.is_unobserved and not record.posts:
        return UNSEEN
    if not record.posts:
        return "没有更新" if record.is_complete else "没有看到更新，可能不全"
    return f"{record.posts}篇" if record.is_complete else f"已见{record.posts}篇，可能不全"


def last_post_text(record: YearRecord) -> str:
    """The day of the year's newest post; that there was none only where the whole year was listed."""
    return "本年度没有" if record.last_post is None and record.is_complete else day_text(record.last_post)


def silence_text(record: YearRecord) -> str:
    """The longest span shown to be without a post."""
    silence = record.silence
    if silence is None:
        return UNSEEN
    since = "至今" if silence.running else f"至{day_text(silence.end)}"
    return f"{silence.days}天（{day_text(silence.start)}{since}）"


def seen_text(record: YearRecord) -> str:
    """How much of the year was seen."""
    return UNSEEN if record.is_unobserved else f"{record.days}天中的{record.days_observed}天"


def coverage_text(record: YearRecord) -> str:
    """How much of the year's posts is known, by month; what nobody saw is said to be so."""
    whole = sum(month.complete for month in record.months)
    unseen = sum(month.is_unseen for month in record.months)
    if whole == len(record.months):
        return "各月都看全"
    if unseen == len(record.months):
        return UNSEEN
    parts = ((whole, "看全"), (len(record.months) - whole - unseen, "看到一部分"), (unseen, UNSEEN))
    return "，".join(f"{count}个月{word}" for count, word in parts if count)


def unit_overview(rows: Sequence[ReviewRow]) -> str:
    """How much is known of a unit's accounts, and what that asks of the unit."""
    records = [row.record for row in rows]
    unseen = sum(all(month.is_unseen for month in record.months) for record in records)
    whole = sum(record.is_complete for record in records)
    parts = ((whole, "各月都看全"), (len(records) - whole - unseen, "看到一部分"), (unseen, UNSEEN))
    counted = "，".join(f"{count}个{word}" for count, word in parts if count)
    asked = "" if whole == len(records) else f"{UNSEEN}、看到一部分不等于没有更新，请单位说明更新情况。"
    return f"{len(records)}个账号：{counted}。{asked}" if records else "台账里没有账号。"


def names_text(record: YearRecord) -> str:
    """The names that the pages showed; several of them with their days."""
    if len(record.names) == 1:
        return record.names[0][1]
    return "；".join(f"{day_text(day)}起“{name}”" for day, name in record.names) or UNSEEN


def questions(row: ReviewRow) -> tuple[str, ...]:
    """What the reviewer has to ask, the differences first."""
    record, filing = row.record, row.record.filing
    asked = []
    if record.is_unobserved:
        asked.append("全年没有看到该账号的内容，请单位提供更新情况")
    elif not record.is_complete:
        asked.append("部分月份未完整观察，请单位补充该期间的更新情况")
    shown = [name for _, name in record.names]
    if shown and shown[-1] != filing.name:
        asked.append(f"页面显示的名称为“{shown[-1]}”，与台账名称不一致，请核对")
    if waiting := [case.number for case in row.cases if not case.is_final]:
        asked.append(f"有未结问题：{'、'.join(waiting)}")
    if filing.reviewed_at is None:
        asked.append("台账没有上一次年审的时间")
    if row.missing:
        asked.append(f"有{len(row.missing)}份存证不能读取，见存证索引")
    return tuple(asked)
