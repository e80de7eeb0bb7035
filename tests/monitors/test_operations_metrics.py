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
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from prometheus_client import generate_latest

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.dashboards import DASHBOARDS, FOLDER
from monitors.evidence_size import EvidenceSize
from monitors.grafana import render, text
from monitors.jobs.backup import create_backup
from monitors.jobs.campaign_file import CampaignFile
from monitors.jobs.campaigns import new_campaign
from monitors.metrics import registry_of
from rules.accounts.state import apply_observation
from rules.campaigns import CampaignKind
from rules.model import BEIJING, Outcome
from storage.evidence import EvidenceArchive
from storage.filings import key_of
from tests.conftest import NOW
from tests.support.console import observe_filing
from tests.support.evidence import page, sealed
from tests.support.metrics import context, samples, scrape, wait_for
from tests.support.ports import free_port

__all__ = ["context"]
NOT_YET = {
    "定时任务用时",
    "等待最久的账号已到期",
    "待核实的疑似账号",
    "距上一份日报",
    "渠道上一次送出",
    "等待最久的文书",
}
"""Panels of what the demo's first day has not had: a job of the timetable, a late visit, a search, a digest, a delivery."""
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


def test_the_evidence_has_a_budget_only_where_one_is_set(context: AppContext) -> None:
    budget = ("xunjian_evidence_budget_bytes", ())
    assert budget not in samples(scrape(context))
    context.settings = context.settings.model_copy(update={"evidence_budget_gb": 1.5})
    assert samples(scrape(context))[budget] == 1.5 * 1024**3


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


def _filled(query: str) -> str:
    """An expression with its variables filled in as Grafana would."""
    return re.sub(r'"\$\w+"', '".*"', query).replace('account=".*"', 'account=~".*"')


def _boards() -> list[dict[str, Any]]:
    return [json.loads((FOLDER / name).read_text("utf-8")) for name in DASHBOARDS]


def _queries() -> list[str]:
    """Every expression of every dashboard, those of its variables too."""
    found = [target["expr"] for board in _boards() for panel in board["panels"] for target in panel["targets"]]
    for board in _boards():
        found += [
            each["query"]["query"].removeprefix("label_values(").partition(",")[0]
            for each in board["templating"]["list"][1:]
        ]
    return [_filled(query) for query in found]


def test_every_query_names_what_the_demo_exposes(demo_world: AppContext) -> None:
    context = replace(demo_world, settings=demo_world.settings.model_copy(update={"metrics_accounts": True}))
    exposed = _series(scrape(context))
    named = {word for query in _queries() for word in re.findall(r"\bxunjian_\w+", query)}
    assert len(named) > 20
    assert named <= exposed


def _series(text: str) -> set[str]:
    """Names of series as Prometheus keeps them, of families that have no sample yet too."""
    ends = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    families = re.findall(r"^# TYPE (\w+?)(?:_total)? (counter|histogram|gauge)$", text, re.MULTILINE)
    return {name + end for name, kind in families for end in ends[kind]}


def test_no_file_for_the_machine_room_names_a_series_that_is_gone(demo_world: AppContext) -> None:
    """Rules, their tests, dashboards and all other files: what was renamed is renamed everywhere."""
    context = replace(demo_world, settings=demo_world.settings.model_copy(update={"metrics_accounts": True}))
    exposed, files = _series(scrape(context)), [path for path in FOLDER.parent.rglob("*") if path.is_file()]
    named = {path: set(re.findall(r"\bxunjian_[a-z_]+", path.read_text("utf-8"))) for path in files}
    assert {path.name: names - exposed for path, names in named.items() if names - exposed} == {}
    assert len(set().union(*named.values())) > 25


def test_every_figure_but_the_plain_ones_stands_on_a_dashboard_or_in_an_alert(context: AppContext) -> None:
    asked = "".join(path.read_text("utf-8") for path in FOLDER.parent.rglob("*") if path.is_file())
    silent = {name for name in _series(scrape(context)) if name not in asked and not name.endswith(("_sum", "_count"))}
    assert silent == {
        "xunjian_build_info",
        "xunjian_coverage_counted_timestamp_seconds",
        "xunjian_job_last_success_timestamp_seconds",
        "xunjian_platform_enabled",
    }


