"""What stands in deploy/: units that systemd accepts, files that parse, and a runbook that knows every alert."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitors.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
DEPLOY, RUNBOOK = ROOT / "deploy", (ROOT / "docs" / "runbook.md").read_text("utf-8")
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is missing")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with a program that exists here in the place of ours."""
    for unit in (DEPLOY / "systemd").glob("xunjian*"):
        text = unit.read_text("utf-8").replace("/opt/xunjian/.venv/bin/xunjian", "/bin/true")
        (tmp_path / unit.name).write_text(text, "utf-8")
    return tmp_path


@needs_systemd
def test_systemd_accepts_the_units(units: Path) -> None:
    names = sorted(f"./{path.name}" for path in units.iterdir())
    assert len(names) == 4
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], cwd=units, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")


@needs_systemd
def test_the_units_are_hardened(units: Path) -> None:
    for path in sorted(units.glob("*.service")):
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=30", path.name],
            cwd=units, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-300:]


def test_every_alert_has_a_place_in_the_runbook() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text("utf-8"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    assert len(alerts) > 15
    for alert in alerts:
        assert f'<a id="{alert["alert"]}"></a>' in RUNBOOK, alert["alert"]
        assert alert["annotations"]["runbook_url"] == f"docs/runbook.md#{alert['alert']}"
        assert re.search("[\u4e00-\u9fff]", alert["annotations"]["summary"])


def test_the_runbook_names_commands_that_exist() -> None:
    named = set(re.findall(r"`xunjian (?:--data \S+ )?([a-z]+)", RUNBOOK))
    assert named <= {row.name for row in COMMANDS}
    assert {"doctor", "backup", "notices", "evidence"} <= named


def test_the_command_for_root_is_the_service_s_program_on_its_data() -> None:
    script, unit = DEPLOY / "xunjian", (DEPLOY / "systemd" / "xunjian.service").read_text("utf-8")
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
    text = script.read_text("utf-8")
    (program, data) = re.findall(r"^ExecStart=(\S+) --data (\S+) serve$", unit, re.MULTILINE)[0]
    (env,) = re.findall(r"^EnvironmentFile=-(\S+)$", unit, re.MULTILINE)
    assert f"runuser -u xunjian -- {program}" in text
    assert f"XUNJIAN_DATA:-{data}" in text
    assert f". {env}" in text


def test_compose_and_its_files_fit_together() -> None:
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "container" / "compose.yml").read_text("utf-8"))
    assert set(compose["services"]) == {"app", "worker", "database", "prometheus", "grafana"}
    worker = compose["services"]["worker"]
    assert (worker["command"], worker["deploy"]) == (["worker"], {"replicas": 3})
    assert worker["volumes"] == compose["services"]["app"]["volumes"], "one evidence folder on one host"
    mounted = [
        volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])
    ]
    for path in mounted:
        assert (DEPLOY / "container" / path).exists() if path.startswith(".") else path in compose["volumes"], path
    assert all("mem_limit" in service for service in compose["services"].values())
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_image_installs_what_is_locked() -> None:
    text = (DEPLOY / "container" / "Containerfile").read_text("utf-8")
    assert "--require-hashes -r requirements.lock" in text
    assert "USER xunjian" in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert f"python:{project['project']['requires-python'].removeprefix('>=')}-" in text


def test_proxies_keep_the_metrics_inside_and_overwrite_the_visitors_address() -> None:
    nginx = (DEPLOY / "proxy" / "nginx.conf").read_text("utf-8")
    caddy = (DEPLOY / "proxy" / "Caddyfile").read_text("utf-8")
    assert nginx.count("{") == nginx.count("}")
    assert "location = /metrics { return 404; }" in nginx
    assert "X-Forwarded-For $remote_addr" in nginx
    assert "respond /metrics 404" in caddy


def test_the_dashboards_are_json_that_grafana_knows_by_uid() -> None:
    boards = [json.loads(path.read_text("utf-8")) for path in sorted((DEPLOY / "grafana").glob("*.json"))]
    assert len({board["uid"] for board in boards}) == 4
    for board in boards:
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
        assert len(set(places)) == len(places)
        assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in board["panels"])
