"""The outbox worker, the only module that talks to channels: claim, send, mark; at least once, never lost.

The promise: a letter is marked sent only after the channel took it. A crash between taking and marking sends it again,
under the same Message-ID and into the same folder. What each target answered is stored at once, so that a second
attempt leaves out those who have it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

from alerts.delivery.channels.base import Channel, DeliveryError
from alerts.messages import OutgoingMessage
from rules.model import LabeledEnum

FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=6)
"""Waits double from the first to the longest, without jitter: a replay makes the same plan."""
MAX_ATTEMPTS = {"unknown": 4, "retry": 30}
"""After so many passes a person must look, a week; sooner at a target that may have it already each time."""
PASS_SECONDS = 20 * 60.0
"""A pass begins no further letter after this long: its claims must not run out while it sends."""
LEASE = timedelta(minutes=30)
"""For storage: a claim this old (by the clock that all workers share) was left by a crash, and may be claimed again.
Longer than any pass takes."""


class DeliveryResult(LabeledEnum):
    """What became of one letter at one target. Only the first two are settled."""

    SENT = "sent", "已送达"
    REFUSED = "refused", "被退回"
    RETRY = "retry", "待重试"
    UNKNOWN = "unknown", "结果不明"


class ClaimedMessage(Protocol):
    """One row of the outbox as storage hands it out, plain data only: storage knows nothing of letters.

    ``attempts`` counts this one. ``delivered`` maps a target's key (``channel:address``) to the code of its Result,
    ``unknown`` to how often its result was UNKNOWN.
    """

    @property
    def id(self) -> str:
        """The notice's id: case number and step, or school, ``digest`` and day."""

    @property
    def document(self) -> str:
        """What kind of letter ``body`` is: the value of `rules.model.DocumentType`, or ``digest``."""

    @property
    def body(self) -> str:
        """The stored document."""

    @property
    def attempts(self) -> int:
        """How many passes over it came to an end, this one included; one that was killed does not count."""

    @property
    def delivered(self) -> Mapping[str, str]:
        """Results so far by target."""

    @property
    def unknown(self) -> Mapping[str, int]:
        """By target: attempts that may have delivered it."""


class NoticeQueue(Protocol):
    """The outbox in storage. Every method is one transaction, and safe to call from several threads."""

    def claim(self, now: datetime, limit: int, only: str = "") -> Sequence[ClaimedMessage]:
        """The oldest due rows, by compare-and-set: due are those never tried, those whose rest is over, and those
        whose claim is older than LEASE. ``only``: no other than this id."""

    def mark_target(self, id: str, target: str, result: DeliveryResult, reason: str, now: datetime) -> None:
        """What one target answered; called as soon as it is known."""

    def mark_sent(self, id: str, now: datetime) -> None:
        """Every target has it."""

    def mark_to_print(self, id: str, now: datetime) -> None:
        """Whoever has an address has it; the addressee has none: a person prints it and hands it over."""

    def mark_failed(self, id: str, reason: str, now: datetime, *, permanent: bool, retry_at: datetime | None) -> None:
        """Not everyone has it. ``permanent``: a person must look; otherwise it is due again at ``retry_at``."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one pass did: letters claimed, finished, given up; and results by target, for the metrics."""

    claimed: int
    sent: int
    given_up: int
    results: Mapping[tuple[str, DeliveryResult], int]

    def __add__(self, other: DeliveryReport) -> DeliveryReport:
        """Both together."""
        results = Counter(self.results) + Counter(other.results)
        return DeliveryReport(
            self.claimed + other.claimed, self.sent + other.sent, self.given_up + other.given_up, dict(results)
        )


