"""A visitor of the campus who needs no network: asks the application itself, follows redirects, reads what comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from crawler.observe.linked_posts import linked_post_urls
from crawler.observe.parse import parse_page
from crawler.page.page import Page
from crawler.platforms import SPECS
from crawler.platforms.authorized_api import ApiRequest, list_call, parse_token_response, token_call
from crawler.platforms.spec import Target
from monitors.demo.answer import DemoRequest, DemoResponse
from monitors.demo.app import answer
from monitors.demo.campus import DemoCampus, key_of, public_url
from monitors.demo.official import demo_grants
from monitors.settings import Settings
from rules.accounts.identity import identity
from rules.model import BEIJING, Filing, Observation, Outcome, Platform

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=BEIJING)
HOPS = 5
REFRESH = re.compile(rb'http-equiv="refresh" content="0;url=([^"]+)"')


def ask(campus: DemoCampus, url: str) -> DemoResponse:
    """One request."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return answer(campus, DemoRequest(parts.hostname or "", unquote(parts.path) or "/", query, parts.query))


def visit(campus: DemoCampus, url: str) -> Page:
    """The page a crawler would end up with."""
    at = url
    for _ in range(HOPS):
        given = ask(campus, at)
        refresh = REFRESH.search(given.body[:2000])
        onward = dict(given.headers).get("location") or (refresh and refresh[1].decode())
        if not onward:
            break
        at = urljoin(at, onward)
    headers = {"content-type": given.kind, **dict(given.headers)}
    return Page(url=at, body=given.body, fetched_at=campus.now, status=given.status, headers=headers, requested_url=url)


def target_of(filing: Filing) -> Target:
    """What a sweep looks at for this row of the register."""
    stable = identity(filing.platform, filing.account_id, filing.url)
    return Target(platform=filing.platform, key=key_of(filing), name=filing.name, account_id=stable, url=filing.url)


def looks(campus: DemoCampus, filing: Filing) -> list[Observation]:
    """What a sweep with a browser would see of the account itself; answers about other accounts are dropped."""
    target = target_of(filing)
    host = urlsplit(filing.url).hostname or ""
    if filing.platform is Platform.WEBSITE and b"Disallow: /\n" in ask(campus, f"https://{host}/robots.txt").body:
        return [_unseen(campus, filing, Outcome.BLOCKED)]
    seen = [parse_page(visit(campus, url), filing.platform, code) for code, url in _addresses(campus, filing, target)]
    own = [look for look in seen if _own(filing, target, look)]
    own += [parse_page(page, filing.platform) for page in _officially(campus, target)]
    return own or [_unseen(campus, filing, Outcome.UNREADABLE)]


def _addresses(campus: DemoCampus, filing: Filing, target: Target) -> Iterator[tuple[str | None, str]]:
    spec = SPECS.get(filing.platform.value)
    for source in spec.sources if spec else ():
        yield from ((source.code, url) for url in source.urls(target))
    if filing.platform is Platform.WECHAT:
        yield from ((None, url) for url in linked_post_urls(visit(campus, "https://www.shifan.example/")))
    if filing.platform is Platform.DOUYIN:  # what the page asks for by itself, in a browser
        base = "https://www.douyin.com/aweme/v1/web"
        yield None, f"{base}/user/profile/other/?sec_user_id={target.account_id}"
        yield None, f"{base}/aweme/post/?sec_user_id={target.account_id}&max_cursor=0&count=18"


def _officially(campus: DemoCampus, target: Target) -> Iterator[Page]:
    """What the account's own authorisation opens, kept under the address that bears no secret."""
    grant = Settings(grants=demo_grants(campus)).grant(target.key)
    if grant:
        asked = token_call(grant)
        token = parse_token_response(_send(campus, asked).body)[0] if asked else grant.token
        call = list_call(target, grant, token)
        yield Page(url=call.shown, body=_send(campus, call).body, fetched_at=campus.now)


def _send(campus: DemoCampus, call: ApiRequest) -> DemoResponse:
    parts = urlsplit(call.url)
    query = dict(parse_qsl(parts.query))
    sent = DemoRequest(
        parts.hostname or "", parts.path, query, parts.query, call.body.encode(), call.headers.get("Authorization", "")
    )
    return answer(campus, sent)


def _own(filing: Filing, target: Target, look: Observation) -> bool:
    """Whether the look is at this account. Sogou's article search names an account without its id."""
    if filing.platform is Platform.WEBSITE:
        return True
    if look.account_id is None:
        return look.name in (None, filing.name)
    return look.account_id == target.account_id


def _unseen(campus: DemoCampus, filing: Filing, outcome: Outcome) -> Observation:
    return Observation(
        platform=filing.platform, source="none", url=filing.url, observed_at=campus.now, outcome=outcome, reason="none"
    )


__all__ = ["NOW", "ask", "looks", "public_url", "target_of", "visit"]
