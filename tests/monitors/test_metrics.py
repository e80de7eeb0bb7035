"""The figures are true, conventional and bounded; the alerts fire when they should; a real Prometheus takes them."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from prometheus_client import generate_latest

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.metrics import registry_of
from rules.accounts.state import apply_observation
from rules.model import Outcome, Platform
from storage.account_filter import EVERYTHING, AccountFilter
from storage.filings import key_of
from tests.conftest import NOW
from tests.support.console import furnish, observe_filing, open_world
from tests.support.metrics import context, samples, scrape, wait_for
from tests.support.ports import free_port

__all__ = ["context"]

DEPLOY = Path(__file__).parents[2] / "deploy" / "prometheus"
needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is missing")
needs_prometheus = pytest.mark.skipif(not shutil.which("prometheus"), reason="prometheus is missing")
BOUNDED = {
    "platform",
    "source",
    "outcome",
    "school",
    "rule",
    "state",
    "kind",
    "job_name",
    "version",
    "python",
    "reason",
    "channel",
    "campaign",
    "le",
}
"""Labels that may exist: none of them grows with the number of accounts."""


def test_figures(context: AppContext) -> None:
    """What the store knows is what Prometheus hears."""
    found = samples(scrape(context))
    accounts = {labels: value for (name, labels), value in found.items() if name == "xunjian_accounts"}
    assert sum(accounts.values()) == len(context.store.filings.all())
    assert accounts[(("outcome", "never"), ("platform", "douyin"))] >= 1
    assert found[("xunjian_platform_breaker_open", (("platform", "weibo"),))] == 1
    assert found[("xunjian_platform_paused", (("platform", "douyin"),))] == 1
    assert found[("xunjian_cases", (("rule", "inactivity"), ("school", "demo"), ("state", "resolved")))] == 1
    assert found[("xunjian_candidates_pending", (("school", "demo"),))] == 5
    swept = (NOW - timedelta(minutes=50)).timestamp()
    assert found[("xunjian_last_run_success_timestamp_seconds", (("kind", "sweep"),))] == swept
    assert found[("xunjian_job_last_duration_seconds", (("job_name", "sweep"),))] == 131.4
    assert found[("xunjian_last_digest_timestamp_seconds", (("school", "demo"),))]
    assert found[("xunjian_database_bytes", ())] > 100_000
    assert found[("xunjian_evidence_bytes", ())] > 100


def test_unknown_is_absent_not_zero(tmp_path: Path) -> None:
    """An empty house has no times at all: an alert on them must not fire, nor be silenced by a 0."""
    empty = open_world(tmp_path)
    found = samples(scrape(empty))
    assert not [name for name, _ in found if "timestamp" in name]
    assert found[("xunjian_outbox_notices", (("state", "failed"),))] == 0
    empty.store.close()


def test_labels_are_bounded(context: AppContext) -> None:
    """No account, no host, no unit ever becomes a label."""
    labels = {label for _, pairs in samples(scrape(context)) for label, _ in pairs}
    assert labels <= BOUNDED


def test_looks_only_grow(context: AppContext) -> None:
    """A counter: what a scrape counted is not read again, and forgetting old runs takes nothing away."""
    registry = registry_of(context)

    def total() -> float:
        found = samples(generate_latest(registry).decode())
        return sum(value for (name, _), value in found.items() if name == "xunjian_observations_total")

    first = total()
    assert first == total() > 20
    context.store.crawl_runs.delete_before(NOW + timedelta(days=400))
    filing = context.store.filings.all()[0]
    seen = observe_filing(filing, NOW, Outcome.OK, "")
    context.store.observations.record("later", [(key_of(filing), seen)], apply_observation)
    assert total() == first + 1


def test_a_reader_that_breaks_is_counted(context: AppContext) -> None:
    """By platform and source; what is unreadable for another reason is not its fault. Every reader starts at 0."""
    registry = registry_of(context)
    name, zhihu = "xunjian_parser_errors_total", (("platform", "zhihu"), ("source", "answers"))
    start = samples(generate_latest(registry).decode())
    assert start[(name, (("platform", "weibo"), ("source", "profile")))] == 0
    assert start[(name, (("platform", "weibo"), ("source", "")))] == 0
    seen = observe_filing(context.store.filings.all()[0], NOW, Outcome.UNREADABLE, "")
    broke = replace(seen, platform=Platform.ZHIHU, source="answers", reason="reader_error: 读取程序出错（KeyError）")
    unknown = replace(broke, reason="unknown_page: 无法识别的页面")
    for run, observation in (("a", broke), ("b", unknown), ("c", broke)):
        context.store.observations.record(run, [("zhihu:x", observation)], apply_observation)
        generate_latest(registry)
    assert samples(generate_latest(registry).decode())[(name, zhihu)] == 2


@needs_promtool
def test_conventions(context: AppContext) -> None:
    """`promtool check metrics` has nothing to say."""
    result = subprocess.run(["promtool", "check", "metrics"], input=scrape(context), text=True, capture_output=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not result.stderr.strip()


@needs_promtool
def test_alerts() -> None:
    """The rules parse and do what their tests say."""
    for command in (["check", "rules", "rules.yml"], ["test", "rules", "rules_test.yml"]):
        result = subprocess.run(["promtool", *command], cwd=DEPLOY, text=True, capture_output=True)
        assert result.returncode == 0, result.stdout + result.stderr


def test_alerts_ask_for_what_exists(context: AppContext) -> None:
    """Every series a rule names is one we export."""
    named = set(re.findall(r"\bxunjian_[a-z_]+", (DEPLOY / "rules.yml").read_text("utf-8")))
    exported = {family.name + "_total" * (family.type == "counter") for family in registry_of(context).collect()}
    assert named
    assert named <= exported


@needs_prometheus
def test_a_real_scrape(context: AppContext, tmp_path: Path) -> None:
    """Prometheus itself, on loopback, takes the page and answers a question about it."""
    port, own = free_port(), free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(context), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    config = tmp_path / "prometheus.yml"
    targets = f"[{{targets: ['127.0.0.1:{port}']}}]"
    config.write_text(
        f"global: {{scrape_interval: 1s}}\nrule_files: ['{DEPLOY}/rules.yml']\n"
        f"scrape_configs: [{{job_name: xunjian, static_configs: {targets}}}]\n"
    )
    arguments = [
        f"--config.file={config}",
        f"--storage.tsdb.path={tmp_path}/tsdb",
        f"--web.listen-address=127.0.0.1:{own}",
    ]
    log = (tmp_path / "prometheus.log").open("wb")
    prometheus = subprocess.Popen(["prometheus", *arguments], stdout=log, stderr=log)
    try:
        value = wait_for(f"http://127.0.0.1:{own}/api/v1/query?query=sum(xunjian_accounts)")
        assert float(value) == len(context.store.filings.all())
    finally:
        prometheus.terminate()
        prometheus.wait(20)
        log.close()
        server.should_exit = True
        thread.join(10)


def test_postgres_too(fresh_postgres: str, tmp_path: Path) -> None:
    """The same questions on PostgreSQL: sizes, joins, the digest's letter."""
    context = open_world(tmp_path, database_url=fresh_postgres)
    furnish(context)
    found = samples(scrape(context))
    assert found[("xunjian_database_bytes", ())] > 1_000_000
    overview = context.store.read_models
    assert overview.digests()[0].school == "demo"
    assert context.store.front_page.register(3).healthy > 0
    assert context.store.front_page.register(3).unseen[0].fact_at is None
    page = context.store.account_lists.page(AccountFilter(outcome="case"), limit=50)
    assert page.total == len(page.items) == 6
    assert all(line.open_cases == 1 for line in page.items)
    assert overview.cases(EVERYTHING, text="DEMO-2026-0001", limit=5, offset=0)[1] == 1
    assert Platform.WEIBO in overview.last_facts()
    context.store.close()
