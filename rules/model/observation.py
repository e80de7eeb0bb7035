"""What one page showed at one moment, and the kinds of answer a page can be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Flag, auto

from rules.model.base import LabeledEnum

HIJACKED = "hijacked"
"""The code that opens the reason of a look at a lost or broken-into site (`AccountState.obstacle_reason` keeps it)."""
PARSER_ERROR = "reader_error"
"""The code that opens the reason of an unreadable page that our own reader broke on: it has to be mended."""
FRESH = timedelta(days=31)
"""A date without its year is believed to be the newest possible one when its post is seen so soon after it."""


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


class EvidenceKind(LabeledEnum):
    """How something about an account was established."""

    PUBLIC = "public", "公开页面"
    OFFICIAL = "official", "官方接口"
    MANUAL = "manual", "人工核查"
    DECLARED = "declared", "单位声明"


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
class Statement:
    """What a person states of an account, at a moment, under a name; ``evidence`` is the stored record of it.

    - ``newest``: the day of the newest post that the person saw or named, with its ``url``.
    - ``none_since``: nothing was published after this day, up to the moment of the statement.
    - ``confirms``: a second person stands by the statement of this evidence; ``withdraws``: it is taken back.
    """

    kind: EvidenceKind
    by: str
    at: datetime
    newest: date | None = None
    url: str = ""
    none_since: date | None = None
    confirms: str = ""
    withdraws: str = ""
    evidence: str = ""


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
    - ``unchanged_since``: the page is as it was recorded at this moment; the evidence is a reference to that record.
    - ``whole_at``: the server said so itself (304) and sent no bytes: the last moment at which the bytes did come.
    - ``statement``: no page but a person's word (`rules.accounts.statements`); nothing else of the observation counts then.
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
    unchanged_since: datetime | None = None
    whole_at: datetime | None = None
    statement: Statement | None = None

    @property
    def is_hijacked(self) -> bool:
        """True where the site has become somebody else's: staff must hear of it at once, nothing it shows counts."""
        return self.reason.startswith(f"{HIJACKED}:")

    @property
    def last_post_at(self) -> datetime | None:
        """The newest publication time among own posts, pinned ones included; None when nothing is dated."""
        return max((post.published_at for post in self.posts if post.published_at), default=None)
