"""`make docs`: the Grafana dashboards of deploy/grafana/, made from one table of panels, so that a query stands in one place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "deploy" / "grafana"
SOURCE = {"type": "prometheus", "uid": "${source}"}
WIDTH, HEIGHT = 24, 7


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


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page. ``variables`` maps a name to the query of its values."""

    uid: str
    title: str
    panels: tuple[Panel, ...]
    variables: tuple[tuple[str, str], ...] = ()


def _stat(title: str, expression: str, unit: str = "short", red_from: float | None = None, width: int = 4) -> Panel:
    return Panel(title, (Query(expression),), "stat", width, unit, red_from)


def _lines(
    title: str, expression: str, legend: str, unit: str = "short", width: int = 12, *, stacked: bool = False
) -> Panel:
    return Panel(title, (Query(expression, legend),), width=width, unit=unit, stacked=stacked)


FACTS = 'outcome=~"ok|empty|gone|moved"'
OVERVIEW = Dashboard(
    "xunjian-overview",
    "校媒巡检 总览",
    (
        _stat("服务", 'up{job="xunjian"}'),
        _stat("在册账号", "sum(xunjian_accounts)"),
        _stat("最近一次查看得到结论的账号", f"sum(xunjian_accounts{{{FACTS}}}) / sum(xunjian_accounts)", "percentunit"),
        _stat("未了结的问题", "sum(xunjian_cases) or vector(0)"),
        _stat("待核实的疑似账号", "sum(xunjian_candidates_pending) or vector(0)"),
        _stat("疑似被篡改的网站", "sum(xunjian_hijacked_sites) or vector(0)", red_from=1),
        _stat(
            "距上一次成功巡检",
            'time() - max(xunjian_last_run_success_timestamp_seconds{kind="sweep"})',
            "s",
            6 * 3600,
            6,
        ),
        _stat("发送失败的文书", 'sum(xunjian_outbox_notices{state="failed"})', red_from=1, width=6),
        _stat(
            "等待最久的文书", "time() - xunjian_oldest_waiting_notice_timestamp_seconds or vector(0)", "s", 12 * 3600, 6
        ),
        _stat("距上一次备份", "time() - xunjian_last_backup_timestamp_seconds or vector(-1)", "s", 3 * 86400, 6),
        _lines(
            "观察次数（每小时）",
            "sum by (outcome) (increase(xunjian_observations_total[1h]))",
            "{{outcome}}",
            stacked=True,
        ),
        _lines("文书", "sum by (state) (xunjian_outbox_notices)", "{{state}}"),
        _lines("磁盘剩余", "xunjian_disk_free_bytes", "剩余", "bytes", 8),
        _lines("存证与数据库大小", "xunjian_evidence_bytes or xunjian_database_bytes", "{{__name__}}", "bytes", 8),
        _lines("存证清单长度", "xunjian_evidence_chain_links", "条", width=8),
        _lines("定时任务用时", "xunjian_job_last_duration_seconds", "{{job_name}}", "s"),
        _lines("渠道上一次送出", "time() - xunjian_last_delivery_timestamp_seconds", "{{channel}}", "s"),
    ),
)
PLATFORMS = Dashboard(
    "xunjian-platforms",
    "校媒巡检 各平台",
    (
        _lines("账号", 'sum by (outcome) (xunjian_accounts{platform=~"$platform"})', "{{outcome}}", stacked=True),
        _lines(
            "距上一次看到账号",
            'time() - xunjian_last_fact_timestamp_seconds{platform=~"$platform"}',
            "{{platform}}",
            "s",
        ),
        _lines(
            "被拦截或无法识别的比例",
            'sum by (platform) (increase(xunjian_observations_total{outcome=~"blocked|unreadable", platform=~"$platform"}[6h]))'
            ' / sum by (platform) (increase(xunjian_observations_total{platform=~"$platform"}[6h]))',
            "{{platform}}",
            "percentunit",
        ),
        _lines(
            "原因（每天，前十）",
            'topk(10, sum by (platform, reason) (increase(xunjian_observation_reasons_total{platform=~"$platform"}[1d])))',
            "{{platform}} {{reason}}",
        ),
        _lines(
            "读取一页用时（95%）",
            "histogram_quantile(0.95, sum by (platform, le)"
            ' (rate(xunjian_read_duration_seconds_bucket{platform=~"$platform"}[1h])))',
            "{{platform}}",
            "s",
        ),
        _lines("哨兵账号", 'xunjian_canaries{platform=~"$platform"}', "{{platform}} {{state}}"),
        _lines(
            "等待最久的账号已到期",
            'time() - xunjian_oldest_due_visit_timestamp_seconds{platform=~"$platform"}',
            "{{platform}}",
            "s",
        ),
        _lines("冻结督办", 'xunjian_platform_breaker_open{platform=~"$platform"}', "{{platform}} 冻结", width=6),
        _lines("暂停访问", 'xunjian_platform_paused{platform=~"$platform"}', "{{platform}} 暂停", width=6),
    ),
    (("platform", "label_values(xunjian_accounts, platform)"),),
)
CASES = Dashboard(
    "xunjian-cases",
    "校媒巡检 问题与掌握情况",
    (
        _lines("问题（按状态）", 'sum by (state) (xunjian_cases{school=~"$school"})', "{{state}}", stacked=True),
        _lines("问题（按规则）", 'sum by (rule) (xunjian_cases{school=~"$school"})', "{{rule}}", stacked=True),
        _lines("待核实的疑似账号", 'xunjian_candidates_pending{school=~"$school"}', "{{school}}", width=8),
        _lines("疑似被篡改的网站", 'xunjian_hijacked_sites{school=~"$school"}', "{{school}}", width=8),
        _lines(
            "距上一份日报", 'time() - xunjian_last_digest_timestamp_seconds{school=~"$school"}', "{{school}}", "s", 8
        ),
        _lines(
            "各平台看到结论的比例",
            f"sum by (platform) (xunjian_accounts{{{FACTS}}}) / sum by (platform) (xunjian_accounts)",
            "{{platform}}",
            "percentunit",
            24,
        ),
    ),
    (("school", "label_values(xunjian_hijacked_sites, school)"),),
)
ACCOUNT = Dashboard(
    "xunjian-account",
    "校媒巡检 单个账号（需打开设置 metrics_accounts）",
    (
        _stat("距最后更新", 'time() - xunjian_account_last_post_timestamp_seconds{account="$account"}', "s", width=12),
        _stat(
            "距上一次看到",
            'time() - xunjian_account_last_observation_timestamp_seconds{account="$account"}',
            "s",
            width=12,
        ),
        _lines(
            "最后更新（走平表示没有更新）",
            'xunjian_account_last_post_timestamp_seconds{account="$account"} * 1000',
            "{{account}}",
            "dateTimeAsIso",
            24,
        ),
    ),
    (("account", "label_values(xunjian_account_last_post_timestamp_seconds, account)"),),
)
DASHBOARDS = {"overview.json": OVERVIEW, "platforms.json": PLATFORMS, "cases.json": CASES, "account.json": ACCOUNT}


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
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}}
        if panel.kind == "timeseries"
        else {"colorMode": "value"},
        "targets": [
            {"refId": chr(65 + place), "datasource": SOURCE, "expr": query.expression, "legendFormat": query.legend}
            for place, query in enumerate(panel.queries)
        ],
    }


def text(dashboard: Dashboard) -> str:
    """The file's content."""
    return json.dumps(render(dashboard), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write every dashboard."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, dashboard in DASHBOARDS.items():
        (FOLDER / name).write_text(text(dashboard), "utf-8")


if __name__ == "__main__":
    main()
