"""The pages: the office's day, a unit's own part, the leader's week and month, what concerns IT. Pure; one screen each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from alerts.digest import lines
from alerts.digest.model import (
    Audience,
    ChangeKind,
    Digest,
    DigestChange,
    DigestInput,
    DigestLine,
    NewFinding,
    OpenCase,
    PaperIssued,
    PaperState,
    PendingApproval,
    PlatformCounts,
    PlatformRunStats,
    Priority,
    Section,
    Tone,
    UnobservedAccounts,
)
from alerts.sanitize import name

__all__ = [
    "Audience",
    "ChangeKind",
    "Digest",
    "DigestChange",
    "DigestInput",
    "DigestLine",
    "NewFinding",
    "OpenCase",
    "PaperIssued",
    "PaperState",
    "PendingApproval",
    "PlatformRunStats",
]
__all__ += ["PlatformCounts", "Priority", "Section", "Tone", "UnobservedAccounts"]
__all__ += ["alert_page", "digest", "it_page", "leader_page", "unit_page"]

PER_SECTION = {"act": 6, "changes": 6, "papers": 4, "coverage": 3, "unseen": 4, "health": 3}
"""Lines a section shows: the page is one screen, read in a minute; the console has the rest."""
FOR_A_UNIT = frozenset({ChangeKind.RECOVERED, ChangeKind.RENAMED, ChangeKind.GONE, ChangeKind.MOVED, ChangeKind.CLOSED, ChangeKind.WITHDRAWN})  # fmt: skip
"""Changes of a unit's own accounts; who else uses the school's name is the office's business."""


def digest(data: DigestInput) -> Digest:
    """The office's day: who must act by when, what changed, what left, what is not known, how it runs."""
    urgent = [lines.hijacked(item) for item in data.hijacked]
    act = [*lines.to_sign(data.awaiting), *lines.due(data.cases, data.awaiting, data.now)]
    changes = [*lines.found(data.findings), *lines.changed(data.changes)]
    papers = [*lines.papers(data.papers), *lines.letters(data.letters)]
    quiet = not (urgent or act or changes or papers)
    return _page(
        data,
        Audience.OFFICE,
        "无变化" if quiet else _headline(data),
        [
            _section("请立即核实", urgent, "act"),
            _section("谁在何时前办什么", act, "act"),
            _section("变化", changes, "changes"),
            _section("以学校名义发出的文书", papers, "papers"),
            _section("掌握率与核实", lines.coverage(data), "coverage"),
            _section("尚不掌握（不作判断）", lines.unseen(data.unseen), "unseen"),
            _section("巡检运行", [*lines.troubles(data), *lines.blind(data)], "health"),
        ],
        quiet=quiet,
    )


def unit_page(data: DigestInput, unit: str) -> Digest:
    """A unit's own part and nothing of anybody else's; quiet where there is nothing for it."""
    own = replace(
        data,
        findings=[item for item in data.findings if item.unit == unit],
        cases=[item for item in data.cases if item.unit == unit],
        changes=[item for item in data.changes if item.unit == unit and item.kind in FOR_A_UNIT],
        papers=[item for item in data.papers if item.unit == unit and item.state is PaperState.SENT],
        hijacked=[item for item in data.hijacked if item.unit == unit],
        awaiting=(),
    )
    # What the office has still to sign is no business of the unit's yet.
    unsigned = {item.number for item in data.awaiting}
    cases = [case for case in own.cases if case.number not in unsigned]
    act = [*map(lines.hijacked, own.hijacked), *lines.due(cases, (), data.now)]
    changes = [*lines.found(own.findings), *lines.changed(own.changes)]
    papers = lines.papers(own.papers)
    sections = [
        _section("需要办理", act, "act"),
        _section("变化", changes, "changes"),
        _section("收到的文书", papers, "papers"),
    ]
    quiet = not (act or changes or papers)
    page = _page(own, Audience.UNIT, "没有需要办理的事项" if quiet else _counted(own), sections, quiet=quiet)
    return replace(page, unit=unit, heartbeat=f"{data.school_name}网站与新媒体巡检")


