"""What the answer to a search shows: rows of accounts, or why there are none; a wall is never "none found"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import quote

from crawler.discovery.domains import certificate_hosts
from crawler.discovery.plan import SearchOutcome
from crawler.discovery.sources import SearchEngine
from crawler.page import extract
from crawler.page.extract import css, find, xpath_text
from crawler.page.page import Page, PageError
from rules.model import Observation, Outcome, Platform, SearchHit

NOTHING = ("no_result:", "no_app:", "not_in_storefront:")
"""How the readers' reasons begin where a page said that it found nothing."""
NO_ROWS = ("没有相关数据", "暂无相关", "search-nodata")
HOMES = {
    Platform.TOUTIAO: "https://www.toutiao.com/c/user/{}/",
    Platform.BILIBILI: "https://space.bilibili.com/{}",
    Platform.APP: "https://apps.apple.com/cn/app/id{}",
    Platform.WECHAT: "https://weixin.sogou.com/weixin?type=1&query={}",
}
"""Where a person finds the account. Sogou's own links are dead within hours, so its row of the name is linked instead."""


def answer(
    search: SearchEngine, seen: Sequence[Observation], page_of: Callable[[str], Page | None]
) -> tuple[SearchOutcome, tuple[SearchHit, ...], str, str]:
    """What came of one question: the reply, the rows, a reason where there are none, the evidence.

    ``seen`` are the observations of one look; ``page_of`` gives the stored page behind an evidence id.
    """
    for look in seen:
        rows = _rows(look)
        if not rows and search.code == "bilibili" and look.outcome is Outcome.UNREADABLE:
            rows, look = _bilibili(page_of(look.evidence), look)
        if rows:
            return SearchOutcome.FOUND, tuple(map(_with_home, rows)), "", look.evidence
        if look.reason.startswith(NOTHING):
            return SearchOutcome.NOTHING, (), look.reason.partition(": ")[2], look.evidence
    worst = next((look for look in seen if look.outcome is Outcome.BLOCKED), seen[0])
    reply = SearchOutcome.BLOCKED if worst.outcome is Outcome.BLOCKED else SearchOutcome.UNREADABLE
    return reply, (), worst.reason.partition(": ")[2] or worst.reason, worst.evidence


def _rows(look: Observation) -> tuple[SearchHit, ...]:
    """The results; of a page that shows one account alone, that account."""
    if look.outcome is not Outcome.OK or look.results or not look.name:
        return look.results if look.outcome is Outcome.OK else ()
    alone = SearchHit(
        platform=look.platform,
        name=look.name,
        account_id=look.account_id or "",
        verified_body=look.verified_body or "",
        last_post_at=look.last_post_at,
    )
    return (alone,)


def _bilibili(page: Page | None, look: Observation) -> tuple[tuple[SearchHit, ...], Observation]:
    """search.bilibili.com/upuser as it is served. The line under a name mixes verification and signature: left out."""
    try:
        cards = find(extract.tree(page), f"//*[{css('b-user-info-card')}]") if page else []
    except PageError:
        return (), look
    rows = [
        SearchHit(
            platform=Platform.BILIBILI,
            name=xpath_text(card, ".//h2//a/@title") or xpath_text(card, ".//h2//a"),
            account_id=extract.first(r"space\.bilibili\.com/(\d{1,20})", xpath_text(card, ".//h2//a/@href")),
        )
        for card in cards
    ]
    if page and not rows and any(words in page.text for words in NO_ROWS):
        look = replace(look, reason="no_result: 搜索没有用户；不能证明账号不存在")
    return tuple(row for row in rows if row.name and row.account_id), look


def _with_home(found: SearchHit) -> SearchHit:
    home = HOMES.get(found.platform, "")
    if not home or (found.url.startswith("http") and found.platform is not Platform.WECHAT):
        return found
    word = found.name if found.platform is Platform.WECHAT else found.account_id
    return replace(found, url=home.format(quote(word))) if word else found


def certified(look: Observation, page: Page | None) -> tuple[SearchOutcome, tuple[str, ...], str]:
    """What the certificate log answered: the hosts, or why there are none."""
    if look.outcome is Outcome.BLOCKED or page is None:
        reply = SearchOutcome.BLOCKED if look.outcome is Outcome.BLOCKED else SearchOutcome.UNREADABLE
        return reply, (), look.reason.partition(": ")[2] or look.reason
    try:
        hosts = certificate_hosts(page)
    except PageError as error:
        return SearchOutcome.UNREADABLE, (), str(error).rpartition(": ")[2]
    return SearchOutcome.FOUND if hosts else SearchOutcome.NOTHING, hosts, ""
