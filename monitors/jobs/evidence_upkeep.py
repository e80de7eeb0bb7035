"""What a service or a worker does for the evidence of its host as long as it lives: ends an expiry, uploads what is sealed."""

from __future__ import annotations

import asyncio

import structlog

from monitors.app_context import AppContext
from monitors.jobs.evidence_expiry import carry_out
from monitors.jobs.evidence_store import upload_sealed
from storage.database import StorageError
from storage.evidence import EvidenceError

log = structlog.get_logger()
EVERY_SECONDS = 30.0
"""How long a sealed file waits for the store, at most, while the service or a worker runs."""


async def keep_evidence(context: AppContext) -> None:
    """First what a killed process left half expired, and what another host's job cleared here; then upload as files are
    sealed. A store or a database that is away is waited for; without a store once is enough."""
    while True:
        try:
            if gone := len((await asyncio.to_thread(carry_out, context)).done):
                log.info("evidence.expired", evidence=gone)
            if count := await asyncio.to_thread(upload_sealed, context):
                log.info("evidence.uploaded", files=count)
        except (EvidenceError, StorageError, OSError) as error:
            log.error("evidence.not_kept", error=str(error))
        else:
            if not context.settings.evidence_store:
                return
        await asyncio.sleep(EVERY_SECONDS)
