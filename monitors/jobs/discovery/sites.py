"""Websites nobody filed: each host that is due is looked at once; its host says whose it is, its page what it copies."""

from __future__ import annotations

import asyncio

from crawler.discovery.clones import LookalikeMatch, ReferencePage, find_lookalike
from crawler.discovery.domains import host_of
from crawler.discovery.plan import SearchOutcome, SearchQuery, due, round_robin
from crawler.discovery.sources import BY_CODE, KEY, SITES
from crawler.fetch.job import FetchTask
from crawler.page.page import Page, PageError
from crawler.platforms.spec import Target
from crawler.platforms.website.document import parse
from crawler.platforms.website.fingerprint import Fingerprint, fingerprint
from monitors.jobs.discovery.candidates import screen
from monitors.jobs.discovery.hosts import Pages, Resolve, certificates, lookalike_domains, own_pages
from monitors.jobs.discovery.run import DiscoveryRun
from rules.accounts.identity import account_key
from rules.candidates import parent_domain
from rules.model import Observation, Outcome, Platform, SearchHit
from rules.platforms import platform_of

OK_STATUS = 200
MORE_IN_DEMO = 2


async def look_at_sites(round_: DiscoveryRun, resolve: Resolve) -> None:
    """Collect hosts, look at those that are due, and keep the suspects among them in the round."""
    pages = round_.pages()
    own, linked = await asyncio.to_thread(own_pages, round_, pages)
    if not own:
        round_.report.notes.append("还没有学校网站首页的存证，本次未作仿冒网站比对；请先巡检。")
    certified = await certificates(round_, pages)
    named = await asyncio.to_thread(lookalike_domains, round_, resolve) if not round_.replay else {}
    listed = _searched(round_)
    asked: dict[str, list[SearchQuery]] = {}
    plans = []
    for code in round_.hunt.homes:
        sources = (certified.get(code, ()), linked.get(code, ()), listed, named.get(code, ()))
        hosts = dict.fromkeys(host for some in sources for host in some if _strange(round_, host))
        plans.append(due([SearchQuery(code, SITES.code, host) for host in hosts], round_.logs[code], round_.now))
    for question in round_robin(plans, SITES.per_run * (MORE_IN_DEMO if round_.context.settings.demo else 1)):
        asked.setdefault(question.query, []).append(question)
    looks = _recorded(round_) if round_.replay else [_look(host, SITES.address(host)) for host in asked]
    seen = await round_.fetch(Platform.WEBSITE, looks) if looks else {}
    await asyncio.to_thread(_judge_all, round_, seen, asked, pages, own)


def _look(host: str, url: str) -> FetchTask:
    return FetchTask(target=Target(platform=Platform.WEBSITE, key=KEY.format(SITES.code, host)), url=url)


def _recorded(round_: DiscoveryRun) -> list[FetchTask]:
    """Home pages of strangers in the recording."""
    pairs = ((url, host_of(url)) for url in round_.recorded if SITES.asked(url))
    services = {host_of(search.url) for search in BY_CODE.values()}
    return [_look(host, url) for url, host in pairs if host and host not in services and _strange(round_, host)]


def _searched(round_: DiscoveryRun) -> list[str]:
    """Ordinary websites among the rows of the searches: what they are is for their own pages to say."""
    sites = [host_of(found.url) for found, _ in round_.found if found.platform is Platform.WEBSITE]
    round_.found = [pair for pair in round_.found if pair[0].platform is not Platform.WEBSITE]
    return [host for host in sites if host]


def _strange(round_: DiscoveryRun, host: str) -> bool:
    """A website, and on nobody's register."""
    url = f"http://{host}/"
    return platform_of(url) is Platform.WEBSITE and account_key(Platform.WEBSITE, "", url) not in round_.hunt.filed


def _judge_all(
    round_: DiscoveryRun,
    seen: dict[str, list[Observation]],
    asked: dict[str, list[SearchQuery]],
    pages: Pages,
    own: dict[str, list[ReferencePage]],
) -> None:
    prefix = KEY.format(SITES.code, "")
    for key, looks in seen.items():
        host = key.removeprefix(prefix)
        look = looks[0]
        page = pages(look.evidence)
        if look.outcome is Outcome.BLOCKED:
            reply = SearchOutcome.BLOCKED
        else:
            shown = page is not None and page.status == OK_STATUS and _judge(round_, host, look, page, own)
            reply = SearchOutcome.FOUND if shown else SearchOutcome.NOTHING
        round_.note(
            SITES, asked.get(host) or [SearchQuery("", SITES.code, host)], reply, 0, look.reason.partition(": ")[2]
        )
    if not round_.replay:
        round_.report.left += len(set(asked) - {key.removeprefix(prefix) for key in seen})


def _judge(round_: DiscoveryRun, host: str, look: Observation, page: Page, own: dict[str, list[ReferencePage]]) -> bool:
    """Keep the site where it is a suspect; False where there is no page to speak of."""
    try:
        name = look.name or parse(page).title
        mark = fingerprint(page)
    except PageError:
        return False
    landed = host_of(page.url) or host
    domains = [domain for home in round_.hunt.homes.values() for domain in home.policy.domains]
    if landed != host and (not _strange(round_, landed) or parent_domain(landed, domains)):
        return True  # a name that leads on to the school's own site harms nobody
    where = host if parent_domain(host, domains) else landed
    copied = None if parent_domain(where, domains) else _copied(mark, own)
    found = SearchHit(platform=Platform.WEBSITE, name=name[:80], account_id=where, url=f"http://{where}/")
    _, _, candidate = screen(round_.hunt, found, round_.now, evidence=[look.evidence], copied=copied)
    if candidate:
        round_.sites.append(candidate)
    return True


def _copied(mark: Fingerprint, own: dict[str, list[ReferencePage]]) -> tuple[str, LookalikeMatch] | None:
    """The school whose page this one copies most, and which page."""
    copies = [(code, copy) for code, some in own.items() if (copy := find_lookalike(mark, some))]
    return max(copies, key=lambda pair: pair[1].likeness, default=None)
