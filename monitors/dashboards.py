"""`make docs`: the Grafana dashboards of deploy/grafana/, made from one table of panels, so that a query stands in one place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from monitors.grafana import Dashboard, Panel, Query, text
from monitors.operations_metrics import CanaryState
from rules.campaigns import SheetState
from rules.coverage import COUNTED
from rules.model import CaseState, LabeledEnum
from storage.notices import NoticeState


class WaitingInquiry(LabeledEnum):
    """How long an owner has not answered, as the metric says it."""

    ASKED = "asked", "已询问"
    OVERDUE = "overdue", "逾期未答复"


FOLDER = Path(__file__).parent.parent / "deploy" / "grafana"


def _stat(title: str, expression: str, unit: str = "short", red_from: float | None = None, width: int = 4) -> Panel:
    return Panel(title, (Query(expression),), "stat", width, unit, red_from)


def _lines(
    title: str,
    expression: str,
    legend: str,
    unit: str = "short",
    width: int = 12,
    *,
    stacked: bool = False,
    states: Iterable[LabeledEnum] | None = None,
) -> Panel:
    return Panel(title, (Query(expression, legend),), width=width, unit=unit, stacked=stacked, states=states)


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
        _lines("文书", "sum by (state) (xunjian_outbox_notices)", "{{state}}", states=NoticeState),
        _lines("磁盘剩余", "xunjian_disk_free_bytes", "剩余", "bytes", 8),
        Panel(
            "存证与数据库大小",
            (Query("xunjian_evidence_bytes", "存证"), Query("xunjian_database_bytes", "数据库")),
            unit="bytes",
        ),
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
        _lines("哨兵账号", 'xunjian_canaries{platform=~"$platform"}', "{{platform}} {{state}}", states=CanaryState),
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
        _lines(
            "问题（按状态）",
            'sum by (state) (xunjian_cases{school=~"$school"})',
            "{{state}}",
            stacked=True,
            states=CaseState,
        ),
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
        ),
        _lines(
            "掌握率（各平台）",
            'sum by (platform) (xunjian_coverage_accounts{school=~"$school", state!="unknown"})'
            ' / sum by (platform) (xunjian_coverage_accounts{school=~"$school"})',
            "{{platform}}",
            "percentunit",
        ),
        _lines("掌握率", 'xunjian_coverage_share{school=~"$school"}', "{{school}}", "percentunit", 8),
        _lines(
            "掌握情况",
            'sum by (state) (xunjian_coverage_accounts{school=~"$school"})',
            "{{state}}",
            width=8,
            stacked=True,
            states=COUNTED,
        ),
        _lines(
            "等待答复的核实请求",
            'sum by (state) (xunjian_inquiries_waiting{school=~"$school"})',
            "{{state}}",
            width=8,
            states=WaitingInquiry,
        ),
        _lines(
            "专项工作：已通过的单位比例",
            'sum by (campaign) (xunjian_campaign_sheets{school=~"$school", state="accepted"})'
            ' / sum by (campaign) (xunjian_campaign_sheets{school=~"$school"})',
            "{{campaign}}",
            "percentunit",
            8,
        ),
        _lines(
            "专项工作：各单位进度",
            'sum by (state) (xunjian_campaign_sheets{school=~"$school"})',
            "{{state}}",
            width=8,
            stacked=True,
            states=SheetState,
        ),
        _lines(
            "专项工作：距截止（负数为已过）",
            'xunjian_campaign_due_timestamp_seconds{school=~"$school"} - time()',
            "{{campaign}}",
            "s",
            8,
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


def main() -> None:
    """Write every dashboard."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, dashboard in DASHBOARDS.items():
        (FOLDER / name).write_text(text(dashboard), "utf-8")


if __name__ == "__main__":
    main()
