"""Evidence expires: what nobody stands on and whose time is over is destroyed, with a tombstone in the manifest and in the database."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import structlog

from monitors.app_context import AppContext
from monitors.jobs.evidence_store import keep_heads, upload_sealed
from monitors.jobs.scheduled_job import ScheduledJob
from rules.retention import RetentionRule
from storage.evidence import Expiry, VerifyFailure, VerifyReport, expire, folder_name
from storage.evidence.chain import MANIFEST
from storage.retention import DueRetention, EvidenceExpiry

log = structlog.get_logger()


@dataclass
class ExpiryReport:
    """What went, or would go: accounts, evidence by its rule, and evidence that is over and cited still."""

    due: DueRetention
    rules: Mapping[str, RetentionRule] = field(default_factory=dict)
    cited: int = 0
    found: Expiry = field(default_factory=Expiry)

    @property
    def counts(self) -> Counter[RetentionRule]:
        """How many pieces of evidence by rule."""
        return Counter(RetentionRule(tombstone.rule) for tombstone in self.found.done)


def would_expire(context: AppContext) -> ExpiryReport:
    """What `expire_evidence` would do now. Nothing changes. Raises EvidenceError, StorageError, OSError."""
    now, retention = context.clock(), context.store.retention
    due = retention.due(now, context.settings.retention)
    wanted = due.evidence | retention.pending()
    cited = retention.cited(wanted, due)
    going = {id: rule for id, rule in wanted.items() if id not in cited}
    found = expire(context.evidence, _reasons(going), now, dry=True) if going else Expiry()
    return ExpiryReport(due, going, len(cited), found)


def expire_evidence(context: AppContext) -> ExpiryReport:
    """Forget the accounts that are over, and destroy the evidence that nothing cites any more. Doing it twice, or after a
    kill in between, changes nothing more. Raises EvidenceError, StorageError, OSError."""
    now, retention = context.clock(), context.store.retention
    due = retention.collect(now, context.settings.retention)
    going = retention.clear(now)
    cited = len(retention.pending()) - len(going)
    report = ExpiryReport(due, going, cited, carry_out(context))
    told = {rule.value: count for rule, count in report.counts.items()}
    log.info("evidence.expired", candidates=len(due.forgotten), cited=cited, left=len(report.found.left), **told)
    return report


def carry_out(context: AppContext) -> Expiry:
    """Destroy what is cleared and stands in this host's folder, what a killed process began first of all. Raises
    EvidenceError, StorageError, OSError."""
    now, retention = context.clock(), context.store.retention
    cleared = retention.pending(cleared=True)
    if not cleared or not (context.evidence / MANIFEST).exists():
        return Expiry(elsewhere=set(cleared))
    found = expire(context.evidence, _reasons(cleared), now)
    retention.expired([tombstone.evidence for tombstone in found.done], now)
    if found.done:
        keep_heads(context)  # from now on a tombstone that is taken away is missed
        if context.shared_store:
            files = {tombstone.file for tombstone in found.done}
            context.store.evidence_uploads.forget(folder_name(context.evidence), files)
            upload_sealed(context)
    return found


def _reasons(rules: Mapping[str, RetentionRule]) -> dict[str, tuple[str, str]]:
    return {id: (rule.value, rule.label) for id, rule in rules.items()}


def check_expiries(rows: Mapping[str, EvidenceExpiry], report: VerifyReport) -> None:
    """Hold the manifest's tombstones against the database's rows: whoever may write to the files alone cannot let evidence
    expire unnoticed."""
    if forged := sorted(report.expired - rows.keys()):
        why = (
            f"清单登记了 {len(forged)} 份存证到期销毁，数据库里没有相应的记录（第一份是 {forged[0]}）："
            "有人伪造了销毁登记，或者数据库是由较早的备份恢复的"
        )
        report.failures.append(VerifyFailure(MANIFEST, 0, 0, why))
    lost = sorted(id for id, row in rows.items() if row.expired_at and id not in report.expired)
    if lost:
        report.missing.append(
            f"数据库记着 {len(lost)} 份存证已到期销毁，清单里没有登记（第一份是 {lost[0]}），存证可能是由较早的备份恢复的"
        )


def told(report: ExpiryReport, *, dry: bool) -> Iterator[str]:
    """The report as a person reads it."""
    due, found = report.due, report.found
    done = "将" if dry else "已"
    yield f"{done}删除保存期满的个人疑似账号 {len(due.forgotten)} 个，{done}清除已排除账号的存证引用 {len(due.stripped)} 个。"
    for rule, count in sorted(report.counts.items()):
        yield f"{rule.label}：{done}销毁存证 {count} 份。"
    if found.done:
        yield f"以上{done}抹去 {found.bytes} 字节；文件长度不变，不腾出磁盘空间。"
    else:
        yield "没有到期需要销毁的存证。"
    if report.cited:
        yield f"保存期已满、但仍被台账、条目、文书或待核实账号引用而保留：{report.cited} 份。"
    if found.elsewhere:
        yield f"不在本机存证目录、由所在主机销毁：{len(found.elsewhere)} 份。"
    yield from (f"暂不销毁 {id}：{why}。" for id, why in sorted(found.left.items()))


async def expire_all(context: AppContext) -> None:
    """The scheduled job."""
    await asyncio.to_thread(expire_evidence, context)


JOBS = (ScheduledJob("expire_evidence", "存证到期", "20 4 * * sun", expire_all),)
