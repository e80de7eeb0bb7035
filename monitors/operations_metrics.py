"""How the work goes: reasons, reading times, canaries, queues, deliveries, disk, backups, the chain of the evidence."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Lock

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from crawler.observe.read_timing import BOUNDS
from monitors.app_context import AppContext
from monitors.evidence_size import EvidenceSize
from monitors.jobs.backup import MARK
from monitors.metric_families import gauge, times
from rules.circuit_breaker import canary_ok
from rules.model import LabeledEnum

LOOK_BACK = 10_000
"""Observations counted at the first scrape; a count over all would read years. A counter may begin anywhere."""
RUNS_BACK = timedelta(days=1)


class CanaryState(LabeledEnum):
    """How the newest look at a canary agrees with what is known of it."""

    OK = "ok", "相符"
    FAILED = "failed", "不符"
    UNSEEN = "unseen", "没看到"


class OperationsCollector:
    """A prometheus-client collector over one context. What is unknown is absent, never 0."""

    def __init__(self, context: AppContext) -> None:
        """Asks only when scraped."""
        self._context, self._counting = context, Lock()
        self._reasons: Counter[tuple[str, str]] = Counter()
        self._newest: int | None = None
        self._reads: dict[str, tuple[list[int], float]] = {}
        self._runs: dict[str, None] = {}
        self._runs_until: datetime | None = None
        self._size = EvidenceSize(context.evidence)

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        with self._counting:
            yield self._classified()
            yield self._read_durations()
            yield from self._evidence()
        yield self._canaries()
        yield from self._queues()
        yield from self._disk()
        yield from self._backup()
        if self._context.settings.metrics_accounts:
            yield from self._accounts()

    def _classified(self) -> Metric:
        figures = self._context.store.operations_figures
        if self._newest is None:
            self._newest = max(0, figures.newest_observation() - LOOK_BACK)
        self._newest, new = figures.reasons_after(self._newest)
        self._reasons.update(new)
        family = CounterMetricFamily(
            "xunjian_observation_reasons",
            "Observations that give a reason, by its code; counted since the service started.",
            labels=["platform", "reason"],
        )
        for labels, count in sorted(self._reasons.items()):
            family.add_metric(labels, count)
        return family

    def _read_durations(self) -> Metric:
        now = self._context.clock()
        since, self._runs_until = (self._runs_until or now) - RUNS_BACK, now
        new = self._context.store.operations_figures.read_timings_since(since)
        for run, platform, reads in new:
            if run not in self._runs:
                counts, seconds = self._reads.get(platform, ([0] * (len(BOUNDS) + 1), 0.0))
                added = [a + int(b) for a, b in zip(counts, reads["counts"], strict=False)]
                self._reads[platform] = added, seconds + float(reads["seconds"])
        self._runs = dict.fromkeys(run for run, _, _ in new)
        family = HistogramMetricFamily("xunjian_read_duration_seconds", "Time to read one page.", labels=["platform"])
        for platform, (counts, seconds) in sorted(self._reads.items()):
            sums = [sum(counts[: place + 1]) for place in range(len(counts))]
            bounds = [*map(str, BOUNDS), "+Inf"]
            family.add_metric([platform], list(zip(bounds, map(float, sums), strict=True)), seconds)
        return family

    def _evidence(self) -> Iterator[Metric]:
        found = self._size.look()
        links = gauge("evidence_chain_links", "Links of the chain over the evidence files; it never grows shorter.")
        size = gauge("evidence_bytes", "Size of the evidence archive.")
        if found:
            links.add_metric([], found[0])
        size.add_metric([], found[1] if found else 0)
        budget = gauge("evidence_budget_bytes", "What the evidence archive may take, where the settings say so.")
        if gigabytes := self._context.settings.evidence_budget_gb:
            budget.add_metric([], gigabytes * 1024**3)
        yield from (links, size, budget)

    def _canaries(self) -> Metric:
        now, canaries = self._context.clock(), self._context.canaries
        seen = self._context.store.observations.states([canary.key for canary in canaries], now) if canaries else {}
        counts: Counter[tuple[str, str]] = Counter()
        for canary in canaries:
            state = seen.get(canary.key)
            looked = state is not None and state.attempted_at is not None
            agrees = CanaryState.OK if looked and canary_ok(canary, state, now) else CanaryState.FAILED
            counts[canary.platform.value, agrees if looked else CanaryState.UNSEEN] += 1
        family = gauge("canaries", "Accounts whose state is known, by what the newest look says.", "platform", "state")
        for platform in sorted({canary.platform.value for canary in canaries}):
            for word in CanaryState:
                family.add_metric([platform, word.value], counts[platform, word])
        return family

    def _queues(self) -> Iterator[Metric]:
        figures, now = self._context.store.operations_figures, self._context.clock()
        due = figures.oldest_due_visits(now)
        yield times("oldest_due_visit", "Since when the account that waits longest is due.", "platform", due)
        waiting = gauge("oldest_waiting_notice_timestamp_seconds", "When the oldest letter still to leave was written.")
        if at := figures.oldest_waiting_notice():
            waiting.add_metric([], at.timestamp())
        yield waiting
        taken = figures.last_deliveries()
        yield times("last_delivery", "When a channel last took a letter.", "channel", taken)

    def _disk(self) -> Iterator[Metric]:
        usage = shutil.disk_usage(self._context.settings.data)
        for name, text, value in (
            ("disk_free_bytes", "Room left where the data is.", usage.free),
            ("disk_size_bytes", "Size of the file system where the data is.", usage.total),
        ):
            family = gauge(name, text)
            family.add_metric([], value)
            yield family

    def _backup(self) -> Iterator[Metric]:
        family = gauge("last_backup_timestamp_seconds", "When the last whole backup was made.")
        try:
            text = (self._context.settings.data / MARK).read_text("utf-8")
            family.add_metric([], datetime.fromisoformat(text.splitlines()[0]).timestamp())
        except (OSError, ValueError, IndexError):
            pass  # none was made, or who wrote the file knows better: absent, never 0
        yield family

    def _accounts(self) -> Iterator[Metric]:
        labels = ("school", "platform", "account")
        post = gauge("account_last_post_timestamp_seconds", "Newest post of a registered account.", *labels)
        fact = gauge("account_last_observation_timestamp_seconds", "When it was last seen.", *labels)
        for school, platform, key, post_at, fact_at in self._context.store.operations_figures.account_times():
            for family, at in ((post, post_at), (fact, fact_at)):
                if at:
                    family.add_metric([school, platform, key], at.timestamp())
        yield from (post, fact)
