"""What Prometheus may ask: figures read from the store at the moment of the scrape, nothing kept between scrapes."""

from __future__ import annotations

import platform as machine
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Lock

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, InfoMetricFamily, Metric

from crawler.platforms import SPECS
from monitors.app_context import AppContext
from monitors.campaign_metrics import CampaignCollector
from monitors.metric_families import gauge, times
from monitors.operations_metrics import OperationsCollector
from monitors.version import product_version
from rules.coverage import COUNTED, total
from storage.notices import NoticeState


class StoreCollector:
    """A prometheus-client collector over one context. What is unknown is absent, never 0."""

    def __init__(self, context: AppContext) -> None:
        """Asks the store only when scraped."""
        self._context = context
        self._newest, self._counting = 0, Lock()
        self._observed, self._broke = Counter[tuple[str, str]](), Counter[tuple[str, str]]()

    def collect(self) -> Iterator[Metric]:
        """Every family, each from one question to the store."""
        families: tuple[Callable[[], Iterator[Metric]], ...] = (
            self._accounts,
            self._observations,
            self._work,
            self._jobs,
            self._platforms,
            self._digests,
            self._coverage,
            self._sizes,
        )
        for family in families:
            yield from family()

    def _accounts(self) -> Iterator[Metric]:
        overview = self._context.store.read_models
        accounts = gauge("accounts", "Registered accounts by what the newest visit showed.", "platform", "outcome")
        for labels, count in sorted(overview.count_by_outcome().items()):
            accounts.add_metric(labels, count)
        yield accounts
        yield times(
            "last_fact", "When a page last said something about an account.", "platform",
            overview.last_facts(),
        )  # fmt: skip
        yield times("last_run_success", "When a run of this kind last ended well.", "kind", overview.last_runs())

    def _observations(self) -> Iterator[Metric]:
        # Observations are never removed, so this only grows; each scrape counts what is new since the last one.
        with self._counting:
            new = self._context.store.read_models.count_observations_after(self._newest)
            self._newest = new.newest
            self._observed.update(new.outcomes)
            self._broke.update(new.parser_errors)
            counted, broke = sorted(self._observed.items()), dict(self._broke)
        seen = CounterMetricFamily("xunjian_observations", "Observations by outcome.", labels=["platform", "outcome"])
        for labels, count in counted:
            seen.add_metric(labels, count)
        errors = CounterMetricFamily(
            "xunjian_parser_errors", "Pages that a reader broke on: mend the reader.", labels=["platform", "source"]
        )
        # A reader that never broke is 0 here, for an increase is only seen from one value to the next.
        for labels in sorted({*_readers(), *broke}):
            errors.add_metric(labels, broke.get(labels, 0))
        yield from (seen, errors)

    def _work(self) -> Iterator[Metric]:
        store = self._context.store
        cases = gauge("cases", "Cases that are not settled.", "school", "rule", "state")
        for labels, count in sorted(store.cases.counts().items()):
            cases.add_metric(labels, count)
        notices = gauge("outbox_notices", "Notices in the outbox by state.", "state")
        counted = store.outbox.counts()
        for state in NoticeState:
            notices.add_metric([state.value], counted.get(state, 0))
        waiting = gauge("candidates_pending", "Found accounts that wait for a person.", "school")
        found = store.candidates.count_pending()
        for school, count in sorted(found.items()):
            waiting.add_metric([school], count)
        yield from (cases, notices, waiting, self._hijacked())

    def _hijacked(self) -> Metric:
        """0 for a school without any, so that an alert ends when the last is mended."""
        store = self._context.store
        sites = Counter(line.filing.school for line, _ in store.read_models.hijacked_sites())
        hijacked = gauge("hijacked_sites", "Registered sites that show somebody else's content.", "school")
        for school in sorted(store.filings.schools()):
            hijacked.add_metric([school], sites[school])
        return hijacked

    def _jobs(self) -> Iterator[Metric]:
        success = gauge(
            "job_last_success_timestamp_seconds", "When a scheduled job last ended without error.", "job_name"
        )
        seconds = gauge("job_last_duration_seconds", "How long a scheduled job last took.", "job_name")
        failed = gauge("job_failed", "1 while the newest run of a scheduled job ended with an error.", "job_name")
        for job in self._context.store.scheduled_jobs.all():
            name = [job.name]
            failed.add_metric(name, bool(job.last_error))
            if job.last_success_at:
                success.add_metric(name, job.last_success_at.timestamp())
            if job.last_seconds is not None:
                seconds.add_metric(name, job.last_seconds)
        yield from (success, seconds, failed)

    def _platforms(self) -> Iterator[Metric]:
        now = self._context.clock()
        paused = gauge("platform_paused", "1 while a platform is left alone after a block page.", "platform")
        breaker = gauge("platform_breaker_open", "1 while the breaker holds a platform's cases.", "platform")
        enabled = gauge("platform_enabled", "0 where the operator switched a platform off.", "platform")
        for row in self._context.store.platform_state.all():
            name = [row.platform.value]
            paused.add_metric(name, bool(row.paused_until and row.paused_until > now))
            breaker.add_metric(name, row.breaker_opened_at is not None)
            enabled.add_metric(name, row.enabled)
        yield from (paused, breaker, enabled)

    def _digests(self) -> Iterator[Metric]:
        made = self._context.store.read_models.last_digests()
        yield times("last_digest", "When a school's newest digest was made.", "school", made)

    def _coverage(self) -> Iterator[Metric]:
        # Counting means asking every account, so the hourly check's figures are shown, with their age.
        counted = self._context.store.coverage.all()
        known = gauge("coverage_accounts", "Filed accounts by what is known of them.", "school", "platform", "state")
        asked = gauge("inquiries_waiting", "Accounts whose owners have not answered.", "school", "platform", "state")
        for school, figures in counted.items():
            for platform, row in figures.platforms.items():
                for state in COUNTED:
                    known.add_metric([school, platform.value, state.value], getattr(row, state.value))
                asked.add_metric([school, platform.value, "asked"], row.asked)
                asked.add_metric([school, platform.value, "overdue"], row.overdue)
        share = gauge("coverage_share", "Share of filed accounts that are known, 0 to 1.", "school")
        for school, figures in counted.items():
            share.add_metric([school], total(figures.platforms.values()).share)
        counted_at = {school: figures.at for school, figures in counted.items()}
        yield from (
            known,
            asked,
            share,
            times("coverage_counted", "When coverage was last counted.", "school", counted_at),
        )

    def _sizes(self) -> Iterator[Metric]:
        context = self._context
        database = gauge("database_bytes", "Size of the database.")
        database.add_metric([], context.store.read_models.database_bytes())
        build = InfoMetricFamily("xunjian_build", "What is running.")
        build.add_metric([], {"version": product_version(), "python": machine.python_version()})
        yield from (database, build)


def registry_of(context: AppContext) -> CollectorRegistry:
    """A registry with nothing but this context's figures; make it once, for it remembers what it counted."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StoreCollector(context))
    registry.register(OperationsCollector(context))
    registry.register(CampaignCollector(context))
    return registry


def _readers() -> list[tuple[str, str]]:
    """Every platform and source that pages are read by; no source: the kind of page could not even be recognised."""
    sources = {(spec.platform.value, source.code) for spec in SPECS.values() for source in spec.sources}
    return sorted(sources | {(platform, "") for platform, _ in sources})
