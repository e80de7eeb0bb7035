"""Where hosts worth a look come from: the school's own pages, the certificate log, names that imitate its domain."""

from __future__ import annotations

import socket
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from crawler.discovery.clones import ReferencePage
from crawler.discovery.domains import certificate_queries, linked_hosts, permutations
from crawler.discovery.plan import SearchOutcome, SearchQuery, due, resting, round_robin
from crawler.discovery.results import certified
from crawler.discovery.sources import CERTIFICATES, KEY, NAMES
from crawler.fetch.job import FetchTask
from crawler.page.page import Page, PageError
from crawler.platforms.spec import Target
from crawler.platforms.website.fingerprint import fingerprint
from monitors.jobs.discovery.candidates import SchoolScope
from monitors.jobs.discovery.run import DiscoveryRun
from rules.candidates import parent_domain
from rules.model import Outcome, Platform
from rules.names import NameVerdict

Resolve = Callable[[str], bool]
"""Whether a host name leads anywhere. Called from several threads."""
Pages = Callable[[str], Page | None]
Hosts = dict[str, list[str]]
"""By school."""
RESOLVERS = 8
OWN_MOST = 60
"""The school's own home pages that others are compared with: the main site first."""
HISTORY = 20
NO_HOST = "no-such-host-9f3c1d.{}"
IN_DEMO = 10
"""On the demo campus every name leads to the campus, so trying many shows nothing more."""


def system_resolver(host: str) -> bool:
    """By the system's resolver."""
    try:
        return bool(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        return False


def own_pages(round_: DiscoveryRun, pages: Pages) -> tuple[dict[str, list[ReferencePage]], Hosts]:
    """By school: fingerprints of its stored home pages, and the hosts linked there that may be its own or use its name."""
    own: dict[str, list[ReferencePage]] = defaultdict(list)
    linked: Hosts = defaultdict(list)
    for code, home in round_.hunt.homes.items():
        for host, page in _home_pages(round_, home, pages):
            try:
                own[code].append(ReferencePage(host, fingerprint(page)))
                links = linked_hosts(page)
            except PageError:
                continue
            near = (
                each
                for each, text in links.items()
                if parent_domain(each, home.policy.domains) or _used(round_, text, code)
            )
            linked[code] += near
    return own, linked


def _home_pages(round_: DiscoveryRun, home: SchoolScope, pages: Pages) -> Iterator[tuple[str, Page]]:
    hosts = [key.removeprefix("website:") for key in home.register.keys if key.startswith("website:")]
    hosts.sort(key=lambda host: (host not in home.policy.domains, host))
    for host in hosts[:OWN_MOST]:
        looks = (look for look, _ in round_.context.store.observations.history(f"website:{host}", limit=HISTORY))
        found = (pages(look.evidence) for look in looks if look.source == "home" and look.outcome is Outcome.OK)
        if page := next((page for page in found if page), None):
            yield host, page


def _used(round_: DiscoveryRun, text: str, school: str) -> bool:
    match = round_.hunt.matcher.screen(text) if text else None
    return match is not None and match.verdict is NameVerdict.FLAG and match.school == school


async def certificates(round_: DiscoveryRun, pages: Pages) -> Hosts:
    """Hosts on certificates. On days when the log is not asked, its last good answer is read again from evidence."""
    asked = {
        code: [
            SearchQuery(code, CERTIFICATES.code, query)
            for domain in home.policy.domains
            for query in certificate_queries(domain)
        ]
        for code, home in round_.hunt.homes.items()
    }
    looks = list(_certificate_looks(round_, asked))
    for key, seen in (await round_.fetch(Platform.WEBSITE, looks) if looks else {}).items():
        reply, hosts, reason = certified(seen[-1], pages(seen[-1].evidence))
        query = key.removeprefix(KEY.format(CERTIFICATES.code, ""))
        same = [question for some in asked.values() for question in some if question.query == query]
        round_.note(CERTIFICATES, same or [SearchQuery("", CERTIFICATES.code, query)], reply, len(hosts), reason)
    return {code: [host for q in some for host in _stored(round_, q, pages)] for code, some in asked.items()}


def _certificate_looks(round_: DiscoveryRun, asked: dict[str, list[SearchQuery]]) -> Iterator[FetchTask]:
    if round_.replay:
        recorded = ((url, CERTIFICATES.asked(url)) for url in round_.recorded)
    else:
        plans = [
            due(some, round_.logs[code], round_.now)
            for code, some in asked.items()
            if not resting(CERTIFICATES, round_.logs[code], round_.now)
        ]
        dealt = round_robin(plans, CERTIFICATES.per_run)
        recorded = ((CERTIFICATES.address(q.query), q.query) for q in dealt)
    for url, query in recorded:
        if query:
            yield FetchTask(target=Target(platform=Platform.WEBSITE, key=KEY.format(CERTIFICATES.code, query)), url=url)


def _stored(round_: DiscoveryRun, question: SearchQuery, pages: Pages) -> tuple[str, ...]:
    key = KEY.format(CERTIFICATES.code, question.query)
    for look, _ in round_.context.store.observations.history(key, limit=HISTORY):
        _, hosts, _ = certified(look, pages(look.evidence))
        if hosts:
            return hosts
    return ()


def lookalike_domains(round_: DiscoveryRun, resolve: Resolve) -> Hosts:
    """Names that imitate a school's domain and lead somewhere. So many are tried in one run; the log remembers them."""
    found: Hosts = defaultdict(list)
    plans = []
    for code, home in round_.hunt.homes.items():
        log = round_.logs[code]
        names = [name for d in home.policy.domains for name in permutations(d, home.names)]
        found[code] = [
            name for name in names if (NAMES.code, name) in log and log[NAMES.code, name].outcome == SearchOutcome.FOUND
        ]
        plans.append(due([SearchQuery(code, NAMES.code, name) for name in names], log, round_.now))
    dealt = round_robin(plans, IN_DEMO if round_.context.settings.demo else NAMES.per_run)
    if not dealt:
        return found
    if not round_.context.connect_to and resolve(NO_HOST.format("com")):
        round_.report.notes.append("域名解析对不存在的域名也给出地址（被劫持），本次没有检查相似域名。")
        return found
    names = list(dict.fromkeys(question.query for question in dealt))
    with ThreadPoolExecutor(RESOLVERS) as pool:
        answers = dict(zip(names, pool.map(resolve, names), strict=True))
    for question in dealt:
        leads = answers[question.query]
        round_.note_name(question, leads)
        if leads:
            found[question.school].append(question.query)
    return found
