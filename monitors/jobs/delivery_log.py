"""The outbox with a line in the log for each letter that left, waits again or needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from alerts.delivery.outbox import ClaimedMessage, DeliveryResult
from storage.notices import OutboxRepository

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LoggedQueue:
    """A `alerts.delivery.outbox.NoticeQueue` over the stored one. Of a target the channel is told, not whose mailbox it is."""

    stored: OutboxRepository
    _cases: dict[str, list[str]] = field(default_factory=dict)

    def claim(self, now: datetime, limit: int, only: str = "") -> Sequence[ClaimedMessage]:
        """As stored; what the letters are about is looked up once."""
        claimed = self.stored.claim(now, limit, only)
        self._cases.update({claim.id: self.stored.cases_of(claim.id) for claim in claimed})
        return claimed

    def mark_target(self, id: str, target: str, result: DeliveryResult, reason: str, now: datetime) -> None:
        """As stored."""
        self.stored.mark_target(id, target, result, reason, now)
        channel = target.partition(":")[0]
        log.info("notice.tried", notice=id, cases=self._cases[id], channel=channel, result=result.value, reason=reason)

    def mark_sent(self, id: str, now: datetime) -> None:
        """As stored."""
        self.stored.mark_sent(id, now)
        log.info("notice.sent", notice=id, cases=self._cases[id])

    def mark_to_print(self, id: str, now: datetime) -> None:
        """As stored."""
        self.stored.mark_to_print(id, now)
        log.info("notice.to_print", notice=id, cases=self._cases[id])

    def mark_failed(self, id: str, reason: str, now: datetime, *, permanent: bool, retry_at: datetime | None) -> None:
        """As stored; louder where a person must look."""
        self.stored.mark_failed(id, reason, now, permanent=permanent, retry_at=retry_at)
        told = log.error if permanent else log.warning
        told("notice.failed", notice=id, cases=self._cases[id], given_up=permanent, reason=reason)
