"""Crawl children: started with an order, bounded in number and time, killed as a group; never the service's end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from crawler.fetch.job import CrawlJob
from crawler.platforms.authorized_api import redact_secrets
from storage.crawl_runs import RunStatus
from storage.serialization import dump

log = structlog.get_logger()
ROOT = Path(__file__).parent.parent
OUTPUT_KEPT = 20_000
KEPT = "已保存的观察不受影响，没看到的账号下次再看。"
OUT_OF_MEMORY = (
    "MemoryError",
    "Cannot allocate memory",
    "failed to map segment",
    "bad_alloc",
    "out of memory",
    "memory allocation of",
)
"""What a process says that meets its memory ceiling, by the part of it that met it."""
CHILD_ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""There are no such plugins; looking for them costs a child a tenth of its start."""


@dataclass(frozen=True)
class ProcessResult:
    """How a child ended: ``ok``, ``failed``, ``timeout``; its summary where it gave one, else the end of its stderr."""

    status: RunStatus
    summary: dict[str, Any] = field(default_factory=dict)
    error: str = ""


class CrawlProcessPool:
    """Runs crawl children, at most ``limit`` at once, whoever asks."""

    def __init__(self, limit: int, seconds: float, memory_mb: int = 1024) -> None:
        """``seconds`` is the hard time-out of one child, ``memory_mb`` its ceiling."""
        self._room = asyncio.Semaphore(limit)
        self._seconds, self._memory_mb = seconds, memory_mb
        self._alive: set[asyncio.subprocess.Process] = set()

    async def run(self, order: CrawlJob, begin: Callable[[CrawlJob], CrawlJob] | None = None) -> ProcessResult:
        """Wait for a place, start a child for the order and wait for its end. ``begin`` is told when the place is there:
        only then does an order's clock start."""
        async with self._room:
            return await self._run(await asyncio.to_thread(begin, order) if begin else order)

    async def _run(self, order: CrawlJob) -> ProcessResult:
        limits = ("--parent", str(os.getpid()), "--memory-mb", str(self._memory_mb))
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "crawler.fetch.worker", *limits),
            cwd=os.getcwd(),
            env={**os.environ, **CHILD_ENVIRONMENT},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._alive.add(child)
        try:
            out, err = await asyncio.wait_for(child.communicate(dump(order).encode()), self._seconds)
        except TimeoutError:
            kill_group(child.pid)
            await child.wait()
            return ProcessResult(
                RunStatus.TIMEOUT, error=f"采集进程超过 {self._seconds:.0f} 秒仍未结束，已终止；{KEPT}"
            )
        except asyncio.CancelledError:
            kill_group(child.pid)
            raise
        finally:
            self._alive.discard(child)
        return _ending(order.run, child.returncode or 0, out, err, self._memory_mb)

    def stop(self) -> None:
        """Kill every child and its browser."""
        for child in list(self._alive):
            kill_group(child.pid)


def _ending(run: str, code: int, out: bytes, err: bytes, memory_mb: int) -> ProcessResult:
    """What a child that ended by itself, or was killed by the system, left. Its stderr is for the log, not for a reader."""
    text = redact_secrets(err.decode("utf-8", "replace")[-OUTPUT_KEPT:].strip())
    if text:
        log.warning("run.stderr", run=run, code=code, text=text[-2000:])
    try:
        summary = dict(json.loads(out.decode("utf-8").strip().splitlines()[-1]))
    except (ValueError, IndexError, TypeError):
        return ProcessResult(RunStatus.FAILED, error=_why(code, text, memory_mb))
    if code == 0:
        return ProcessResult(RunStatus.OK, summary)
    return ProcessResult(RunStatus.FAILED, summary, summary.get("error") or _why(code, text, memory_mb))


def _why(code: int, text: str, memory_mb: int) -> str:
    if any(sign in text for sign in OUT_OF_MEMORY):
        return f"采集进程用到了内存上限 {memory_mb} MB，已停止；{KEPT}"
    if code == -signal.SIGKILL:
        return f"采集进程被系统终止，多半是机器内存不足；{KEPT}"
    return f"采集进程意外退出，经过见运行日志；{KEPT}"


def kill_group(pid: int) -> None:
    """SIGKILL to the child's process group: Chromium and its helpers go too."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