def leader_page(data: DigestInput, audience: Audience) -> Digest:
    """A week or a month on one page: the figures, then the units that are late, then what was issued."""
    late = [case for case in data.cases if case.due_at and case.due_at < data.now and not case.waiting]
    units = Counter(case.unit or "责任单位待核实" for case in late).most_common()
    overdue = [
        DigestLine(f"{name(unit)}：{count} 项已到期未办结", Tone.ALERT, Priority.ACT, "/cases") for unit, count in units
    ]
    kinds = Counter(item.kind for item in data.changes)
    figures = [
        f"新增问题 {len(data.findings)} 项",
        f"恢复更新 {kinds[ChangeKind.RECOVERED]} 项",
        f"办结销号 {kinds[ChangeKind.CLOSED]} 项",
        f"未了结 {len(data.cases)} 项",
        f"其中已到期 {len(late)} 项",
        f"发出文书 {len({item.number for item in data.papers})} 份",
    ]
    sections = [
        _section("需要关注", [*map(lines.hijacked, data.hijacked), *lines.to_sign(data.awaiting), *overdue], "act"),
        _section("变化", [*lines.found(data.findings), *lines.changed(data.changes)], "changes"),
        _section("以学校名义发出的文书", lines.papers(data.papers), "papers"),
    ]
    page = _page(data, audience, "，".join(figures), sections, quiet=False)
    return replace(page, rows=tuple(lines.row(platform, counts) for platform, counts in data.totals.items()))


def it_page(data: DigestInput) -> Digest:
    """What concerns the crawler and the channels; quiet where nothing has to be mended."""
    troubles = [*map(lines.hijacked, data.hijacked), *lines.troubles(data)]
    ordered = sorted(data.crawlers, key=lambda item: (bool(item.last_success), -item.missed, -item.blocked))
    sections = [
        _section("需要处理", troubles, "act"),
        _section("未能观察", lines.unseen(data.unseen), "unseen"),
        Section("各平台", tuple(map(lines.run, ordered))),
    ]
    headline = f"需要处理 {len(troubles)} 项" if troubles else "运行正常"
    return _page(data, Audience.IT, headline, sections, quiet=not troubles)


def alert_page(data: DigestInput, audience: Audience, told: Sequence[tuple[str, str, str]]) -> Digest:
    """What cannot wait until tomorrow: kind, text and path of each, those of one kind together."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind, text, path in told:
        groups.setdefault(kind, []).append((text, path))
    headline = "，".join(f"{kind} {len(some)} 项" for kind, some in groups.items())
    sections = [
        _section(kind, [DigestLine(text, Tone.ALERT, Priority.URGENT, path) for text, path in some], "act")
        for kind, some in groups.items()
    ]
    return replace(_page(data, audience, headline, sections, quiet=False), heartbeat="请先核实，再处置")


def _page(data: DigestInput, audience: Audience, headline: str, sections: list[Section], *, quiet: bool) -> Digest:
    return Digest(
        school=data.school,
        school_name=data.school_name,
        day=data.day,
        until=data.until,
        made_at=data.now,
        headline=headline,
        heartbeat=_heartbeat(data),
        sections=tuple(section for section in sections if section.lines),
        rows=(),
        quiet=quiet,
        demo=data.demo,
        audience=audience,
        foot=f"条款均指{data.regulation}。" if data.regulation else "",
    )


def _section(heading: str, found: Iterable[DigestLine], room: str) -> Section:
    shown, most = tuple(found), PER_SECTION[room]
    return Section(heading, shown[:most], max(0, len(shown) - most))


def _headline(data: DigestInput) -> str:
    late = sum(1 for case in data.cases if case.due_at and case.due_at < data.now and not case.waiting)
    counts = {
        "网站疑似被篡改": len(data.hijacked),
        "待签发": len(data.awaiting),
        "已到期待处理": late,
        "新增问题": len(data.findings),
        "变化": len(data.changes),
        "发出文书": len({item.number for item in data.papers if item.state is PaperState.SENT}),
    }
    return "，".join(f"{label} {count} 项" for label, count in counts.items() if count) or "有临近期限的事项"


def _counted(data: DigestInput) -> str:
    counts = {
        "新增问题": len(data.findings),
        "办理中": len(data.cases),
        "变化": len(data.changes),
        "文书": len(data.papers),
    }
    return "，".join(f"{label} {count} 项" for label, count in counts.items() if count) or "有需要核实的网站"


def _heartbeat(data: DigestInput) -> str:
    """That the machine is alive, in figures: what a quiet day consists of."""
    last = max((item.last_success for item in data.crawlers if item.last_success), default=None)
    runs, looks = sum(item.runs for item in data.crawlers), sum(item.looks for item in data.crawlers)
    success = f"最近一次成功 {lines.moment(last)}" if last else "尚无成功记录"
    return f"{lines.known(data.totals) or '台账中还没有账号'}，巡检 {runs} 轮，观察 {looks} 次，{success}"
