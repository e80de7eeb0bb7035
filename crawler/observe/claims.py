"""What a read page may claim: times that can be true, a name that is one, silence only from a whole list of dated posts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.page.page import Unreadable
from crawler.platforms.spec import PageSource
from rules.model import BEIJING, ClaimType, Observation, Outcome, Post

EARLIEST = datetime(2000, 1, 1, tzinfo=BEIJING)
"""Older than every platform: 1970 and 1900 are what an empty field looks like."""
AHEAD = timedelta(hours=1)
"""Clocks differ by minutes; what lies further ahead is not published yet."""
ENDED = re.compile(
    r"(?:该|此)?(?:用户|[帐账]号|公众号)?(?:已|被|已被|自行)(?:自主)?(?:注销|封禁|冻结|封停|停用|删除)(?:账号|用户)?"
)
RESET = re.compile(r"(?:昵称|名称|用户名)?(?:已|被|已被)重置|匿名用户|用户不存在|已注销用户")
MADE = re.compile(
    r"用户[0-9A-Za-z]{5,20}|(?:微博|抖音|快手|知乎|头条|手机)用户[0-9A-Za-z_-]{0,24}|bili_\d{6,20}|小红薯[0-9A-Fa-f]{6,10}|贴吧用户_?\w{4,20}"
)
"""Names that platforms themselves give where they took a name away."""
SIGNS = " \t「」『』【】[]()（）《》<>“”\"'·.。-_~*"


def checked(seen: Observation, source: PageSource) -> Observation:
    """The observation without what no page can show. Raises Unreadable where only a placeholder is left of it."""
    seen = replace(seen, posts=tuple(_timed(post, seen.observed_at) for post in seen.posts))
    if seen.name and (why := placeholder(seen.name)):
        if seen.outcome is not Outcome.GONE and not seen.posts and not seen.results:
            raise Unreadable(f"account_placeholder: 页面名称是平台的占位文字“{seen.name}”，{why}，需人工确认")
        seen = replace(seen, name=None, proves=seen.proves & ~(ClaimType.INACTIVE | ClaimType.NAME))
    if seen.outcome is Outcome.GONE and not seen.account_id and ClaimType.GONE in seen.proves & source.proves:
        raise Unreadable("no_identity: 平台提示账号已注销或封禁，但页面没有说明是哪个账号，需人工确认")
    if seen.outcome is Outcome.OK and not _whole_list(seen, source):
        seen = replace(seen, proves=seen.proves & ~ClaimType.INACTIVE)
    return seen


def placeholder(name: str) -> str:
    """What a name says that is none: the account has ended, or its name was taken away. Empty for a real name."""
    bare = name.strip(SIGNS)
    if ENDED.fullmatch(bare):
        return "账号可能已注销或被封禁"
    return "账号名称可能已被平台重置" if RESET.fullmatch(bare) or MADE.fullmatch(bare) else ""


def _timed(post: Post, now: datetime) -> Post:
    if post.published_at is None or EARLIEST < post.published_at <= now + AHEAD:
        return post
    return replace(post, published_at=None)


def _whole_list(seen: Observation, source: PageSource) -> bool:
    """Whether a newer post would have stood here: no post without a date, no newer sign of life, no list cut short."""
    own = [post for post in seen.posts if not post.pinned]
    if any(post.published_at is None for post in own):
        return False
    if seen.sign_at and (seen.last_post_at is None or seen.sign_at > seen.last_post_at):
        return False
    everything = seen.post_count is not None and len(seen.posts) >= seen.post_count
    return everything or len(own) >= source.least
