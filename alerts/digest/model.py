"""What a digest is made from, a school's day as storage knows it; and what it is made of, lines on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

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
    WITHDRAWN = "withdrawn", "撤回更正"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFinding:
    """A breach first found on this day. ``path`` is a page of the console, beginning with /."""

    title: str
    platform: Platform
    unit: str
    problem: str
    clause: str
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
class LetterCounts:
    """The day's letters: signed and sent on it; then what waits: without an address, not yet received and since when."""

    to_sign: int = 0
    signed: int = 0
    sent: int = 0
    to_print: int = 0
    undelivered: int = 0
    undelivered_since: datetime | None = None
    stopped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestInput:
    """Everything a digest is made from, filled from storage. ``totals``: accounts by platform and outcome of the newest
    look; the key None counts accounts never looked at."""

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
    undelivered: int = 0
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
    NEW = 4
    SIGN = 5
    ACT = 6
    URGENT = 7


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
