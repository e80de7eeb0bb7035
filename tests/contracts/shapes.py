"""What scripts, dashboards and stored rows rely on, as names: collected from the running code.

`python -m tests.contracts.shapes` writes `published.yaml` anew; a name that leaves it breaks somebody's script or row.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from alerts.notices.notice import Notice
from monitors import clock
from monitors.app_context import AppContext
from monitors.cli.main import app
from monitors.console.api.models import (
    AccountModel,
    ApiError,
    ApiPage,
    CaseModel,
    NoticeModel,
    StepModel,
    SuspectModel,
)
from monitors.jobs.scan.report import ScanReport
from monitors.metrics import registry_of
from monitors.settings import Settings, load_settings
from rules.campaigns import Campaign, UnitSheet
from rules.candidates import Candidate
from rules.cases.case import Case, CaseEvent
from rules.inquiries import Inquiry
from rules.model import AccountState, Filing, Finding, Observation
from storage.store import Store

HERE = Path(__file__).parent
PUBLISHED = HERE / "published.yaml"
STORED = (
    Observation,
    AccountState,
    Filing,
    Finding,
    Case,
    CaseEvent,
    Candidate,
    Notice,
    Inquiry,
    Campaign,
    UnitSheet,
    ScanReport,
)
ANSWERED = (AccountModel, CaseModel, StepModel, SuspectModel, NoticeModel, ApiPage, ApiError)
PAGE = """<html><title>教务处</title><ul><li><a href="/1.htm">放假通知</a><span>2026-11-20</span></li>
<li><a href="/2.htm">选课通知</a><span>2026-11-18</span></li></ul></html>"""
COMMANDS = {
    "coverage": ("coverage", "--format", "json"),
    "case list": ("case", "list", "--format", "json"),
    "case show": ("case", "show", "DEMO-2026-0047", "--format", "json"),
    "check": ("check", "--format", "jsonl"),
    "suspect list": ("suspect", "list", "--format", "json"),
    "notices": ("notices", "--format", "json"),
    "names screen": ("names", "screen", "--school", "all", "--format", "jsonl", "-"),
    "evidence verify": ("evidence", "verify", "{data}/evidence", "--format", "json"),
    "evidence replay": ("evidence", "replay", "{data}/evidence", "--format", "json"),
    "doctor": ("doctor", "--format", "json"),
    "read": ("read", "--platform", "website", "--url", "http://jwc.example.edu.cn/", "--at", "2026-11-28T10:00+08:00", "{page}"),
}  # fmt: skip


def keys(value: Any, path: str = "") -> Iterator[str]:
    """Every key of a JSON value, dotted; a list's items count as one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (here := f"{path}{key}")
            yield from keys(inner, f"{here}.")
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, path)


def printed(text: str) -> Any:
    """JSON or JSON Lines, whichever it is."""
    return json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]


def stored(kind: type[Any]) -> list[str]:
    """The fields of a stored dataclass."""
    assert is_dataclass(kind)
    return sorted(each.name for each in fields(kind))


def collect(run: Callable[..., str], data: Path) -> dict[str, Any]:
    """Everything that is published, by kind."""
    page = data / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    commands = {}
    for name, arguments in COMMANDS.items():
        text = run(*(each.format(data=data, page=page) for each in arguments), text="示范大学表白墙\n")
        commands[name] = sorted(set(keys(printed(text))))
    settings = load_settings(data=data)
    store = Store(settings.database)
    try:
        metrics = sorted(family.name for family in registry_of(AppContext(settings, store, clock.wall)).collect())
    finally:
        store.close()
    return {
        "commands": commands,
        "metrics": metrics,
        "settings": sorted(Settings.model_fields),
        "api": {model.__name__: sorted(model.model_fields) for model in ANSWERED},
        "stored": {kind.__name__: stored(kind) for kind in STORED},
    }


def main() -> None:
    """Write `published.yaml` from the packed installation."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(HERE / "installation_0_1_0.tar.xz") as archive:
            archive.extractall(folder, filter="data")

        def run(*arguments: str, text: str | None = None) -> str:
            options = ["--data", folder, "--now", "2026-11-28T18:00:00+08:00"]
            return CliRunner().invoke(app, [*options, *arguments], input=text).stdout

        PUBLISHED.write_text(
            yaml.safe_dump(collect(run, Path(folder)), allow_unicode=True, sort_keys=True), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
