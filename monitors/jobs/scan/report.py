"""The report of an on-demand scan on one page: HTML (which the browser prints to PDF) and plain text."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from alerts.sanitize import clean

SHORT = 300


@cache
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape())
    made.filters["clean"] = lambda text: clean(str(text), SHORT)
    return made


def as_html(report: dict[str, Any], shot: bytes | None) -> str:
    """One self-contained page; what came from the internet is escaped and shortened."""
    picture = base64.b64encode(shot).decode() if shot else ""
    return _environment().get_template("scan_report.html").render(r=report, picture=picture)


def as_text(report: dict[str, Any]) -> str:
    """The same for a terminal."""
    match = report["name_match"]
    lines = [
        f"核查对象: {clean(report['target'], SHORT)}",
        f"是什么:   {report['platform']} {clean(report['name'] or '', 80)} {clean(report['account_id'], 80)}".rstrip(),
        f"看到:     {report['outcome_label']}，最后更新 {report['last_post_at'] or '未知'}",
        f"认证主体: {clean(report['verified_body'], 80) or '未见'}",
        f"名称比对: {clean(match['why'], SHORT)}",
        f"与台账:   {report['kind_label']}。{clean(report['why'], SHORT)}",
    ]
    rest = [row for row in report["findings"] if row["outcome"] != "violated"]
    for row in report["findings"]:
        if row["outcome"] == "violated":
            lines.append(
                f"  [{row['outcome_label']}] {row['rule_label']}（{row['basis']}）：{clean(row['reason'], SHORT)}"
            )
            lines.append(f"    可能的后续: {' → '.join(row['what_may_follow'])}")
    lines.append(f"其他条款: {len(rest)} 条，符合或无法判定，详见报告。" if rest else "其他条款: 无")
    lines += [f"没能看到: {clean(item, SHORT)}" for item in report["could_not_see"]]
    lines.append(f"存证: {'、'.join(report['evidence']) or '无'}")
    lines.append(f"报告: {report.get('report_pdf') or report.get('report')}")
    return "\n".join(lines)
