"""Whose page this is: what it and its address say must agree with what is on file, in whatever kind of id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from crawler.page.page import Page
from crawler.platforms.spec import Target
from rules.accounts.identity import QUERY_KEY_PREFIX, Ids, agrees, filed_ids, stated_ids
from rules.model import ClaimType, Observation, Outcome, SearchHit

FEED_WORDS = re.compile(
    r"(?:的)?(?:微信)?(?:公众号|订阅号|服务号|公众平台)?(?:的)?(?:文章|推送|更新)?(?:RSS|Atom|订阅源?|Feed)?$", re.I
)
"""What a bridge adds to the name of the account that its feed is of."""


def owned(target: Target, page: Page, seen: Observation) -> Observation:
    """The observation where the page is the target's own; unreadable, with the reason, where it is somebody else's.

    An id of one kind decides. Where no two are of one kind, the name must be the filed one, and then the page shows no
    more than that something was published.
    """
    filed = _filed(target)
    if not seen.outcome.is_fact or target.key.startswith(QUERY_KEY_PREFIX) or not (filed or target.name):
        return seen
    agreed = agrees(filed, stated_ids(seen.platform, seen.account_id or "", seen.ids, page.url))
    if agreed:
        return seen
    if agreed is None and _named_alike(target, page, seen):
        return replace(seen, account_id=None, ids=(), proves=seen.proves & ClaimType.ACTIVE)
    on_file = target.filed_id or target.account_id or target.name
    reason = f"identity_mismatch: 页面属于“{seen.account_id or seen.name or '未知账号'}”，与台账登记的“{on_file}”不符或无法对应"
    refused = replace(seen, outcome=Outcome.UNREADABLE, reason=reason, name=None, verified_body=None, posts=())
    return replace(refused, post_count=None, counters=(), sign_at=None, proves=ClaimType.NONE)


def results_of(target: Target, results: Sequence[SearchHit]) -> list[SearchHit]:
    """The results of a search that are the target: by id, else the only one of its name that no id speaks against."""
    filed = _filed(target)
    said = [(found, agrees(filed, stated_ids(found.platform, found.account_id, (), found.url))) for found in results]
    if own := [found for found, agreed in said if agreed]:
        return own
    named = [found for found, agreed in said if agreed is None and _plain(found.name) == _plain(target.name)]
    return named if len({(found.account_id, found.url) for found in named}) == 1 else []


def _filed(target: Target) -> Ids:
    by_row = filed_ids(target.platform, target.filed_id, target.url)
    return tuple(dict.fromkeys((*by_row, *filed_ids(target.platform, target.account_id, ""))))


def _named_alike(target: Target, page: Page, seen: Observation) -> bool:
    """Whether the page bears the filed name; one that bears none must be the very address on file."""
    if not seen.name:
        return bool(target.url) and target.url in (page.requested_url, page.url)
    name = FEED_WORDS.sub("", seen.name) if seen.source.startswith("feed") else seen.name
    return bool(target.name) and _plain(target.name) in (_plain(name), _plain(seen.name))


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
