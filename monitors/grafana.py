"""How a dashboard looks to Grafana: its JSON, made from a few panels; codes in a legend are shown by their Chinese labels."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from monitors.scheduled_jobs import LABELS
from rules.catalogue import RULES
from rules.model import LabeledEnum, Outcome, Platform
from storage.account_filter import NEVER, NOT_POLLED

SOURCE = {"type": "prometheus", "uid": "${source}"}
WIDTH, HEIGHT = 24, 7
LEGEND_WORDS: Mapping[str, Mapping[str, str]] = {
    "platform": {each.value: each.label for each in Platform},
    "outcome": {each.value: each.label for each in Outcome} | {NEVER: "尚未观察", NOT_POLLED: "不巡检"},
    "rule": {code: rule.title for code, rule in RULES.items()},
    "job_name": LABELS,
}
"""What the values of a label are called."""


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression and what its lines are called (``{{label}}`` stands for a label)."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture. ``kind`` is Grafana's; ``unit`` one of its units; ``red_from``: from this value on it is coloured."""

    title: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    width: int = 8
    unit: str = "short"
    red_from: float | None = None
    stacked: bool = False
    states: Iterable[LabeledEnum] | None = None
    """What the values of the label ``state`` are called here."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page. ``variables`` maps a name to the query of its values."""

    uid: str
    title: str
    panels: tuple[Panel, ...]
    variables: tuple[tuple[str, str], ...] = ()


def render(dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard as Grafana 10 and 11 import it."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["xunjian"],
        "timezone": "Asia/Shanghai",
        "schemaVersion": 39,
        "refresh": "1m",
        "time": {"from": "now-7d", "to": "now"},
        "templating": {"list": [_source(), *(_variable(*each) for each in dashboard.variables)]},
        "panels": [_panel(n, panel, place) for n, (panel, place) in enumerate(_placed(dashboard.panels), start=1)],
    }


def _source() -> dict[str, Any]:
    return {"name": "source", "label": "数据源", "type": "datasource", "query": "prometheus"}


def _variable(name: str, query: str) -> dict[str, Any]:
    several = name != "account"
    return {
        "name": name,
        "label": {"platform": "平台", "school": "学校", "account": "账号"}[name],
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "includeAll": several,
        "multi": several,
        "current": {"text": "All", "value": "$__all"} if several else {},
    }


def _placed(panels: Sequence[Panel]) -> list[tuple[Panel, dict[str, int]]]:
    """Left to right, a new row where the next does not fit."""
    placed, x, y = [], 0, 0
    for panel in panels:
        if x + panel.width > WIDTH:
            x, y = 0, y + HEIGHT
        placed.append((panel, {"x": x, "y": y, "w": panel.width, "h": HEIGHT}))
        x += panel.width
    return placed


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green" if panel.red_from else "text", "value": None}]
    steps += [{"color": "red", "value": panel.red_from}] if panel.red_from else []
    custom = {"stacking": {"mode": "normal"}, "fillOpacity": 20} if panel.stacked else {}
    return {
        "id": number,
        "title": panel.title,
        "type": panel.kind,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}, "custom": custom},
            "overrides": [_named(*each) for query in panel.queries for each in _names(query.legend, panel.states)],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}}
        if panel.kind == "timeseries"
        else {"colorMode": "value"},
        "targets": [
            {"refId": chr(65 + place), "datasource": SOURCE, "expr": query.expression, "legendFormat": query.legend}
            for place, query in enumerate(panel.queries)
        ],
    }


def _names(legend: str, states: Iterable[LabeledEnum] | None) -> Iterator[tuple[str, str]]:
    """A line's name as the labels' codes make it, and as people call it; nothing where a label's values are not known here."""
    words = {**LEGEND_WORDS, "state": {each.value: each.label for each in states or ()}}
    labels = re.findall(r"\{\{(\w+)\}\}", legend)
    for chosen in product(*(words.get(label, {}).items() for label in labels)) if labels else ():
        code = said = legend
        for label, (value, word) in zip(labels, chosen, strict=True):
            code, said = code.replace(f"{{{{{label}}}}}", value), said.replace(f"{{{{{label}}}}}", word)
        yield code, said


def _named(code: str, said: str) -> dict[str, Any]:
    return {"matcher": {"id": "byName", "options": code}, "properties": [{"id": "displayName", "value": said}]}


def text(dashboard: Dashboard) -> str:
    """The file's content."""
    return json.dumps(render(dashboard), ensure_ascii=False, indent=1) + "\n"
