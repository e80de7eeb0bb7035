"""One page per school and day: what is new, who must act by when, what waits for a signature; then the rest. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from alerts.digest.model import (
    ChangeKind,
    Digest,
    DigestChange,
    DigestInput,
    DigestLine,
    HijackedSite,
    LetterCounts,
    NewFinding,
    OpenCase,
    PendingApproval,
    PlatformCounts,
    PlatformRunStats,
    Priority,
    Section,
    Tone,
    UnobservedAccounts,
)
from alerts.sanitize import clean, name
from rules.model import BEIJING, Outcome, Platform

__all__ = [
    "ChangeKind",
    "Digest",
    "DigestChange",
    "DigestInput",
    "DigestLine",
    "NewFinding",
    "OpenCase",
    "PendingApproval",
    "PlatformRunStats",
]
__all__ += ["PlatformCounts", "Priority", "Section", "Tone", "UnobservedAccounts", "digest"]

PER_SECTION = 6
"""Lines a section shows: the page is read in a minute; the console has the rest."""
SOON = timedelta(days=7)
"""How far ahead a deadline is worth a line."""


def digest(data: DigestInput) -> Digest:
    """The day's page: the same input gives the same page."""
    sections = [
        _section("请立即核实", [_hijacked(item) for item in data.hijacked]),
        _section("今日新增问题", [_finding(item) for item in data.findings]),
        _section("需要处理（按期限）", _due(data)),
        _section("等待签发", [_awaiting(item) for item in sorted(data.awaiting, key=lambda item: item.since)]),
        _section("文书", _letters(data.letters)),
        _section(
            "变化情况",
            [_change(item) for item in sorted(data.changes, key=lambda item: item.kind is not ChangeKind.CLONE)],
        ),
    ]
    quiet = not any(section.lines for section in sections)
    tail = [
        _section("未能观察（不作判断）", [_unseen(item) for item in data.unseen]),
        _section("巡检运行", _health(data)),
    ]
    return Digest(
        school=data.school,
        school_name=data.school_name,
        day=data.day,
        made_at=data.now,
        headline="无变化" if quiet else _headline(data),
        heartbeat=_heartbeat(data),
        sections=tuple(section for section in [*sections, *tail] if section.lines),
        rows=tuple(_row(platform, counts) for platform, counts in data.totals.items()),
        quiet=quiet,
        demo=data.demo,
    )


def _section(heading: str, lines: Iterable[DigestLine]) -> Section:
    found = tuple(lines)
    return Section(heading, found[:PER_SECTION], max(0, len(found) - PER_SECTION))


def _headline(data: DigestInput) -> str:
    late = sum(1 for case in data.cases if case.due_at and case.due_at < data.now and not case.waiting)
    counts = {
        "网站疑似被篡改": len(data.hijacked),
        "新增问题": len(data.findings),
        "已到期待处理": late,
        "待签发": len(data.awaiting),
        "变化": len(data.changes),
    }
    return "，".join(f"{label} {count} 项" for label, count in counts.items() if count) or "有临近期限的事项"


def _heartbeat(data: DigestInput) -> str:
    """That the machine is alive, in figures: what a quiet day consists of."""
    last = max((item.last_success for item in data.crawlers if item.last_success), default=None)
    accounts = sum(sum(counts.values()) for counts in data.totals.values())
    runs, looks = sum(item.runs for item in data.crawlers), sum(item.looks for item in data.crawlers)
    success = f"最近一次成功 {_moment(last)}" if last else "尚无成功记录"
    return f"在册账号 {accounts} 个，巡检 {runs} 轮，观察 {looks} 次，{success}"


def _what(platform: Platform, title: str) -> str:
    return f"{platform.label}“{name(title)}”"


def _hijacked(item: HijackedSite) -> DigestLine:
    """Neither a breach nor an account in order: a person must look now."""
    who = f"（{name(item.unit)}）" if item.unit else "（责任单位待核实）"
    text = f"{_what(Platform.WEBSITE, item.title)}{who}疑似被篡改或域名失效，请立即核实，{_moment(item.since)}首次看到"
    return DigestLine(text, Tone.ALERT, Priority.URGENT, item.path)


def _finding(item: NewFinding) -> DigestLine:
    who = f"（{name(item.unit)}）" if item.unit else "（责任单位待核实）"
    text = f"{_what(item.platform, item.title)}{who}：{clean(item.problem, 60)}，依据{clean(item.clause, 30)}"
    return DigestLine(text, Tone.ALERT, Priority.NEW, item.path)


def _due(data: DigestInput) -> list[DigestLine]:
    """Overdue first, then the coming week. What waits for something says so and is not called late."""
    dated = [case for case in data.cases if case.due_at and case.due_at <= data.now + SOON]
    late = datetime.max.replace(tzinfo=BEIJING)
    return [_case(case, data.now) for case in sorted(dated, key=lambda case: (case.due_at or late, case.number))]


