"""Which pieces a sweep of what is due is cut into: one for a process by itself, one a platform (and many of the websites)
where several workers share the work."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from crawler.platforms import SPECS
from monitors.app_context import AppContext
from rules.model import Platform
from storage.account_filter import AccountFilter
from storage.filings import key_of


@dataclass(frozen=True, slots=True)
class Shard:
    """The accounts of one platform whose keys fall into one of so many equal parts. ``platform`` "": all accounts."""

    platform: str = ""
    part: int = 0
    parts: int = 1

    def holds(self, platform: str, key: str) -> bool:
        """True for an account of this shard; the same answer on every host."""
        if self.platform and self.platform != platform:
            return False
        return self.parts == 1 or zlib.crc32(key.encode()) % self.parts == self.part

    @property
    def key(self) -> str:
        """What says that this shard is on the queue already."""
        return f"sweep.{self.platform or 'all'}.{self.part}.{self.parts}"

    @property
    def alone(self) -> str:
        """Accounts of one platform are asked shard after shard; websites have a host each."""
        return self.key if self.platform == Platform.WEBSITE else f"sweep.{self.platform or 'all'}"


EVERYTHING = Shard()


def due_shards(context: AppContext) -> list[Shard]:
    """The shards in which an account is due."""
    if not context.job_queue.spreads:
        return [EVERYTHING]
    now, found = context.clock(), set[Shard]()
    for platform in (platform for platform in Platform if platform.value in SPECS):
        parts = _parts(context) if platform is Platform.WEBSITE else 1
        for filing in context.store.filings.due(platform, now):
            found.add(Shard(platform.value, zlib.crc32(key_of(filing).encode()) % parts, parts))
            if parts == 1:
                break
    return sorted(found, key=lambda shard: (shard.platform, shard.part))


def _parts(context: AppContext) -> int:
    """Into how many the websites are cut: a power of two, so that a few new ones do not move all the others."""
    websites = context.store.account_lists.count(AccountFilter(platform=Platform.WEBSITE))
    return 1 << max(0, -(-websites // context.settings.accounts_per_process) - 1).bit_length()


def new_run(now: datetime) -> str:
    """The name under which a shard's looks are kept: a shard that is taken up again goes on under the same one."""
    return f"sweep-{now:%Y%m%d-%H%M%S}-{uuid4().hex[:8]}"
