"""Turns one fetched page into one Observation: the verdict first, then the reader for that kind of page."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from crawler.observe.claims import checked
from crawler.page.classify import explain, match_block_page
from crawler.page.page import MAX_BYTES, Blocked, Page, PageError, Unreadable
from crawler.platforms import spec_of
from crawler.platforms.spec import PageSource, PlatformSpec
from rules.accounts.identity import agrees, filed_ids, stated_ids
from rules.model import PARSER_ERROR, ClaimType, Observation, Outcome, Platform

PARSER_ERRORS: Counter[str] = Counter()
"""Readers that failed on a page in a way nobody foresaw, by source, in this process. The metrics count the
observations that say so (`xunjian_parser_errors_total`)."""


def parse_page(page: Page, platform: str, source: str | None = None) -> Observation:
    """What this page showed. ``platform`` is a Platform value or an alias (appstore, htmldate, sogou).

    The kind of page is recognised from the page; ``source`` (a source's code) insists on one kind. Every failure is an
    outcome with a reason ("code: 中文"), so that noise cannot stop a sweep. Raises KeyError for an unknown platform.
    """
    spec = spec_of(platform)
    try:
        chosen = _recognise(page, spec, source)
    except Exception as error:  # the one deliberate catch: foreign bytes may break any code, ours included
        return _refused(page, spec, source or "", *_why(error, source or "recognise"))
    try:
        return _claim(_agreeing(chosen.read(page), page), chosen)
    except Exception as error:  # as above
        return _refused(page, spec, chosen.code, *_why(error, chosen.code))


def _recognise(page: Page, spec: PlatformSpec, source: str | None) -> PageSource:
    if len(page.body) > MAX_BYTES:
        raise Unreadable(f"too_large: 页面超过 {MAX_BYTES // 1024 // 1024} MB")
    wall = match_block_page(page, spec.platform)
    if wall:
        raise (Blocked if wall.outcome is Outcome.BLOCKED else Unreadable)(explain(wall, page))
    for candidate in spec.sources:
        if source in (None, candidate.code) and candidate.matches(page):
            return candidate
    raise Unreadable("unknown_page: 无法识别的页面，可能已改版或需要登录")


def _agreeing(observation: Observation, page: Page) -> Observation:
    """The observation where it is of the account that its address names. Raises Unreadable where it is of another."""
    if observation.platform is Platform.WEBSITE or observation.results:
        return observation
    asked = filed_ids(observation.platform, "", page.requested_url or page.url)
    if agrees(asked, stated_ids(observation.platform, observation.account_id or "", observation.ids)) is False:
        raise Unreadable(
            f"identity_mismatch: 地址所指的账号与页面显示的“{observation.name or observation.account_id}”不一致，不能说明账号情况"
        )
    return observation


def _claim(observation: Observation, source: PageSource) -> Observation:
    """The observation with its source, claiming no more than that source can show and this page really held."""
    if observation.outcome is Outcome.OK and not _identified(observation):
        raise Unreadable("no_identity: 页面上没有账号、内容或检索结果")
    if observation.platform is not Platform.WEBSITE:
        observation = checked(observation, source)
    proves = observation.proves & source.proves
    dated = [post for post in observation.posts if post.published_at]
    if not dated:
        proves &= ~ClaimType.ACTIVE
    # A list of pinned items only is a truncated list.
    if observation.outcome is not Outcome.EMPTY and all(post.pinned for post in dated):
        proves &= ~ClaimType.INACTIVE
    if not observation.name:
        proves &= ~ClaimType.NAME
    if not observation.verified_body:
        proves &= ~ClaimType.BODY
    if observation.outcome is not Outcome.GONE:
        proves &= ~ClaimType.GONE
    return replace(observation, source=source.code, proves=proves)


def _identified(observation: Observation) -> bool:
    return bool(observation.name or observation.account_id or observation.posts or observation.results)


def _why(error: Exception, where: str) -> tuple[Outcome, str]:
    match error:
        case Blocked():
            return Outcome.BLOCKED, str(error)
        case PageError():
            return Outcome.UNREADABLE, str(error)
    PARSER_ERRORS[where] += 1
    return Outcome.UNREADABLE, f"{PARSER_ERROR}: 读取程序出错（{type(error).__name__}）"


def _refused(page: Page, spec: PlatformSpec, source: str, outcome: Outcome, reason: str) -> Observation:
    return Observation(
        platform=spec.platform,
        source=source,
        url=page.url,
        observed_at=page.fetched_at,
        outcome=outcome,
        reason=reason,
        address=page.address or None,
    )