@dataclass(slots=True)
class _Job:
    """A claimed letter on its way."""

    claim: ClaimedMessage
    letter: OutgoingMessage | None
    problem: str = ""
    results: dict[str, tuple[DeliveryResult, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class OutboxWorker:
    """Delivers what is due. ``compose`` makes the letter of a claim: monitors knows templates, settings and readers."""

    queue: NoticeQueue
    channels: Sequence[Channel]
    compose: Callable[[ClaimedMessage], OutgoingMessage]

    def run(self, now: datetime, limit: int = 20, *, only: str = "") -> DeliveryReport:
        """One pass over what is due at ``now``, or over the one letter ``only``. Channels work side by side, so that a slow
        one holds no other."""
        jobs = [self._job(claim) for claim in self.queue.claim(now, limit, only)]
        if not jobs:
            return DeliveryReport(0, 0, 0, {})
        with ThreadPoolExecutor(max_workers=max(1, len(self.channels))) as pool:
            # Each thread works as the caller: who acts and what the log's lines bear goes with it.
            asked = [pool.submit(copy_context().run, self._work, channel, jobs, now) for channel in self.channels]
            for each in asked:
                each.result()
        ends = Counter(self._settle(job, now) for job in jobs)
        results = Counter(
            (target.partition(":")[0], result) for job in jobs for target, (result, _) in job.results.items()
        )
        return DeliveryReport(len(jobs), ends[DeliveryResult.SENT], ends[DeliveryResult.REFUSED], results)

    def _job(self, claim: ClaimedMessage) -> _Job:
        """A letter that cannot be made (a broken template) waits like one that cannot be sent; the others go on."""
        try:
            return _Job(claim, self.compose(claim))
        except Exception as error:
            return _Job(claim, None, f"文书无法生成：{error}")

    def _work(self, channel: Channel, jobs: Sequence[_Job], now: datetime) -> None:
        """All letters through one channel; once it is down, the rest of the pass spares it."""
        down, until = "", monotonic() + PASS_SECONDS
        for job in jobs:
            for target in channel.targets(job.letter) if job.letter else ():
                key = f"{channel.name}:{target}"
                if _settled(job.claim, key):
                    continue
                if not down and monotonic() > until:
                    down = "本轮发送时间已用完，留待下一轮"
                if down:
                    job.results[key] = (DeliveryResult.RETRY, down)
                    continue
                result, reason, down = self._attempt(channel, job, target)
                # Bound to the key at once: what this target has must survive whatever happens to the next.
                job.results[key] = (result, reason)
                self.queue.mark_target(job.claim.id, key, result, reason, now)

    def _attempt(self, channel: Channel, job: _Job, target: str) -> tuple[DeliveryResult, str, str]:
        assert job.letter is not None
        try:
            channel.send(job.letter, target)
        except DeliveryError as error:
            result = (
                DeliveryResult.REFUSED
                if error.permanent
                else DeliveryResult.UNKNOWN
                if error.unknown
                else DeliveryResult.RETRY
            )
            return result, str(error), str(error) if error.channel_down else ""
        except Exception as error:
            # A bug in one channel must not stop the outbox; the type is enough to find it, the text might hold secrets.
            return DeliveryResult.RETRY, f"渠道内部错误（{type(error).__name__}）", ""
        return DeliveryResult.SENT, "", ""

    def _settle(self, job: _Job, now: datetime) -> DeliveryResult:
        """Mark the letter by its targets: SENT when all have it, REFUSED when a person must look, else RETRY."""
        outcomes = [result for result, _ in job.results.values()]
        before = [text for key in job.claim.delivered if (text := _stopped(job.claim, key))]
        reasons = [job.problem, *before, *(reason for _, reason in job.results.values())]
        if job.letter and not job.results and not job.claim.delivered:
            reasons.append("没有任何渠道可以送达：请在设置中配置渠道和收件人")
        if not any(reasons):
            reached = not job.letter or self._reached(job, job.letter)
            (self.queue.mark_sent if reached else self.queue.mark_to_print)(job.claim.id, now)
            return DeliveryResult.SENT
        doubtful = [key for key, (result, _) in job.results.items() if result is DeliveryResult.UNKNOWN]
        again = [key for key in doubtful if job.claim.unknown.get(key, 0) + 1 < MAX_ATTEMPTS["unknown"]]
        waits = DeliveryResult.RETRY in outcomes or bool(again) or (not outcomes and not before)
        given_up = not waits or job.claim.attempts >= MAX_ATTEMPTS["retry"]
        retry_at = None if given_up else now + retry_delay(job.claim.attempts)
        text = "；".join(dict.fromkeys(filter(None, reasons)))
        self.queue.mark_failed(job.claim.id, text, now, permanent=given_up, retry_at=retry_at)
        return DeliveryResult.REFUSED if given_up else DeliveryResult.RETRY

    def _reached(self, job: _Job, letter: OutgoingMessage) -> bool:
        """True where the addressee's own mailbox has it, or where it is nobody's paper; a copy or a file is not enough."""
        if letter.addressee_mailboxes is None:
            return True
        confirming = [channel.name for channel in self.channels if channel.confirms_receipt]
        have = {key for key, result in job.claim.delivered.items() if result == DeliveryResult.SENT}
        have |= {key for key, (result, _) in job.results.items() if result is DeliveryResult.SENT}
        return any(f"{name}:{mailbox}" in have for name in confirming for mailbox in letter.addressee_mailboxes)


def _settled(claim: ClaimedMessage, key: str) -> bool:
    """True for a target that is not tried: it has the letter, or a person must look first."""
    return claim.delivered.get(key) == DeliveryResult.SENT or bool(_stopped(claim, key))


def _stopped(claim: ClaimedMessage, key: str) -> str:
    """Why a target is not tried again, "" where it may be."""
    if claim.delivered.get(key) == DeliveryResult.REFUSED:
        return f"{key} 已被退回"
    if claim.unknown.get(key, 0) >= MAX_ATTEMPTS["unknown"]:
        return f"{key} 多次发出而结果不明，不再自动重发"
    return ""


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 2, 4 … minutes, never more than six hours."""
    return min(LONGEST_REST, FIRST_REST * (1 << min(attempts - 1, 20)))
