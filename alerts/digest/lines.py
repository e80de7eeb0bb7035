"""Each kind of fact as a line of a page; what is alike stands on one line. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from alerts.digest.model import (
    ChangeKind,
    DigestChange,
    DigestInput,
    DigestLine,
    HijackedSite,
    LetterCounts,
    NewFinding,
    OpenCase,
    PaperIssued,
    PaperState,
    PendingApproval,
    PlatformCounts,
    PlatformRunStats,
    Priority,
    Tone,
    UnobservedAccounts,
)
from alerts.sanitize import clean, name
from rules.model import BEIJING, Outcome, Platform

SOON = timedelta(days=7)
"""How far ahead a deadline is worth a line."""
NAMED = 3
"""Names on a line that stands for several."""
Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)


def what(platform: Platform, title: str) -> str:
    """An account as a person calls it."""
    return f"{platform.label}“{name(title)}”"


def day(when: datetime) -> str:
    """12月1日."""
    when = when.astimezone(BEIJING)
    return f"{when.month}月{when.day}日"


def moment(when: datetime) -> str:
    """12月1日07:30."""
    return f"{day(when)}{when.astimezone(BEIJING):%H:%M}"


def _grouped(items: Iterable[tuple[Key, Item]]) -> dict[Key, list[Item]]:
    groups: dict[Key, list[Item]] = defaultdict(list)
    for key, item in items:
        groups[key].append(item)
    return groups


def _names(texts: Sequence[str]) -> str:
    shown = "、".join(dict.fromkeys(texts[:NAMED]))
    return shown + (f"等 {len(texts)} 个" if len(texts) > NAMED else "")


def hijacked(item: HijackedSite) -> DigestLine:
    """Neither a breach nor an account in order: a person must look now."""
    who = f"（{name(item.unit)}）" if item.unit else "（责任单位待核实）"
    text = f"{what(Platform.WEBSITE, item.title)}{who}疑似被篡改或域名失效，请立即核实，{moment(item.since)}首次看到"
    return DigestLine(text, Tone.ALERT, Priority.URGENT, item.path)


def to_sign(items: Sequence[PendingApproval]) -> list[DigestLine]:
    """One line for each signer and kind of paper, the longest waiting first."""
    ordered = sorted(items, key=lambda item: (item.since, item.number))
    groups = _grouped(((clean(item.approver, 30) or "签批人（未指定）", item.document), item) for item in ordered)
    return [_to_sign(signer, document.label, some) for (signer, document), some in groups.items()]


def _to_sign(signer: str, document: str, some: Sequence[PendingApproval]) -> DigestLine:
    since = f"自{day(some[0].since)}起等待"
    if len(some) == 1:
        one = some[0]
        text = f"{signer}：签发{document}，{what(one.platform, one.title)}，{since}［{clean(one.number, 40)}］"
        return DigestLine(text, Tone.ACT, Priority.SIGN, one.path)
    names = _names([f"“{name(item.title)}”" for item in some])
    return DigestLine(
        f"{signer}：签发{document} {len(some)} 份，最早{since}：{names}", Tone.ACT, Priority.SIGN, "/cases"
    )


def due(cases: Iterable[OpenCase], signing: Iterable[PendingApproval], now: datetime) -> list[DigestLine]:
    """Overdue first, then the coming week. What waits for a signature has its line there; what waits for something else
    comes last, says so and is not called late."""
    elsewhere = {item.number for item in signing}
    dated = [(case.due_at, case) for case in cases if case.due_at and case.due_at <= now + SOON]
    dated = [(at, case) for at, case in dated if case.number not in elsewhere]
    dated.sort(key=lambda pair: (bool(pair[1].waiting), pair[0], pair[1].number))
    return [_due(case, at, now) for at, case in dated]


def _due(case: OpenCase, at: datetime, now: datetime) -> DigestLine:
    overdue = at < now and not case.waiting
    unit = name(case.unit) if case.unit else "责任单位待核实"
    when = f"原定{day(at)}" if case.waiting else f"{day(at)}{'已到期' if overdue else '前'}"
    when += "（暂定）" if case.provisional else ""
    parts = [
        f"{unit}：{when}，{what(case.platform, case.title)}",
        f"下一步{clean(case.next_step, 30)}" if case.next_step else clean(case.state, 20),
        f"目前：{clean(case.waiting, 40)}" if case.waiting else "",
    ]
    text = "，".join(part for part in parts if part) + f"［{clean(case.number, 40)}］"
    return DigestLine(text, Tone.ALERT if overdue else Tone.ACT, Priority.ACT, case.path)


def found(findings: Sequence[NewFinding]) -> list[DigestLine]:
    """New breaches, those of one kind and article together."""
    groups = _grouped(((item.what or item.problem, item.clause), item) for item in findings)
    return [_found(kind, clause, some) for (kind, clause), some in groups.items()]


def _found(kind: str, clause: str, some: Sequence[NewFinding]) -> DigestLine:
    if len(some) == 1:
        one = some[0]
        who = f"（{name(one.unit)}）" if one.unit else "（责任单位待核实）"
        text = f"新增问题　{what(one.platform, one.title)}{who}：{clean(one.problem, 60)}，依据{clean(clause, 30)}"
        return DigestLine(text, Tone.ALERT, Priority.NEW, one.path)
    names = _names([what(item.platform, item.title) for item in some])
    text = f"新增问题　{clean(kind, 40)} {len(some)} 项，依据{clean(clause, 30)}：{names}"
    return DigestLine(text, Tone.ALERT, Priority.NEW, "/cases")


CHANGE_TONES = {
    ChangeKind.CLONE: Tone.ALERT,
    ChangeKind.RECOVERED: Tone.GOOD,
    ChangeKind.CLOSED: Tone.GOOD,
} | dict.fromkeys((ChangeKind.SUSPECT, ChangeKind.UNFILED, ChangeKind.DOUBTFUL), Tone.ACT)
LISTS = dict.fromkeys((ChangeKind.CLONE, ChangeKind.SUSPECT, ChangeKind.UNFILED, ChangeKind.DOUBTFUL), "/suspects")


def changed(changes: Sequence[DigestChange]) -> list[DigestLine]:
    """What is different, clones first, those of one kind together."""
    ordered = sorted(changes, key=lambda item: item.kind is not ChangeKind.CLONE)
    return [_changed(kind, some) for kind, some in _grouped((item.kind, item) for item in ordered).items()]


def _changed(kind: ChangeKind, some: Sequence[DigestChange]) -> DigestLine:
    tone = CHANGE_TONES.get(kind, Tone.PLAIN)
    if len(some) == 1:
        detail = f"：{clean(some[0].detail, 80)}" if some[0].detail else ""
        text = f"{kind.label}　{what(some[0].platform, some[0].title)}{detail}"
        return DigestLine(text, tone, Priority.CHANGED, some[0].path)
    names = _names([what(item.platform, item.title) for item in some])
    return DigestLine(f"{kind.label}　{len(some)} 个：{names}", tone, Priority.CHANGED, LISTS.get(kind, "/cases"))


def papers(issued: Sequence[PaperIssued]) -> list[DigestLine]:
    """Each paper once, those of one fate together; what did not reach anybody first."""
    groups = _grouped((item.state, item) for item in {item.number or item: item for item in issued}.values())
    order = (PaperState.FAILED, PaperState.NO_ADDRESS, PaperState.WAITING, PaperState.SENT)
    return [_papers(state, groups[state]) for state in order if state in groups]


def _papers(state: PaperState, some: Sequence[PaperIssued]) -> DigestLine:
    names = _names([f"{clean(item.number or item.paper, 40)}（{name(item.addressee)}）" for item in some])
    tone = Tone.PLAIN if state is PaperState.SENT else Tone.ACT
    path = some[0].path if len(some) == 1 else "/notices"
    return DigestLine(f"{state.label} {len(some)} 份：{names}", tone, Priority.PAPER, path)


def letters(counts: LetterCounts) -> list[DigestLine]:
    """What was signed and sent today, and what waits for somebody to carry it, whenever it was written."""
    stopped = [f"停发 {counts.stopped} 份"] if counts.stopped else []
    done = [f"签发 {counts.signed} 份", f"发送 {counts.sent} 份", *stopped]
    found = []
    if counts.signed or counts.sent or counts.stopped:
        found.append(DigestLine(f"今日{'，'.join(done)}", Tone.PLAIN, Priority.PAPER, "/notices"))
    if counts.deferred:
        text = f"{counts.deferred} 份暂缓签发"
        found.append(DigestLine(text, Tone.PLAIN, Priority.SIGN, "/notices/sign?deferred=1"))
    if counts.to_print:
        text = f"{counts.to_print} 份没有收件邮箱，请打印后送达"
        found.append(DigestLine(text, Tone.ACT, Priority.SIGN, "/notices/hand-over"))
    if counts.undelivered and counts.undelivered_since:
        text = f"{counts.undelivered} 份已发出、尚未送达，最早自{day(counts.undelivered_since)}起"
        found.append(DigestLine(text, Tone.ACT, Priority.SIGN, "/notices/hand-over"))
    return found


def known(totals: Mapping[Platform, Mapping[Outcome | None, int]]) -> str:
    """How much is known, as one sentence; "" where nothing is on file."""
    everything = sum(sum(counts.values()) for counts in totals.values())
    facts = sum(n for counts in totals.values() for outcome, n in counts.items() if outcome and outcome.is_fact)
    if not everything:
        return ""
    return f"在册账号 {everything} 个，最近一次看到内容的 {facts} 个"


def coverage(data: DigestInput) -> list[DigestLine]:
    """How much is known, who was asked, and what waits for the staff."""
    lines = []
    if data.coverage and data.coverage.accounts:
        known = data.coverage
        text = (
            f"按制度应当更新的账号 {known.accounts} 个，掌握 {known.known} 个（{known.share:.1%}）：在更新 {known.active}，未更新 {known.silent}，"
            f"不掌握 {known.unknown}"
        )
        lines.append(DigestLine(text, Tone.PLAIN, Priority.UNSEEN, "/inquiries"))
    if stats := data.inquiries:
        if stats.asked or stats.answered or stats.overdue:
            text = f"当日询问 {stats.asked} 个账号，答复 {stats.answered} 个，提醒后逾期 {stats.overdue} 个"
            lines.append(DigestLine(text, Tone.PLAIN, Priority.CHANGED, stats.path))
        if stats.for_staff or stats.to_confirm:
            text = f"待人工核查 {stats.for_staff} 个账号，待确认的“没有更新” {stats.to_confirm} 个"
            lines.append(DigestLine(text, Tone.ACT, Priority.ACT, stats.path))
        if stats.silent_units:
            units = "、".join(name(unit, 20) for unit in stats.silent_units[:5])
            more = f"等 {len(stats.silent_units)} 个单位" if len(stats.silent_units) > 5 else ""
            lines.append(DigestLine(f"从未答复过核实请求：{units}{more}", Tone.ACT, Priority.CHANGED, stats.path))
    return lines


def unseen(items: Sequence[UnobservedAccounts]) -> list[DigestLine]:
    """One line a platform: how many, why, since when at the longest."""
    return [_unseen(platform, some) for platform, some in _grouped((item.platform, item) for item in items).items()]


def _unseen(platform: Platform, some: Sequence[UnobservedAccounts]) -> DigestLine:
    count = sum(item.count for item in some)
    why = "、".join(f"{_reason(item)} {item.count}" if len(some) > 1 else _reason(item) for item in some)
    times = [item.since for item in some if item.since]
    since = f"最久自{moment(min(times))}起" if times else "尚无成功记录"
    names = "、".join(name(example, 20) for example in some[0].examples[:NAMED])
    text = f"{platform.label} {count} 个账号未能观察（{why}），{since}{f'：{names}' if names else ''}"
    return DigestLine(text, Tone.UNSEEN, Priority.UNSEEN, some[0].path)


def _reason(item: UnobservedAccounts) -> str:
    return clean(item.reason, 60) or (item.outcome.label if item.outcome else "尚未观察")


def troubles(data: DigestInput) -> list[DigestLine]:
    """What IT has to mend: breakers, letters that do not leave, runs that were missed. Never green: a run is no finding."""
    lines = [_breaker(item, item.breaker_since) for item in data.crawlers if item.breaker_since]
    if data.undelivered:
        text = f"有 {data.undelivered} 份文书发送失败，请信息化部门检查发送渠道"
        lines.append(DigestLine(text, Tone.ACT, Priority.HEALTH, "/notices"))
    for bridge, fault in data.bridges.items():
        text = f"自建订阅服务“{name(bridge)}”不可信：{clean(fault, 100)}，请信息化部门检查"
        lines.append(DigestLine(text, Tone.ACT, Priority.HEALTH, "/operations"))
    missed = [item for item in data.crawlers if item.missed]
    if missed:
        shown = "、".join(f"{item.platform.label} {item.missed} 轮" for item in missed[:NAMED])
        text = f"漏跑 {sum(item.missed for item in missed)} 轮：{shown}"
        lines.append(DigestLine(text, Tone.UNSEEN, Priority.HEALTH, "/operations"))
    return lines


def blind(data: DigestInput) -> list[DigestLine]:
    """The platforms that never said anything, on one line."""
    never = [item.platform.label for item in data.crawlers if not item.last_success]
    if not never:
        return []
    return [DigestLine(f"尚无成功记录的平台：{'、'.join(never)}", Tone.UNSEEN, Priority.HEALTH, "/operations")]


def _breaker(item: PlatformRunStats, since: datetime) -> DigestLine:
    why = clean(item.breaker_reason, 60)
    text = f"{item.platform.label}自{moment(since)}起熔断，该平台暂停升级督办（{why}），请信息化部门核查"
    return DigestLine(text, Tone.ACT, Priority.HEALTH, item.path)


def run(item: PlatformRunStats) -> DigestLine:
    """A platform's day."""
    success = f"最近成功 {moment(item.last_success)}" if item.last_success else "尚无成功记录"
    parts = [f"巡检 {item.runs} 轮", f"观察 {item.looks} 次", success]
    parts += [f"被拦截 {item.blocked} 次"] if item.blocked else []
    parts += [f"漏跑 {item.missed} 轮"] if item.missed else []
    tone = Tone.PLAIN if item.last_success and not item.missed else Tone.UNSEEN
    return DigestLine(f"{item.platform.label}：{'，'.join(parts)}", tone, Priority.HEALTH, item.path)


def row(platform: Platform, counts: Mapping[Outcome | None, int]) -> PlatformCounts:
    """A platform's accounts in figures."""
    seen = sum(
        count for outcome, count in counts.items() if outcome and outcome.is_fact and outcome is not Outcome.GONE
    )
    total, gone = sum(counts.values()), counts.get(Outcome.GONE, 0)
    return PlatformCounts(platform.label, total, seen, gone, total - seen - gone)
