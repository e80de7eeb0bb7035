"""From the pages that were fetched for an account to what they say of that account: pure, so that evidence replays alike."""

from __future__ import annotations

from dataclasses import replace

from crawler.observe.ownership import owned, results_of
from crawler.observe.parse import parse_page
from crawler.page.page import Page
from crawler.platforms.spec import Target
from rules.accounts.identity import QUERY_KEY_PREFIX, identity
from rules.model import ClaimType, Observation, Outcome, Platform, Post

NO_BROWSER = "no_browser: 读取该页面需要浏览器，请安装 chromium（apt-get install chromium）"


def attribute_page(page: Page, target: Target, source: str | None = None) -> Observation:
    """The observation of a page fetched for ``target``. ``source``: the code of the source it was fetched by, if known."""
    if target.platform == Platform.WEBSITE:
        return _own_subject(page, target, _own_host(page, target, _website(page, source), source))
    seen = parse_page(page, target.platform, source)
    return select_own_hit(target, seen) if seen.results else owned(target, page, seen)


def _website(page: Page, source: str | None) -> Observation:
    """A website's page says itself what it is: a home page may be nothing but one list, yet it is the home page."""
    seen = parse_page(page, Platform.WEBSITE)
    return replace(seen, source="home") if source == "home" and seen.source == "list" else seen


def _own_subject(page: Page, target: Target, seen: Observation) -> Observation:
    """Nothing counts of a host that answers with something wholly else than the filed site."""
    # Imported here: the readers of other platforms need not load those of websites.
    from crawler.platforms.website.subject import CHANGED, is_another_subject

    if seen.outcome is not Outcome.OK or not is_another_subject(page, target):
        return seen
    refused = replace(seen, outcome=Outcome.UNREADABLE, reason=CHANGED, name=None, posts=(), columns=(), bylines=())
    return replace(refused, proves=ClaimType.NONE, silence_if_known=False)


def _own_host(page: Page, target: Target, seen: Observation, source: str | None) -> Observation:
    """A website that answers from another of its own hosts (www., https) is still that website. Only its home page can
    show that it has moved: a column may well link elsewhere."""
    if not target.account_id:
        return seen
    host = identity(Platform.WEBSITE, "", page.url).split("/")[0]
    if host in {target.account_id.split("/")[0], *target.hosts}:
        return replace(seen, account_id=target.account_id, address=page.address or None)
    led_away = bool(page.requested_url) and page.requested_url != page.url
    if source == "home" and seen.outcome.is_fact and led_away:
        reason = f"moved: 网站跳转到 {host}"
        moved = replace(seen, outcome=Outcome.MOVED, moved_to=page.url, reason=reason, posts=(), proves=ClaimType.NONE)
        return replace(moved, account_id=target.account_id, source="home")
    return seen


def select_own_hit(target: Target, seen: Observation) -> Observation:
    """A search page speaks of many accounts: keep what it says of ours, by id or by the exact name, and only that it is
    active. Not being among the results proves nothing."""
    if not seen.results or not target.key or target.key.startswith(QUERY_KEY_PREFIX):
        return seen
    ours = results_of(target, seen.results)
    if not ours:
        reason = "not_in_results: 搜索结果中没有这个账号，不能说明账号情况"
        empty = replace(seen, outcome=Outcome.UNREADABLE, reason=reason, name=None, account_id=None)
        return replace(empty, verified_body=None, posts=(), proves=ClaimType.NONE)
    at = ours[0].last_post_at
    posts = (Post(id=f"search:{at:%Y%m%d%H%M%S}", published_at=at),) if at else ()
    proves = seen.proves & ClaimType.ACTIVE if posts else ClaimType.NONE
    return replace(seen, name=None, account_id=target.account_id, verified_body=None, posts=posts, proves=proves)


def summarize_visit(seen: list[Observation]) -> list[Observation]:
    """What a visit's pages say together, the first page first.

    A website's silence is shown only by a home page whose own dates are enough for that, and only where none of its
    columns was hidden from us; one stale column alone shows nothing, nor does one frame of several. Where some page told
    how the account is, a further page that could not be read is no news: its bytes are kept, but it is not recorded.
    Where none did, a wall and a missing browser are told. Of a site that somebody else has taken over only that is told.
    """
    if hijacked := [each for each in seen if each.is_hijacked]:
        return hijacked  # columns of a broken-into site prove as little as its home page
    home = any(each.source == "home" and _may_be_silent(each) for each in seen)
    columns = [each for each in seen if each.source in ("home", "list")]
    hidden = any(each.outcome == Outcome.BLOCKED for each in seen)
    silent = home and not hidden and any(each.last_post_at for each in columns)
    if columns and len(seen) > 1 and not silent:
        seen = [replace(each, proves=each.proves & ~ClaimType.INACTIVE, silence_if_known=False) for each in seen]
    facts = [each for each in seen if each.outcome.is_fact]
    if any(each.last_post_at or each.outcome != Outcome.OK for each in facts):
        return facts
    telling = [each for each in seen if each.outcome == Outcome.BLOCKED or each.reason == NO_BROWSER]
    return [*facts, *telling] or seen[-1:]


def _may_be_silent(home: Observation) -> bool:
    """Whether a home page lets its columns speak of silence: not where its own dates were found to be too few for that."""
    shown = bool(home.proves & ClaimType.INACTIVE) or home.silence_if_known or home.last_post_at is None
    return home.outcome == Outcome.OK and shown