def _case(case: OpenCase, now: datetime) -> DigestLine:
    assert case.due_at is not None
    overdue = case.due_at < now and not case.waiting
    when = f"{_day(case.due_at)}到期{'（暂定）' if case.provisional else ''}"
    parts = [
        f"{_what(case.platform, case.title)}",
        name(case.unit) if case.unit else "责任单位待核实",
        f"{'已过期限，' if overdue else ''}{when}",
        f"下一步：{clean(case.next_step, 30)}" if case.next_step else clean(case.state, 20),
        f"在等：{clean(case.waiting, 40)}" if case.waiting else "",
    ]
    text = "；".join(part for part in parts if part) + f"［{clean(case.number, 40)}］"
    return DigestLine(text, Tone.ALERT if overdue else Tone.ACT, Priority.ACT, case.path)


def _awaiting(item: PendingApproval) -> DigestLine:
    signer = clean(item.approver, 30) or "签批人未指定"
    text = f"{item.document.label}：{_what(item.platform, item.title)}，请{signer}签发，自{_day(item.since)}起等待"
    return DigestLine(f"{text}［{clean(item.number, 40)}］", Tone.ACT, Priority.SIGN, item.path)


CHANGE_TONES = {
    ChangeKind.CLONE: Tone.ALERT,
    ChangeKind.RECOVERED: Tone.GOOD,
    ChangeKind.CLOSED: Tone.GOOD,
} | dict.fromkeys((ChangeKind.SUSPECT, ChangeKind.UNFILED, ChangeKind.DOUBTFUL), Tone.ACT)


def _letters(counts: LetterCounts) -> list[DigestLine]:
    """What was signed and sent today, and what waits for somebody to carry it."""
    done = [
        f"签发 {counts.signed} 份",
        f"发送 {counts.sent} 份",
        *([f"停发 {counts.stopped} 份"] if counts.stopped else []),
    ]
    lines = []
    if counts.signed or counts.sent or counts.stopped:
        lines.append(DigestLine(f"今日{'，'.join(done)}", Tone.PLAIN, Priority.SIGN, "/notices"))
    if counts.to_print:
        text = f"{counts.to_print} 份没有收件邮箱，请打印后送达"
        lines.append(DigestLine(text, Tone.ACT, Priority.SIGN, "/notices/hand-over"))
    if counts.undelivered and counts.undelivered_since:
        text = f"{counts.undelivered} 份已发出、尚未送达，最早自{_day(counts.undelivered_since)}起"
        lines.append(DigestLine(text, Tone.ACT, Priority.SIGN, "/notices/hand-over"))
    return lines


def _change(item: DigestChange) -> DigestLine:
    detail = f"：{clean(item.detail, 80)}" if item.detail else ""
    text = f"{item.kind.label}　{_what(item.platform, item.title)}{detail}"
    return DigestLine(text, CHANGE_TONES.get(item.kind, Tone.PLAIN), Priority.CHANGED, item.path)


def _unseen(item: UnobservedAccounts) -> DigestLine:
    since = f"自{_moment(item.since)}起" if item.since else "尚无成功记录"
    why = clean(item.reason, 60) or (item.outcome.label if item.outcome else "尚未观察")
    names = "、".join(name(example, 20) for example in item.examples[:3])
    text = f"{item.platform.label} {item.count} 个账号{since}未能观察（{why}）{f'：{names}' if names else ''}"
    return DigestLine(text, Tone.UNSEEN, Priority.UNSEEN, item.path)


def _health(data: DigestInput) -> list[DigestLine]:
    """Breakers and missed runs first; then one line a platform; never green, for a run is not a finding."""
    lines = [_breaker(item) for item in data.crawlers if item.breaker_since]
    if data.undelivered:
        text = f"有 {data.undelivered} 份文书发送失败，请信息化部门检查发送渠道"
        lines.append(DigestLine(text, Tone.ACT, Priority.HEALTH, "/notices"))
    return lines + [
        _run(item) for item in sorted(data.crawlers, key=lambda item: (bool(item.last_success), -item.missed))
    ]


def _breaker(item: PlatformRunStats) -> DigestLine:
    assert item.breaker_since is not None
    why = clean(item.breaker_reason, 60)
    text = f"{item.platform.label}自{_moment(item.breaker_since)}起熔断，该平台暂停升级督办（{why}），请信息化部门核查"
    return DigestLine(text, Tone.ACT, Priority.HEALTH, item.path)


def _run(item: PlatformRunStats) -> DigestLine:
    success = f"最近成功 {_moment(item.last_success)}" if item.last_success else "尚无成功记录"
    parts = [f"巡检 {item.runs} 轮", f"观察 {item.looks} 次", success]
    parts += [f"被拦截 {item.blocked} 次"] if item.blocked else []
    parts += [f"漏跑 {item.missed} 轮"] if item.missed else []
    tone = Tone.PLAIN if item.last_success and not item.missed else Tone.UNSEEN
    return DigestLine(f"{item.platform.label}：{'，'.join(parts)}", tone, Priority.HEALTH, item.path)


def _row(platform: Platform, counts: Mapping[Outcome | None, int]) -> PlatformCounts:
    seen = sum(
        count for outcome, count in counts.items() if outcome and outcome.is_fact and outcome is not Outcome.GONE
    )
    total, gone = sum(counts.values()), counts.get(Outcome.GONE, 0)
    return PlatformCounts(platform.label, total, seen, gone, total - seen - gone)


def _day(when: datetime) -> str:
    when = when.astimezone(BEIJING)
    return f"{when.month}月{when.day}日"


def _moment(when: datetime) -> str:
    return f"{_day(when)}{when.astimezone(BEIJING):%H:%M}"
