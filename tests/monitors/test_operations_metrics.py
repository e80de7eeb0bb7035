"""Queues, reasons, reading times, canaries, disk and chain, as Prometheus hears them; and the dashboards that ask for them."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from prometheus_client import generate_latest

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.dashboards import DASHBOARDS, FOLDER, text
from monitors.evidence_size import EvidenceSize
from monitors.jobs.backup import create_backup
from monitors.metrics import registry_of
from rules.accounts.state import apply_observation
from rules.model import Outcome
from storage.evidence import EvidenceArchive
from storage.filings import key_of
from tests.conftest import NOW, _free_port
from tests.support.console import observe_filing
from tests.support.evidence import page, sealed
from tests.support.metrics import context, samples, scrape, wait_for

__all__ = ["context"]
ACCOUNT = "xunjian_account_last_post_timestamp_seconds"


def test_reasons_are_counted_by_code_once_and_sentences_are_no_labels(context: AppContext) -> None:
    registry, filing = registry_of(context), context.store.filings.all()[0]
    labels = (("platform", filing.platform.value), ("reason", "captcha"))
    before = samples(generate_latest(registry).decode()).get(("xunjian_observation_reasons_total", labels), 0)
    for minute, reason in enumerate(("captcha: 百度安全验证", "captcha: 滑块", "没有代码的一句话")):
        seen = replace(observe_filing(filing, NOW + timedelta(minutes=minute), Outcome.BLOCKED, ""), reason=reason)
        context.store.observations.record("r", [(key_of(filing), seen)], apply_observation)
    for _ in range(2):
        found = samples(generate_latest(registry).decode())
        assert found[("xunjian_observation_reasons_total", labels)] == before + 2
    reasons = {
        dict(pairs).get("reason", "a") for name, pairs in found if name.startswith("xunjian_observation_reasons")
    }
    assert all(re.fullmatch(r"[a-z0-9_]+", reason) for reason in reasons)
    assert "other" in reasons


def test_the_demos_figures(demo_world: AppContext) -> None:
    found = samples(scrape(demo_world))
    states = {dict(pairs)["state"]: value for (name, pairs), value in found.items() if name == "xunjian_canaries"}
    assert set(states) == {"ok", "failed", "unseen"}
    assert [value for (name, _), value in found.items() if name == "xunjian_read_duration_seconds_count"]
    assert found[("xunjian_evidence_chain_links", ())] > 10
    sizes = sum(path.stat().st_size for path in demo_world.evidence.glob("*/*.warc.gz"))
    assert found[("xunjian_evidence_bytes", ())] == sizes
    assert 0 < found[("xunjian_disk_free_bytes", ())] < found[("xunjian_disk_size_bytes", ())]


def test_the_chain_is_read_on_and_a_cut_one_shows(tmp_path: Path) -> None:
    size = EvidenceSize(tmp_path)
    assert size.look() is None
    sealed(tmp_path, runs=2)
    assert size.look() == (4, sum(path.stat().st_size for path in tmp_path.glob("*/*.warc.gz")))
    archive = EvidenceArchive(tmp_path)
    archive.append(page(1), run_id="open")
    archive.sync()
    assert size.look() == (5, sum(path.stat().st_size for path in tmp_path.glob("*/*.warc.gz")))
    archive.close()
    manifest = tmp_path / "manifest.chain"
    manifest.write_bytes(b"".join(manifest.read_bytes().splitlines(keepends=True)[:2]))
    looked = size.look()
    assert looked
    assert looked[0] == 2


def test_what_waits_and_what_was_taken(context: AppContext) -> None:
    assert not [name for name, _ in samples(scrape(context)) if "last_backup" in name]
    context.store.outbox.queue_digest("demo", NOW.date() + timedelta(days=9), "{}", NOW - timedelta(days=3))
    create_backup(context.settings, context.settings.data.parent / "b", NOW)
    found = samples(scrape(context))
    assert found[("xunjian_oldest_waiting_notice_timestamp_seconds", ())] <= (NOW - timedelta(days=3)).timestamp()
    assert found[("xunjian_last_backup_timestamp_seconds", ())] == NOW.timestamp()
    (claim,) = context.store.outbox.claim(NOW, 1, f"demo/digest/{NOW.date() + timedelta(days=9)}")
    context.store.outbox.mark_target(claim.id, "smtp1:a@b.cn", "sent", "", NOW)
    context.store.outbox.mark_target(claim.id, "wecom2:", "retry", "忙", NOW + timedelta(hours=1))
    channels = {
        dict(pairs)["channel"]: value
        for (name, pairs), value in samples(scrape(context)).items()
        if "last_delivery" in name
    }
    assert channels["smtp1"] == NOW.timestamp()
    assert "wecom2" not in channels


def test_accounts_are_series_only_behind_the_switch(context: AppContext) -> None:
    assert ACCOUNT not in scrape(context)
    context.settings = context.settings.model_copy(update={"metrics_accounts": True})
    found = samples(scrape(context))
    assert [pairs for name, pairs in found if name == ACCOUNT]
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=scrape(context), text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_dashboards_are_what_the_code_makes() -> None:
    for name, dashboard in DASHBOARDS.items():
        assert (FOLDER / name).read_text("utf-8") == text(dashboard), "run `make docs`"


def _queries() -> list[str]:
    """Every expression of every dashboard, its variables filled in as Grafana would."""
    found = []
    for name in DASHBOARDS:
        board = json.loads((FOLDER / name).read_text("utf-8"))
        for panel in board["panels"]:
            found += [target["expr"] for target in panel["targets"]]
        found += [
            each["query"]["query"].removeprefix("label_values(").partition(",")[0]
            for each in board["templating"]["list"][1:]
        ]
    return [re.sub(r'"\$\w+"', '".*"', query).replace('account=".*"', 'account=~".*"') for query in found]


def test_every_query_names_what_the_demo_exposes(demo_world: AppContext) -> None:
    context = replace(demo_world, settings=demo_world.settings.model_copy(update={"metrics_accounts": True}))
    exposed = {family.name for family in registry_of(context).collect()}
    exposed |= {f"{name}{end}" for name in exposed for end in ("_total", "_bucket")}
    named = {word for query in _queries() for word in re.findall(r"\bxunjian_\w+", query)}
    assert len(named) > 20
    assert named <= exposed


@contextmanager
def prometheus(context: AppContext, folder: Path) -> Iterator[str]:
    """A real one that scrapes the console every second; its address."""
    port, own = _free_port(), _free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(context), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    config = folder / "prometheus.yml"
    config.write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: xunjian, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n"
    )
    options = [f"--config.file={config}", f"--storage.tsdb.path={folder}/tsdb", f"--web.listen-address=127.0.0.1:{own}"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(["prometheus", *options], stdout=log, stderr=log) as running,
    ):
        try:
            yield f"http://127.0.0.1:{own}/api/v1/query?"
        finally:
            running.terminate()
            running.wait(20)
            server.should_exit = True
            thread.join(10)


def test_a_real_prometheus_answers_every_query(demo_world: AppContext, tmp_path: Path) -> None:
    """Each parses; each of a single figure has an answer from the running demo."""
    context = replace(demo_world, settings=demo_world.settings.model_copy(update={"metrics_accounts": True}))
    with prometheus(context, tmp_path) as ask:
        wait_for(f"{ask}query=sum(xunjian_accounts)")
        silent = []
        for query in _queries():
            with urllib.request.urlopen(ask + urllib.parse.urlencode({"query": query}), timeout=5) as answer:
                body = json.load(answer)
            assert body["status"] == "success", query
            if not body["data"]["result"] and not re.search(r"increase|rate", query):
                silent.append(query)
    # What the demo has not had yet: a wait, a delivery, a job, a digest, a breaker.
    allowed = (
        "oldest_",
        "last_delivery",
        "xunjian_job",
        "last_digest",
        "platform_",
        "xunjian_cases{",
        "candidates_pending{",
    )
    assert [query for query in silent if not any(word in query for word in allowed)] == []


def test_the_furnished_house_is_scraped_at_one_price(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """No scrape walks the evidence: its size comes from what the manifest gained."""

    def refuse(*_: object) -> None:
        raise AssertionError("a scrape walks the evidence")

    monkeypatch.setattr(Path, "rglob", refuse)
    monkeypatch.setattr(Path, "glob", refuse)
    assert "xunjian_evidence_bytes" in scrape(context)
