"""The shared language: what is declared, what is seen, and what follows. Frozen facts, nothing that acts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Flag, StrEnum, auto
from typing import Self

BEIJING = timezone(timedelta(hours=8), "CST")
"""Every time in the product is aware and shown in this zone; China has had no daylight saving since 1991."""


HIJACKED = "hijacked"
"""The code that opens the reason of a look at a lost or broken-into site (`AccountState.obstacle_reason` keeps it)."""
FRESH = timedelta(days=31)
"""A date without its year is believed to be the newest possible one when its post is seen so soon after it."""


class LabeledEnum(StrEnum):
    """An English code for machines with the Chinese label a person reads: ``OK = "ok", "正常"``."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        """Make a member whose value is ``code`` and whose ``label`` is Chinese; ``Outcome("ok")`` finds one by code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class Platform(LabeledEnum):
    """Where an account lives."""

    WEBSITE = "website", "网站"
    WECHAT = "wechat", "微信公众号"
    WEIBO = "weibo", "微博"
    DOUYIN = "douyin", "抖音"
    BILIBILI = "bilibili", "哔哩哔哩"
    TOUTIAO = "toutiao", "今日头条"
    BAIJIAHAO = "baijiahao", "百家号"
    KUAISHOU = "kuaishou", "快手"
    ZHIHU = "zhihu", "知乎"
    TIEBA = "tieba", "百度贴吧"
    XIAOHONGSHU = "xiaohongshu", "小红书"
    QZONE = "qzone", "QQ空间"
    PENGUIN = "penguin", "企鹅号"
    CHANNELS = "channels", "微信视频号"
    MINIPROGRAM = "miniprogram", "小程序"
    APP = "app", "移动客户端"
    GROUP = "group", "互联网群组"
    OTHER = "other", "其他平台"


class Outcome(LabeledEnum):
    """What kind of answer one page was. Only the first four are facts about the account."""

    OK = "ok", "正常"
    EMPTY = "empty", "确认无内容"
    GONE = "gone", "已注销或封禁"
    MOVED = "moved", "已迁移"
    BLOCKED = "blocked", "被拦截"
    UNREADABLE = "unreadable", "无法识别"

    @property
    def is_fact(self) -> bool:
        """True where the page said something about the account, not about our crawler."""
        return self in (Outcome.OK, Outcome.EMPTY, Outcome.GONE, Outcome.MOVED)


class ClaimType(Flag):
    """What one source is able to show. A list that is known to skip items can show ACTIVE, never INACTIVE."""

    NONE = 0
    ACTIVE = auto()
    INACTIVE = auto()
    NAME = auto()
    BODY = auto()
    GONE = auto()


