"""One look at one account: the requests the spider would make, the answers it would get, and what it would conclude."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from crawler.fetch.spider import FOLLOW_MAX
from crawler.observe.attribute import attribute_page, summarize_visit
from crawler.page.page import Page
from crawler.platforms import spec_of
from crawler.platforms.authorized_api import HOSTS
from crawler.platforms.spec import PageSource, Target
from monitors.simulate.faults import Faults
from monitors.simulate.population import SimulatedAccount
from monitors.simulate.simulated_web import SimulatedWeb, first_urls, target_of
from rules.model import Observation, Outcome


@dataclass
class SimulatedCrawler:
    """Makes visits, and counts what they cost and what they met."""

    town: SimulatedWeb
    faults: Faults
    remember: bool = True
    """Where nothing was published or renamed since a page was last read whole, take that reading. Whatever fails goes
    through the readers every time."""
    requests: int = 0
    met: Counter[str] = field(default_factory=Counter)
    """Failures by kind."""
    _targets: dict[str, tuple[Target, list[tuple[PageSource | None, str]]]] = field(default_factory=dict)
    _known: dict[str, tuple[tuple[int, str], Observation, list[str]]] = field(default_factory=dict)

    def visit(self, life: SimulatedAccount, now: datetime, walled: set[str]) -> list[Observation]:
        """What the visit shows. ``walled``: hosts that showed a wall in this sweep; they are asked nothing more."""
        seen: list[Observation] = []
        for source, url in self._asked(life)[1]:
            look, further = self._look(life, url, source, now, walled)
            seen += look
            for more in further[:FOLLOW_MAX]:
                seen += self._look(life, more, None, now, walled, follow=False)[0]
        return summarize_visit(seen) if seen else []

    def _asked(self, life: SimulatedAccount) -> tuple[Target, list[tuple[PageSource | None, str]]]:
        """The target and its first URLs, worked out once."""
        if life.key not in self._targets:
            target = target_of(life)
            self._targets[life.key] = target, first_urls(target)
        return self._targets[life.key]

    def _look(
        self,
        life: SimulatedAccount,
        url: str,
        source: PageSource | None,
        now: datetime,
        walled: set[str],
        follow: bool = True,
    ) -> tuple[list[Observation], list[str]]:
        host = urlsplit(url).hostname or ""
        if host in walled:
            return [], []
        self.requests += 1
        seen, further = self._read(life, url, source, now, follow)
        if host not in HOSTS and seen.outcome is Outcome.BLOCKED and not seen.reason.startswith("robots"):
            walled.add(host)
        return [replace(seen, evidence=f"{now:%Y%m%d%H%M}/{self.requests}")], further

    def _read(
        self, life: SimulatedAccount, url: str, source: PageSource | None, now: datetime, follow: bool
    ) -> tuple[Observation, list[str]]:
        failure = self.faults.meets(life, url, now)
        version = (life.published(now) if not life.is_gone(now) else -1, life.name_at(now))
        if failure is None and self.remember and url in self._known and self._known[url][0] == version:
            return replace(self._known[url][1], observed_at=now), self._known[url][2]
        page = self.town.fetch(url, now) if failure is None or not failure.instead else unmade(url, now)
        if failure:
            self.met[failure.kind] += 1
            spoiled = failure.spoil(page)
            if isinstance(spoiled, Observation):
                return replace(spoiled, platform=life.actor.platform), []
            page = spoiled
        target = self._asked(life)[0]
        seen = attribute_page(page, target, source.code if source else None)
        chosen = source or next((s for s in spec_of(target.platform).sources if s.code == seen.source), None)
        further = list(chosen.next_urls(page, target)) if chosen and follow and seen.outcome is Outcome.OK else []
        if failure is None and self.remember:
            self._known[url] = version, seen, further
        return seen, further


def unmade(url: str, now: datetime) -> Page:
    """A page nobody will see, for a failure that puts its own in its place."""
    return Page(url=url, body=b"", fetched_at=now, requested_url=url)
