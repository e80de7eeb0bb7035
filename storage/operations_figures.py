"""Figures about how the work goes, for the metrics: each one question, its cost bounded however large the tables grow."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, cast, func, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from storage.crawl_runs import RUN
from storage.database import Database, table
from storage.notices import NOTICE, SENT, NoticeState
from storage.observations import OBSERVATION
from storage.serialization import load_json
from storage.tables import AccountStateRow, FilingRow

STATE, FILING = table(AccountStateRow), table(FilingRow)
CODE = re.compile(r"([a-z][a-z0-9_]{0,39}):")
NO_CODE = "other"
"""Reasons without a code of ours: a new label for every sentence would have no end."""
LETTERS = 200
"""So many of the newest letters are asked when each channel last took one."""


class OperationsFigures:
    """Questions about queues, reasons and deliveries."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def newest_observation(self) -> int:
        """The number of the newest observation, 0 where there is none."""
        with self._db.read() as tx:
            return int(tx.execute(select(func.max(OBSERVATION.c.seq))).scalar() or 0)

    def reasons_after(self, seq: int) -> tuple[int, Counter[tuple[str, str]]]:
        """Codes of the reasons of observations numbered above ``seq``, by platform; and the newest number."""
        said, newest = self._field(OBSERVATION.c.document, "reason"), func.max(OBSERVATION.c.seq)
        query = select(OBSERVATION.c.platform, said, func.count(), newest).where(OBSERVATION.c.seq > seq)
        found: Counter[tuple[str, str]] = Counter()
        with self._db.read() as tx:
            rows = tx.execute(query.group_by(OBSERVATION.c.platform, said)).all()
        for platform, text, count, _ in rows:
            if text:
                code = CODE.match(text)
                found[platform, code[1] if code else NO_CODE] += count
        return max((row[3] for row in rows), default=seq), found

    def _field(self, column: Any, name: str) -> ColumnElement[Any]:
        document: Any = type_coerce(column, JSON) if self._db.sqlite else cast(column, JSONB)
        found: ColumnElement[Any] = document[name].as_string()
        return found

    def oldest_due_visits(self, now: datetime) -> dict[str, datetime]:
        """By platform, since when the account that waits longest is due; platforms without one are absent."""
        query = (
            select(STATE.c.platform, func.min(STATE.c.next_visit_at))
            .where(STATE.c.next_visit_at <= now, STATE.c.key.in_(select(FILING.c.key)))
            .group_by(STATE.c.platform)
        )
        with self._db.read() as tx:
            return {platform: at for platform, at in tx.execute(query) if at}

    def oldest_waiting_notice(self) -> datetime | None:
        """When the oldest letter that still has to leave was written."""
        waiting = NOTICE.c.state.in_((NoticeState.DUE.value, NoticeState.CLAIMED.value))
        with self._db.read() as tx:
            at: datetime | None = tx.execute(select(func.min(NOTICE.c.created_at)).where(waiting)).scalar()
            return at

    def last_deliveries(self) -> dict[str, datetime]:
        """When each channel last took a letter, among the newest letters."""
        query = select(NOTICE.c.delivery_results).order_by(NOTICE.c.created_at.desc()).limit(LETTERS)
        with self._db.read() as tx:
            documents = [load_json("发送结果", text) for (text,) in tx.execute(query)]
        found: dict[str, datetime] = {}
        for target, answer in (pair for answers in documents for pair in answers.items()):
            channel, at = target.partition(":")[0], datetime.fromisoformat(answer[2])
            if answer[0] == SENT and at > found.get(channel, at.min.replace(tzinfo=at.tzinfo)):
                found[channel] = at
        return found

    def read_timings_since(self, moment: datetime) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Run, platform and reading times (``counts``, ``seconds``) of runs that ended at or after a moment."""
        query = select(RUN.c.id, RUN.c.platform, RUN.c.summary).where(RUN.c.finished_at >= moment)
        with self._db.read() as tx:
            runs = [(row.id, row.platform, load_json("采集记录", row.summary)) for row in tx.execute(query)]
        return [(run, platform, summary["reads"]) for run, platform, summary in runs if "reads" in summary]

    def account_times(self) -> Iterator[tuple[str, str, str, datetime | None, datetime | None]]:
        """School, platform, key, newest post and newest fact of every registered account."""
        columns = (FILING.c.school, FILING.c.platform, FILING.c.key, STATE.c.last_post_at, STATE.c.last_fact_at)
        query = select(*columns).select_from(FILING.join(STATE, STATE.c.key == FILING.c.key))
        with self._db.read() as tx:
            for row in tx.execute(query):
                school, platform, key, post, fact = row
                yield school, platform, key, post, fact
