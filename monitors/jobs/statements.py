"""What persons state, written into the evidence archive and recorded as observations: declarations and manual looks."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from monitors.app_context import AppContext
from monitors.jobs.sweep_review import schedule_visits
from rules.accounts.state import apply_observation
from rules.accounts.statements import InvalidStatement
from rules.model import EvidenceKind, Observation, Outcome, Platform, Statement

RECORD = "urn:xunjian:statement:"
PICTURE = "urn:xunjian:picture:"
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
"""What a picture begins with; what begins otherwise is none, whatever it is called."""
MOST_PICTURE = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it came. Raises InvalidStatement where it is none."""

    data: bytes

    @property
    def content_type(self) -> str:
        """What it is, by its own first bytes."""
        return next((kind for start, kind in PICTURES.items() if self.data.startswith(start)), "")

    def checked(self) -> Picture:
        """Itself, if it is a picture of a sensible size."""
        if not self.content_type:
            raise InvalidStatement("附件不是图片。请上传截图（PNG、JPEG 或 WebP）。")
        if len(self.data) > MOST_PICTURE:
            raise InvalidStatement("图片太大，请压缩到 5 MB 以内。")
        return self


def keep_picture(context: AppContext, key: str, picture: Picture, now: datetime) -> str:
    """Store a picture and return its evidence id. It proves nothing by itself. Raises InvalidStatement, EvidenceError."""
    picture.checked()
    with context.archive() as archive:
        return archive.append_resource(PICTURE + key, picture.data, picture.content_type, now, run_id="statement")


def record_statement(context: AppContext, key: str, said: Statement, *, picture: str = "") -> Statement:
    """Keep a statement about an account, with the ``picture`` that came with it (an evidence id), and let it count.

    Raises InvalidStatement (impossible dates), EvidenceError (disk).
    """
    _check(said)
    body = json.dumps(document_of(key, said, picture), ensure_ascii=False, sort_keys=True).encode()
    with context.archive() as archive:
        evidence = archive.append_resource(RECORD + key, body, "application/json", said.at, run_id="statement")
    kept = replace(said, evidence=evidence)
    look = Observation(
        platform=Platform(key.partition(":")[0]), source=said.kind.value, url=said.url, observed_at=said.at,
        outcome=Outcome.OK, evidence=evidence, statement=kept,
    )  # fmt: skip
    run = f"statement-{said.at:%Y%m%d-%H%M%S}-{uuid4().hex[:8]}"
    context.store.observations.record(run, [(key, look)], apply_observation)
    schedule_visits(context, [key])
    return kept


def _check(said: Statement) -> None:
    if not said.by.strip():
        raise InvalidStatement("请写明是谁说的：填写姓名。")
    for day in (said.newest, said.none_since):
        if day and day > said.at.date():
            raise InvalidStatement(f"日期 {day} 还没有到，请检查。")
        if day and day.year < 2000:
            raise InvalidStatement(f"日期 {day} 太早，请检查。")


def document_of(key: str, said: Statement, picture: str) -> dict[str, Any]:
    """The record of a statement as the archive keeps it: everything that it says, so that it can be read again."""
    return {
        "account": key,
        "kind": said.kind.value,
        "by": said.by,
        "at": said.at.isoformat(),
        "newest": said.newest.isoformat() if said.newest else None,
        "url": said.url,
        "none_since": said.none_since.isoformat() if said.none_since else None,
        "confirms": said.confirms,
        "withdraws": said.withdraws,
        "picture": picture,
    }


def statement_of(body: bytes) -> tuple[str, Statement]:
    """The account and the statement of a stored record. Raises ValueError, KeyError on bytes that are none."""
    told = json.loads(body)
    newest, none_since = (date.fromisoformat(told[name]) if told[name] else None for name in ("newest", "none_since"))
    said = Statement(
        kind=EvidenceKind(told["kind"]), by=told["by"], at=datetime.fromisoformat(told["at"]), url=told["url"],
        confirms=told["confirms"], withdraws=told["withdraws"], newest=newest, none_since=none_since,
    )  # fmt: skip
    return told["account"], said
