"""What `xunjian doctor` says of an installation on several hosts: whether anybody works, and whether evidence gets together."""

from __future__ import annotations

from collections.abc import Iterator

from monitors.app_context import AppContext
from storage.evidence import EvidenceError
from storage.queue_schema import live_workers


def rows(context: AppContext) -> Iterator[tuple[str, str, str]]:
    """Workers alive, and the shared store. Nothing where one process is all. Raises StorageError."""
    settings = context.settings
    if settings.database_url:
        alive = live_workers(context.store.database, settings.stalled_seconds)
        todo = (
            "没有正在运行的 xunjian worker，巡检、核对和发文都不会进行。请启动至少一个，做法见 docs/deploy-cluster.md"
        )
        yield ("执行程序", "ok", f"{alive} 个在运行") if alive else ("执行程序", "fail", todo)
    try:
        if store := context.shared_store:
            yield "共用存证", "ok", f"{store.url}，已有 {len(store.folders())} 个存证目录"
    except EvidenceError as error:
        yield "共用存证", "fail", str(error)
