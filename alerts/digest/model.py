"""What a digest is made from, a school's day as storage knows it; and what it is made of, lines on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from rules.coverage import CoverageFigures
from rules.model import DocumentType, LabeledEnum, Outcome, Platform


class ChangeKind(LabeledEnum):
    """What changed without being a breach."""

    RECOVERED = "recovered", "恢复更新"
    RENAMED = "renamed", "更名"
    GONE = "gone", "已注销或封禁"
    MOVED = "moved", "迁移"
    CLONE = "clone", "疑似仿冒网站（待核实）"
    SUSPECT = "suspect", "涉嫌擅用校名（待核实）"
    UNFILED = "unfiled", "学校主体但未备案（待核实）"
    DOUBTFUL = "doubtful", "名称有歧义（待核实）"
    NEW_ACCOUNT = "new_account", "新发现账号"
    CLOSED = "closed", "销号"
    WITHDRAWN = "withdrawn", "撤回"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFinding:
    """A breach first found on this day. ``what`` is what the breach is called, ``clause`` the article alone (第七条), ``path`` a
    page of the console, beginning with /."""

    title: str
    platform: Platform
    unit: str
    problem: str
    clause: str
    what: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case under way: what comes next, for whom, when, and what it waits for (a Chinese phrase, empty if nothing)."""

    number: str
    title: str
    platform: Platform
    unit: str
    state: str
    next_step: str = ""
    due_at: datetime | None = None
    provisional: bool = False
    waiting: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingApproval:
    """A step that is due and needs a named person's signature."""

    number: str
    title: str
    platform: Platform
    document: DocumentType
    approver: str
    since: datetime
    unit: str = ""
    path: str = ""


class PaperState(LabeledEnum):
    """What became of a paper of this day."""

    SENT = "sent", "已送出"
    WAITING = "waiting", "尚未送出"
    FAILED = "failed", "发送失败"
    NO_ADDRESS = "no_address", "未发到任何邮箱，须打印送达"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperIssued:
    """A paper that left in the school's name, or should have: its 文号, what it is, and to whom."""

    number: str
    paper: str
    addressee: str
    unit: str
    state: PaperState
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HijackedSite:
    """A site that shows somebody else's content, since when, and the page of the console with what was seen."""

    title: str
    unit: str
    since: datetime
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestChange:
    """Something that is different today."""

    kind: ChangeKind
    title: str
    platform: Platform
    detail: str = ""
    unit: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnobservedAccounts:
    """Accounts of one platform that could not be seen, why, and since when; ``examples`` are names."""

    platform: Platform
    count: int
    since: datetime | None
    outcome: Outcome | None
    reason: str = ""
    examples: tuple[str, ...] = ()
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformRunStats:
    """A platform's day: runs, looks blocked, the last success, and the breaker (since when it is tripped, and why)."""

    platform: Platform
    runs: int = 0
    missed: int = 0
    looks: int = 0
    blocked: int = 0
    last_success: datetime | None = None
    breaker_since: datetime | None = None
    breaker_reason: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryStats:
    """The day's inquiries: how many were asked, answered, became overdue; how many wait for staff; units that never answer."""

    asked: int = 0
    answered: int = 0
    overdue: int = 0
    for_staff: int = 0
    to_confirm: int = 0
    silent_units: tuple[str, ...] = ()
    path: str = "/inquiries"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCounts:
    """The day's letters: signed and sent on it; then what waits: put off by the signer, without an address, not yet
    received and since when."""

    to_sign: int = 0
    deferred: int = 0
    signed: int = 0
    sent: int = 0
    to_print: int = 0
    undelivered: int = 0
    undelivered_since: datetime | None = None
    stopped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestInput:
    """Everything a digest is made from, filled from storage. ``totals``: accounts by platform and outcome of the newest
    look; the key None counts accounts never looked at. ``bridges``: those that are out of order, by name, and why.
    ``regulation``: what the articles are articles of, for the foot. ``until``: of a page over several days, the last."""

    school: str
    school_name: str
    day: date
    now: datetime
    demo: bool = False
    totals: Mapping[Platform, Mapping[Outcome | None, int]] = field(default_factory=dict)
    hijacked: Sequence[HijackedSite] = ()
    findings: Sequence[NewFinding] = ()
    cases: Sequence[OpenCase] = ()
    awaiting: Sequence[PendingApproval] = ()
    changes: Sequence[DigestChange] = ()
    unseen: Sequence[UnobservedAccounts] = ()
    crawlers: Sequence[PlatformRunStats] = ()
    papers: Sequence[PaperIssued] = ()
    undelivered: int = 0
    coverage: CoverageFigures | None = None
    inquiries: InquiryStats | None = None
    bridges: Mapping[str, str] = field(default_factory=dict)
    regulation: str = ""
    until: date | None = None
    letters: LetterCounts = LetterCounts()


class Tone(StrEnum):
    """How a line is coloured. UNSEEN is for everything that was not observed: neither good nor bad news."""

    ALERT = "alert"
    ACT = "act"
    GOOD = "good"
    PLAIN = "plain"
    UNSEEN = "unseen"


class Priority(IntEnum):
    """What is cut first where a channel has little room: the smallest."""

    HEALTH = 1
    UNSEEN = 2
    CHANGED = 3
    PAPER = 4
    NEW = 5
    SIGN = 6
    ACT = 7
    URGENT = 8


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One line of the page. ``path`` leads to its page of the console; empty where there is none."""

    text: str
    tone: Tone
    weight: Priority
    path: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its lines; ``more`` is how many the page leaves to the console."""

    heading: str
    lines: tuple[DigestLine, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class PlatformCounts:
    """A platform's accounts: in sight, gone, not in sight."""

    platform: str
    total: int
    seen: int
    gone: int
    unseen: int


class Audience(LabeledEnum):
    """Whom a page is for, and what it is called."""

    OFFICE = "digest", "校媒巡检日报"
    UNIT = "unit", "网站与新媒体提示"
    WEEK = "week", "校媒巡检周报"
    MONTH = "month", "校媒巡检月报"
    IT = "it", "校媒巡检运行情况"
    ALERT = "alert", "校媒巡检即时提醒"
    IT_ALERT = "it_alert", "校媒巡检运行告警"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The page. ``quiet``: nothing new, nothing to do, nothing to sign, nothing changed."""

    school: str
    school_name: str
    day: date
    made_at: datetime
    headline: str
    heartbeat: str
    sections: tuple[Section, ...]
    rows: tuple[PlatformCounts, ...]
    quiet: bool
    demo: bool
    audience: Audience = Audience.OFFICE
    unit: str = ""
    foot: str = ""
    until: date | None = None

    @property
    def title(self) -> str:
        """What the page is called."""
        return f"{self.unit or self.school_name}{self.audience.label}"

    @property
    def period(self) -> str:
        """The day, or the first and the last."""
        return f"{self.day:%Y-%m-%d}" + (f" 至 {self.until:%Y-%m-%d}" if self.until else "")