class Precision(LabeledEnum):
    """How exactly a publication time is known."""

    SECOND = "second", "秒"
    MINUTE = "minute", "分"
    DAY = "day", "日"
    MONTH = "month", "月"
    DERIVED = "derived", "由编号推算"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One item the account itself published. ``published_at`` is aware; the start of the day when precision is DAY.

    ``year_inferred``: the page left the year out and nothing else told it: the newest possible one was taken.
    """

    id: str
    title: str = ""
    url: str = ""
    published_at: datetime | None = None
    precision: Precision = Precision.SECOND
    pinned: bool = False
    year_inferred: bool = False

    def is_dated(self, seen_at: datetime) -> bool:
        """Whether anybody knows the date of this post, seen at this moment: an inferred year counts only while fresh."""
        if self.published_at is None:
            return False
        return not self.year_inferred or self.published_at >= seen_at - FRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """One row of a search page: an account somebody may have to look at. A search never proves there is no other."""

    platform: Platform
    name: str
    account_id: str = ""
    url: str = ""
    verified_body: str = ""
    last_post_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one page showed at one moment: a fact, never a judgement.

    ``posts`` are the account's own items only (never ads, reposted lists or other authors); ``proves`` says what this
    source may show; ``post_count`` is the platform's own number of all posts, None where its number counts less;
    ``evidence`` is the id of the stored bytes.

    - ``ids``: what the page says of whose it is beside ``account_id``, each as ``kind:value`` (`rules.accounts.identity`).
    - ``counters``: numbers of the platform's that rise when something is published, by what they count. They need not
      count everything: they are only held against the list (`rules.accounts.counters`).
    - ``sign_at``: the newest thing in the account's own space that is no post of its own (joint work, 合集, 快转).
    - ``silence_if_known``: the list would show newer posts, but the year of its newest one is inferred, so that it shows
      silence only to who has seen that post before (`rules.accounts.first_dates`).
    """

    platform: Platform
    source: str
    url: str
    observed_at: datetime
    outcome: Outcome
    reason: str = ""
    name: str | None = None
    account_id: str | None = None
    verified_body: str | None = None
    posts: tuple[Post, ...] = ()
    post_count: int | None = None
    proves: ClaimType = ClaimType.NONE
    moved_to: str | None = None
    address: str | None = None
    columns: tuple[str, ...] = ()
    bylines: tuple[str, ...] = ()
    results: tuple[SearchHit, ...] = ()
    evidence: str = ""
    ids: tuple[str, ...] = ()
    counters: tuple[tuple[str, int], ...] = ()
    sign_at: datetime | None = None
    silence_if_known: bool = False

    @property
    def is_hijacked(self) -> bool:
        """True where the site has become somebody else's: staff must hear of it at once, nothing it shows counts."""
        return self.reason.startswith(f"{HIJACKED}:")

    @property
    def last_post_at(self) -> datetime | None:
        """The newest publication time among own posts, pinned ones included; None when nothing is dated."""
        return max((post.published_at for post in self.posts if post.published_at), default=None)


class AccountLevel(LabeledEnum):
    """一级, 二级, 三级 accounts."""

    ONE = "1", "一级"
    TWO = "2", "二级"
    THREE = "3", "三级"


class FilingStatus(LabeledEnum):
    """What the school's register says about an account's life."""

    ACTIVE = "active", "在用"
    PAUSED = "paused", "暂停"
    CLOSED = "closed", "已关停"
    CANCELLED = "cancelled", "已注销"


class ReviewResult(LabeledEnum):
    """How an annual review ended."""

    PASSED = "passed", "合格"
    FAILED = "failed", "不合格"
    MISSING = "missing", "未提交"


