"""Crawl children: started with an order, bounded in number and time, killed as a group; never the service's end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from crawler.fetch.job import CrawlJob
from crawler.platforms.authorized_api import redact_secrets
from storage.serialization import dump

log = structlog.get_logger()
ROOT = Path(__file__).parent.parent
OUTPUT_KEPT = 20_000
CHILD_ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""There are no such plugins; looking for them costs a child a tenth of its start."""


@dataclass(frozen=True)
class ProcessResult:
    """How a child ended: ``ok``, ``failed``, ``timeout``; its summary where it gave one, else the end of its stderr."""

    status: str
    summary: dict[str, Any] = field(default_factory=dict)
    error: str = ""


class CrawlProcessPool:
    """Runs crawl children, at most ``limit`` at once."""

    def __init__(self, limit: int, seconds: float) -> None:
        """``seconds`` is the hard time-out of one child."""
        self._room = asyncio.Semaphore(limit)
        self._seconds = seconds
        self._alive: set[asyncio.subprocess.Process] = set()

    def room(self) -> asyncio.Semaphore:
        """Wait here for a place; an order's clock starts only then."""
        return self._room

    async def run(self, order: CrawlJob) -> ProcessResult:
        """Start a child for the order and wait for its end; the caller has a place."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "crawler.fetch.worker"),
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
                "timeout", error=f"采集进程超过 {self._seconds:.0f} 秒仍未结束，已终止；已保存的观察不受影响。"
            )
        except asyncio.CancelledError:
            kill_group(child.pid)
            raise
        finally:
            self._alive.discard(child)
        return _ending(child.returncode or 0, out, err)

    def stop(self) -> None:
        """Kill every child and its browser."""
        for child in list(self._alive):
            kill_group(child.pid)


def _ending(code: int, out: bytes, err: bytes) -> ProcessResult:
    text = redact_secrets(err.decode("utf-8", "replace")[-OUTPUT_KEPT:].strip())
    try:
        summary = json.loads(out.decode("utf-8").strip().splitlines()[-1])
    except (ValueError, IndexError):
        return ProcessResult("failed", error=text or f"采集进程异常退出（{code}）")
    if text:
        log.warning("child.stderr", run=summary.get("run"), text=text[-2000:])
    return ProcessResult("ok" if code == 0 else "failed", summary, summary.get("error") or (text if code else ""))


def kill_group(pid: int) -> None:
    """SIGKILL to the child's process group: Chromium and its helpers go too."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