def test_a_running_campaign_shows_its_units_until_it_is_closed(context: AppContext) -> None:
    day = NOW.date()
    given = CampaignFile(
        code="NS2026", school="demo", name="年审", kind=CampaignKind.ANNUAL_REVIEW, start=day, end=day, due=day
    )
    campaign = new_campaign(context, given, "王老师", NOW)
    found = samples(scrape(context))
    labels = (("campaign", "NS2026"), ("school", "demo"))
    states = {
        dict(pairs)["state"]: value for (name, pairs), value in found.items() if name == "xunjian_campaign_sheets"
    }
    units = len(context.store.campaigns.sheets("NS2026"))
    assert states == {"open": units, "late": 0, "submitted": 0, "returned": 0, "accepted": 0}
    due = datetime(2026, 11, 22, tzinfo=BEIJING)
    assert found[("xunjian_campaign_due_timestamp_seconds", labels)] == pytest.approx(due.timestamp(), abs=1)
    later = replace(context, clock=lambda: due + timedelta(minutes=1))
    assert samples(scrape(later))[("xunjian_campaign_sheets", (*labels, ("state", "late")))] == units
    context.store.campaigns.close(replace(campaign, closed_at=NOW, closed_by="王老师"), [], NOW)
    assert "xunjian_campaign_sheets{" not in scrape(context)


def test_a_legend_says_its_codes_in_chinese() -> None:
    panel = next(each for each in render(DASHBOARDS["cases.json"])["panels"] if each["title"] == "掌握情况")
    names = {each["matcher"]["options"]: each["properties"][0]["value"] for each in panel["fieldConfig"]["overrides"]}
    assert names == {"active": "在更新", "silent": "未更新", "unknown": "不掌握"}
    canaries = next(each for each in render(DASHBOARDS["platforms.json"])["panels"] if each["title"] == "哨兵账号")
    assert {"matcher": {"id": "byName", "options": "weibo failed"}, "properties": [{"id": "displayName", "value": "微博 不符"}]} in canaries["fieldConfig"]["overrides"]  # fmt: skip


@contextmanager
def prometheus(context: AppContext, folder: Path) -> Iterator[str]:
    """A real one that scrapes the console every second; its address."""
    port, own = free_port(), free_port()
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


CODES = ("platform", "outcome", "rule", "state", "job_name")
"""Labels whose values a legend says in Chinese."""


def _value(labels: dict[str, str], found: re.Match[str]) -> str:
    return labels[found[1]]


def _lines(panel: dict[str, Any], target: dict[str, Any], answer: list[dict[str, Any]]) -> list[str]:
    """What the lines of a panel are called, as Grafana makes it of the series; a label that no series has is a KeyError."""
    said = {each["matcher"]["options"]: each["properties"][0]["value"] for each in panel["fieldConfig"]["overrides"]}
    names = [re.sub(r"\{\{(\w+)\}\}", partial(_value, each["metric"]), target["legendFormat"]) for each in answer]
    return [said.get(name, name) for name in names]


def test_a_real_prometheus_answers_every_query(demo_world: AppContext, tmp_path: Path) -> None:
    """Each parses; each panel has lines from the running demo, and says in Chinese what they are."""
    context = replace(demo_world, settings=demo_world.settings.model_copy(update={"metrics_accounts": True}))
    silent = []
    with prometheus(context, tmp_path) as ask:
        wait_for(f"{ask}query=sum(xunjian_accounts)")

        def answer(query: str) -> list[dict[str, Any]]:
            with urllib.request.urlopen(ask + urllib.parse.urlencode({"query": query}), timeout=5) as got:
                body = json.load(got)
            assert body["status"] == "success", query
            return list(body["data"]["result"])

        for query in _queries():
            answer(query)
        for panel in (panel for board in _boards() for panel in board["panels"]):
            for target in panel["targets"]:
                found = answer(_filled(target["expr"]))
                if not found and not re.search(r"increase|rate", target["expr"]):
                    silent.append(panel["title"])
                if any(f"{{{{{code}}}}}" in target["legendFormat"] for code in CODES):
                    lines = _lines(panel, target, found)
                    assert [line for line in lines if not re.search("[\u4e00-\u9fff]|^QQ", line)] == [], panel["title"]
    assert set(silent) <= NOT_YET


def test_the_furnished_house_is_scraped_at_one_price(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """No scrape walks the evidence: its size comes from what the manifest gained."""

    def refuse(*_: object) -> None:
        raise AssertionError("a scrape walks the evidence")

    monkeypatch.setattr(Path, "rglob", refuse)
    monkeypatch.setattr(Path, "glob", refuse)
    assert "xunjian_evidence_bytes" in scrape(context)