_MADE_ID = re.compile(rf"(?:{'|'.join(Platform)})-[0-9a-f]{{10}}(?:-\d+)?")
"""How the import numbers a row that has no 备案号."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What a school has on file about one account: one row of the register (台账).

    ``id`` is the register's own number of the row, or made by the import where the office gave none (`number`). Dates
    are calendar dates in China.

    - ``unknown``: fields the office's table has no column for, or calls 不详. Nothing may be concluded from their being
      empty (`knows`).
    - ``known_to_month``, ``known_to_year``: dates of which the day, or the month too, is not on file. What stands in the
      field is then the day most in the unit's favour.
    - ``guiding_unit``: who guides the owner of a level-3 account, or whom it belongs to (指导关系或行政隶属关系).
    - ``position``: the row's place in the office's own order. ``extra``: the office's other columns, as (heading, text).
    """

    id: str
    school: str
    platform: Platform
    name: str
    unit: str = ""
    guiding_unit: str = ""
    account_id: str = ""
    url: str = ""
    level: AccountLevel | None = None
    category: str = ""
    account_type: str = ""
    verified: bool | None = None
    verified_body: str = ""
    purpose: str = ""
    opened_at: date | None = None
    filed_at: date | None = None
    changed_at: date | None = None
    first_owner: str = ""
    first_owner_post: str = ""
    direct_owner: str = ""
    direct_owner_post: str = ""
    direct_owner_is_staff: bool | None = None
    operators: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    followers: int | None = None
    server: str = ""
    holds_school_data: bool | None = None
    reviewed_at: date | None = None
    review_result: ReviewResult | None = None
    self_checked_at: date | None = None
    project_ends_at: date | None = None
    status: FilingStatus = FilingStatus.ACTIVE
    status_changed_at: date | None = None
    note: str = ""
    body_type: str = ""
    position: int = 0
    unknown: tuple[str, ...] = ()
    known_to_month: tuple[str, ...] = ()
    known_to_year: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()

    def knows(self, field: str) -> bool:
        """False where the register cannot say: its table has no such column, or the cell says 不详."""
        return field not in self.unknown

    @property
    def number(self) -> str:
        """The office's own 备案号; "" where ``id`` was made by the import."""
        return "" if _MADE_ID.fullmatch(self.id) else self.id

    @property
    def order(self) -> tuple[bool, int, str]:
        """Sorts filings as the office does; rows that never had a place come last, by their ids."""
        return not self.position, self.position, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedEvidence:
    """One dated fact with the evidence that shows it."""

    at: datetime
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstDate:
    """The day a post bore when it was first seen; ``known``: its year was stated, or the post was fresh then."""

    post: str
    day: date
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One counter of a platform's beside the list: ``base`` when both last agreed, ``latest`` now, ``listed`` own posts
    first seen in between. ``worst`` is the most that was ever unlisted, ``moved`` the look that showed it."""

    kind: str
    base: int
    latest: int
    listed: int = 0
    worst: int = 0
    moved: DatedEvidence | None = None

    @property
    def unlisted(self) -> int:
        """How many publications the counter knows of that no list has shown."""
        return max(0, self.latest - self.base - self.listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """Everything the observations of one account say together: the present, without scanning history.

    Built by `rules.evaluation.absorb`. A blocked or unreadable look moves ``attempted_at``, ``obstacle`` and
    ``failures`` (looks in a row that said nothing) only.

    - ``silence_shown``: newest look at the right identity by a source that can prove INACTIVE.
    - ``last_post``: newest own post ever seen, with the evidence of the look that first showed it.
    - ``gone``: looks on distinct days that positively showed the account gone, since it was last seen alive.
    - ``runs``: first and last post of the newest runs of posts (at most a week apart), oldest run first, each time the
      latest its precision allows. They say whether the account was in order when a notice went out.
    - ``days_observed``: days in the last 366 with at least one fact; ``posts_in_year``: distinct posts seen.
    - ``listed_from``, ``listed_to``: between these every own post was listed, by looks that overlap without a gap.
    - ``first_dates``: the posts of a website seen of late, each with the day it bore at first sight.
    - ``tallies``: the platform's counters, held against the lists; ``sign_at``, ``sign``: the newest sign of life in the
      account's own space that is no post of its own, and the look that showed it.
    - ``name_seen``, ``body_seen``: newest look that showed them; ``name_since``, ``body_since``: first look that
      showed the present value.
    - ``hijacked``: the first look that showed somebody else's content, until the site shows its own again.
    """

    attempted_at: datetime | None = None
    obstacle: Outcome | None = None
    obstacle_reason: str = ""
    failures: int = 0
    fact: DatedEvidence | None = None
    outcome: Outcome | None = None
    first_fact_at: datetime | None = None
    alive: DatedEvidence | None = None
    silence_shown: DatedEvidence | None = None
    last_post_at: datetime | None = None
    last_post: DatedEvidence | None = None
    last_post_precision: Precision = Precision.SECOND
    runs: tuple[tuple[datetime, datetime], ...] = ()
    empty: DatedEvidence | None = None
    gone: tuple[DatedEvidence, ...] = ()
    name: str | None = None
    name_seen: DatedEvidence | None = None
    name_since: datetime | None = None
    previous_name: str | None = None
    account_id: str | None = None
    verified_body: str | None = None
    body_seen: DatedEvidence | None = None
    body_since: datetime | None = None
    post_count: int | None = None
    posts_in_year: int = 0
    days_observed: int = 0
    listed_from: datetime | None = None
    listed_to: datetime | None = None
    address: str | None = None
    columns: tuple[str, ...] = ()
    columns_seen: DatedEvidence | None = None
    bylines: tuple[str, ...] = ()
    bylines_seen: DatedEvidence | None = None
    moved_to: str | None = None
    first_dates: tuple[FirstDate, ...] = ()
    tallies: tuple[Tally, ...] = ()
    sign_at: datetime | None = None
    sign: DatedEvidence | None = None
    hijacked: DatedEvidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """Why an unfiled account concerns a school: the name match a person confirmed or has yet to look at.

    ``review``: the matcher itself was unsure, so a person looks before anything is called a violation. ``seen_at`` is
    when the evidence was fetched, for accounts that only a search page has shown. ``unit``: whose it is, as far as a
    person found out; ``body``: an organisation's verified body.
    """

    term: str
    kind: str
    why: str
    own_body: bool
    confirmed_by: str = ""
    evidence: tuple[str, ...] = ()
    review: bool = False
    seen_at: datetime | None = None
    name: str = ""
    unit: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Declared beside seen: a full outer join. Either may be missing, never both.

    ``key`` is ``platform:stable-id`` (``website:host``, ``wechat:gh_…``, ``weibo:1663414103``).
    """

    school: str
    platform: Platform
    key: str
    filing: Filing | None = None
    seen: AccountState | None = None
    suspicion: Suspicion | None = None

    @property
    def title(self) -> str:
        """What to call the account in front of a person: the declared name, else the seen one, else the key."""
        if self.filing:
            return self.filing.name
        return (self.seen and self.seen.name) or (self.suspicion and self.suspicion.name) or self.key


