"""What a link that a unit gave turned out to show, in plain words: whose account, what date, good or not and why not. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from rules.accounts.pasted_target import LINK
from rules.accounts.state import FUTURE
from rules.calendar import Calendar, Period, latest_possible
from rules.model import Filing, Observation, Outcome, Post
from rules.platforms import HOSTS, host_of, platform_of_host

LINKS_READ = 5
"""Links of one answer that are opened; nobody has to prove more."""
SAME_POST = timedelta(days=2)
PREVIEW = frozenset({"tempkey", "preview", "previewkey", "scene_preview"})
"""What the address of a draft carries that nobody published."""
BARE = re.compile(r"(?<![\w@./-])(?:[a-z0-9-]+\.)+[a-z]{2,10}/[\w\-./?=&%#~+:]+", re.I | re.A)


@dataclass(frozen=True, slots=True)
class LinkReading:
    """One link: whether it settles the question, what to tell the unit, and the date read. ``unseen``: a wall stood before
    it, so that only a person can look."""

    url: str
    accepted: bool
    words: str
    newest: datetime | None = None
    evidence: str = ""
    unseen: bool = False


def pasted_links(text: str) -> list[str]:
    """The links in a share text as a phone copies it, each once, at most `LINKS_READ`."""
    found = [met.rstrip(".,;:!?)]}…") for met in LINK.findall(text)]
    if not found:
        found = [f"https://{met.rstrip('.,;:!?)]}…')}" for met in BARE.findall(text)]
    return list(dict.fromkeys(found))[:LINKS_READ]


def is_preview(url: str) -> bool:
    """Whether a link leads to a draft that was not published."""
    try:
        return any(name.lower() in PREVIEW for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True))
    except ValueError:
        return False


def refused_unread(url: str, filing: Filing) -> LinkReading | None:
    """A link that is not opened at all: a draft that nobody published, or a page of another platform."""
    if is_preview(url):
        return LinkReading(url, False, "这是未发布内容的预览链接，不能说明账号有更新。请在发布以后再复制链接。")
    whose = platform_of_host(host_of(url))
    known = any(platform is filing.platform for platform in HOSTS.values())
    if whose and known and whose is not filing.platform:
        words = f"这是{whose.label}的链接，而要核实的是{filing.platform.label}“{filing.name}”。请检查是否复制错了。"
        return LinkReading(url, False, words)
    return None


def read_link(
    url: str, look: Observation, filing: Filing, *, counted_at: datetime | None, known: Mapping[str, datetime],
    limit: Period, calendar: Calendar,
) -> LinkReading:  # fmt: skip
    """What one look at a link means for the account it was given for.

    ``counted_at``: the account's newest post after the look, as the fold took it; ``known``: when posts seen earlier were
    published, by id.
    """
    account = f"{filing.platform.label}“{filing.name}”"
    if refusal := _refused(look, account):
        return LinkReading(url, False, refusal, evidence=look.evidence, unseen=look.outcome is Outcome.BLOCKED)
    newest = _newest(look.posts, look.observed_at)
    if newest is None or newest.published_at is None:
        return LinkReading(
            url, False, "页面能打开，但没有读出发布时间，不能作为依据。请换一条内容的链接。", evidence=look.evidence
        )
    at = newest.published_at
    shown = f"《{newest.title[:40]}》" if newest.title else "这条内容"
    words = f"已读到{account}的{shown}，发布于{_day(at)}"
    before = known.get(newest.id)
    if before and at > before + SAME_POST:
        text = f"{shown}此前已经见过，当时的发布时间是{_day(before)}，不能算作新的更新。请提供最近新发布的内容。"
        return LinkReading(url, False, text, at, look.evidence)
    if counted_at is None or counted_at < at:
        text = f"读到了{shown}，但无法确认它属于{account}，不能作为依据。"
        return LinkReading(url, False, text, at, look.evidence)
    if calendar.deadline(latest_possible(at, newest.precision), limit).at < look.observed_at:
        text = f"{words}，距今已超过{limit}。如果近期还有更新，请提供更新的链接；确实没有的，请选择“近期没有更新”。"
        return LinkReading(url, False, text, at, look.evidence)
    return LinkReading(url, True, f"{words}，在{limit}之内。核实完成，谢谢！", at, look.evidence)


def _refused(look: Observation, account: str) -> str:
    """Why a look shows nothing of the account, to the person who gave the link; empty where it does."""
    if look.outcome is Outcome.OK:
        return ""
    if look.reason.startswith("identity_mismatch"):
        return f"这个链接属于另一个账号，不是{account}，不能作为它的更新。请检查是否复制错了。"
    if look.outcome is Outcome.GONE:
        return "这条内容已经被删除或无法查看，不能作为依据。请换一条还能打开的内容。"
    if look.outcome is Outcome.BLOCKED:
        return "平台要求登录或验证，这次没有读到页面，不能判断，已转工作人员查看。也可以换一条内容的链接（公众号请用文章右上角“复制链接”）再提交。"
    return "页面没有读懂，不能判断。请确认链接是单条内容的地址，或附上截图由工作人员查看。"


def _newest(posts: Collection[Post], seen_at: datetime) -> Post | None:
    dated = [
        post for post in posts if post.is_dated(seen_at) and post.published_at and post.published_at <= seen_at + FUTURE
    ]
    return max(dated, key=lambda post: post.published_at or seen_at, default=None)


def _day(at: datetime) -> str:
    return f"{at.year}年{at.month}月{at.day}日"
