"""Discovery: ask the public searches that are due, politely and resumably, and keep whom a person has to look at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from crawler.discovery.plan import SearchQuery, due, questions, resting, round_robin
from crawler.discovery.results import answer
from crawler.discovery.sources import KEY, SEARCHES, SearchEngine
from crawler.fetch.job import FetchTask
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import close_registered, hunt_of, screen
from monitors.jobs.discovery.hosts import Resolve, system_resolver
from monitors.jobs.discovery.run import DiscoverReport, DiscoveryRun, UnansweredQuery
from monitors.jobs.discovery.sites import look_at_sites
from monitors.policy_registry import protected_of
from rules.accounts.identity import account_key
from rules.candidates import Candidate
from rules.model import Platform
from storage.evidence import ReplayIndex

__all__ = ["DiscoverReport", "UnansweredQuery", "discover"]

MORE_IN_DEMO = 2
"""The demo asks more at once, so that its suspects show on the first day; nobody outside is asked."""


async def discover(
    context: AppContext,
    *,
    platforms: Sequence[str] = (),
    schools: Sequence[str] = (),
    replay: str = "",
    resolve: Resolve = system_resolver,
) -> DiscoverReport:
    """Look for accounts, sites and apps that nobody filed, for every school with a policy and a register.

    Few questions a run; the search log says where the next run goes on. ``replay``: a WARC whose recorded searches and
    home pages are read instead of the network, without touching the log. ``resolve`` says whether a host name leads
    anywhere. Raises StorageError, EvidenceError, PolicyError.
    """
    hunt = await asyncio.to_thread(hunt_of, context, schools)
    recorded = await asyncio.to_thread(_recorded, replay) if replay else ()
    logs = {code: await asyncio.to_thread(context.store.candidates.searched, code) for code in hunt.homes}
    round_ = DiscoveryRun(context, hunt, replay, recorded, logs=logs)
    wanted = sorted((s for s in SEARCHES if not platforms or s.platform in platforms), key=lambda s: s.platform.value)
    lanes = [list(some) for _, some in groupby(wanted, key=lambda search: search.platform)]
    await asyncio.gather(*(_ask(round_, lane) for lane in lanes))
    if not platforms or Platform.WEBSITE in platforms:
        await look_at_sites(round_, resolve)
    await asyncio.to_thread(_keep, round_)
    return round_.report


def _recorded(replay: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ReplayIndex(Path(replay)).urls()))


async def _ask(round_: DiscoveryRun, lane: Sequence[SearchEngine]) -> None:
    """One platform's searches in one child, so that no host is asked twice at a time."""
    planned: dict[str, tuple[SearchEngine, list[SearchQuery]]] = {}
    looks: list[FetchTask] = []
    for search in lane:
        for url, asked in await asyncio.to_thread(_planned, round_, search):
            key = KEY.format(search.code, asked[0].query)
            planned[key] = (search, asked)
            target = Target(platform=search.platform, key=key)
            looks.append(FetchTask(target=target, url=url, browser=search.browser and not round_.replay))
    if not looks:
        return
    seen = await round_.fetch(lane[0].platform, looks)
    pages = round_.pages()
    for key, (search, asked) in planned.items():
        if key not in seen:
            round_.report.left += not round_.replay
            continue
        reply, rows, reason, evidence = await asyncio.to_thread(answer, search, seen[key], pages)
        round_.note(search, asked, reply, len(rows), reason)
        round_.found += [(row, evidence) for row in rows]


def _planned(round_: DiscoveryRun, search: SearchEngine) -> list[tuple[str, list[SearchQuery]]]:
    """URLs to ask with the questions they answer: what is due within the budget, or what was recorded."""
    if round_.replay:
        asked = ((url, search.asked(url)) for url in round_.recorded)
        return [(url, [SearchQuery("", search.code, query)]) for url, query in asked if query]
    if not round_.may_ask(search.platform):
        return []
    plans = []
    for code, home in round_.hunt.homes.items():
        if until := resting(search, round_.logs[code], round_.now):
            round_.report.resting[search.label] = until
            continue
        plans.append(due(questions(search, protected_of(home.policy)), round_.logs[code], round_.now))
    budget = search.per_run * (MORE_IN_DEMO if round_.context.settings.demo and not search.browser else 1)
    dealt: dict[str, list[SearchQuery]] = {}
    for question in round_robin(plans, budget):
        dealt.setdefault(question.query, []).append(question)
    return [(search.address(query), asked) for query, asked in dealt.items()]


def _keep(round_: DiscoveryRun) -> None:
    """Screen what was found, join it with what is known, and write the log down: last, so that nothing found is lost."""
    store, report = round_.context.store.candidates, round_.report
    met: dict[tuple[str, str], Candidate] = {(c.school, c.key): c for c in round_.sites}
    screened: set[tuple[str, str]] = set()
    for found, evidence in round_.found:
        key = account_key(found.platform, found.account_id, found.url, found.name)
        if (key, found.name) in screened:
            continue
        screened.add((key, found.name))
        _, _, candidate = screen(round_.hunt, found, round_.now, evidence=[evidence] if evidence else [])
        if candidate:
            met[candidate.school, candidate.key] = candidate
    report.new, report.waiting = store.meet(list(met.values()))
    report.candidates = [kept for place in met if (kept := store.one(*place))]
    report.filed = close_registered(round_.context, round_.hunt)
    for code, asked in round_.asked.items():
        store.note_searches(code, asked)