class Verdict(LabeledEnum):
    """What a rule answers."""

    COMPLIANT = "compliant", "符合"
    VIOLATED = "violated", "违反"
    UNDETERMINED = "undetermined", "无法判定"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule's answer about one account: the verdict, one Chinese sentence why, and the evidence it stands on.

    - ``shown_at``: the newest look the answer stands on; None where it stands on the register alone.
    - ``since``: when the breach began.
    - ``in_order``: spans in which the account is known to have been in order. A notice sent within one was wrong.
    - ``until``: time alone cannot change this answer before then; None where only a new fact can. Undetermined with a
      time: the next look should come then, or at once if it has passed.
    - ``provisional``: a working-day deadline fell in a year whose calendar is not published yet.
    """

    verdict: Verdict
    reason: str
    evidence: tuple[str, ...] = ()
    shown_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    in_order: tuple[tuple[datetime, datetime], ...] = ()
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One clause applied to one account. ``violated`` ones become cases; the others are the record that we looked.

    ``eased``: in order only because the policy was edited since the account's open case began. ``in_order`` of an
    account with an open case is reckoned by the settings that case opened under.
    """

    school: str
    platform: Platform
    account: str
    title: str
    unit: str
    supervisor: str = ""
    rule: str
    clause: str
    basis: str
    verdict: Verdict
    reason: str
    evidence: tuple[str, ...] = ()
    shown_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    in_order: tuple[tuple[datetime, datetime], ...] = ()
    school_to_confirm: bool = False
    provisional: bool = False
    eased: bool = False

    @property
    def key(self) -> str:
        """The same problem tomorrow has the same key: school, account, rule and clause."""
        return f"{self.school}/{self.account}/{self.rule}/{self.clause}"


class CaseState(LabeledEnum):
    """Where a case stands. The last three are final."""

    OPEN = "open", "待研判"
    RECTIFYING = "rectifying", "整改中"
    RESOLVED = "resolved", "待复核"
    CLOSED = "closed", "已销号"
    DISMISSED = "dismissed", "不属实"
    WITHDRAWN = "withdrawn", "已撤回"

    @property
    def is_final(self) -> bool:
        """True where nothing more can happen to the case."""
        return self in (CaseState.CLOSED, CaseState.DISMISSED, CaseState.WITHDRAWN)


class DocumentType(LabeledEnum):
    """What a case sends. The first four are steps of a ladder, in the order they climb; the others answer."""

    REMINDER = "reminder", "提示函"
    RECTIFICATION = "rectification", "整改通知书"
    PUBLIC_NOTICE = "public_notice", "公开通报"
    SHUTDOWN = "shutdown", "关停通知"
    CORRECTION = "correction", "撤回更正"
    APPEAL_DECISION = "appeal_decision", "申诉决定"
    CLOSURE = "closure", "销号通知"
