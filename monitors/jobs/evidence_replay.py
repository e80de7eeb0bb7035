"""`xunjian evidence replay`: observations read again from the stored bytes alone, differences reported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.observe.attribute import attribute_page
from crawler.page.page import Page
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.errors import InvalidInput
from monitors.jobs.known_sites import with_history
from monitors.jobs.statements import statement_of
from monitors.jobs.sweep import target_of
from rules.model import BEIJING, ClaimType, LabeledEnum, Observation, Post, SearchHit, Statement
from storage.evidence import EvidenceArchive, EvidenceError, EvidenceExpired
from storage.serialization import dump

LABELS = {
    "outcome": "观察结果", "name": "名称", "verified_body": "认证主体", "last_post_at": "最近发布", "statement": "陈述",
    "platform": "平台", "source": "来源", "url": "网址", "observed_at": "观察时间", "reason": "原因", "account_id": "账号标识",
    "posts": "作品列表", "post_count": "作品总数", "moved_to": "迁往地址", "address": "服务器地址", "columns": "栏目",
    "bylines": "署名", "results": "搜索结果", "ids": "主体标识", "counters": "平台计数", "sign_at": "其他动态时间",
    "proves": "能证明的事项", "silence_if_known": "能否说明停更", "evidence": "存证编号",
}  # fmt: skip
"""Whatever of an observation can differ, as a person reads it."""
PROVES = {
    ClaimType.ACTIVE: "有更新", ClaimType.INACTIVE: "没有更新", ClaimType.NAME: "名称", ClaimType.BODY: "认证主体",
    ClaimType.GONE: "已不存在",
}  # fmt: skip
NOT_OF_THE_PAGE = {"evidence", "statement", "proves", "silence_if_known"}
"""Fields that the page alone does not settle: a visit's other pages may weaken what one page proves."""
COMPARED = (*(each.name for each in fields(Observation) if each.name not in NOT_OF_THE_PAGE), "last_post_at")
FOLDER = re.compile(r"\d{4}-\d\d-\d\d")


def place_of(path: Path) -> tuple[Path, str]:
    """The archive that a path means, and what the evidence ids of one of its files begin with ("" for the whole).

    Raises InvalidInput for a lone file that does not stand in the folder of its day.
    """
    if path.is_dir():
        return path, ""
    if not path.name.endswith(".warc.gz") or not FOLDER.fullmatch(path.resolve().parent.name):
        raise InvalidInput(
            f"{path} 不是存证目录里的 WARC 文件。请给出存证目录，或目录中某一天的文件，如 evidence/2026-11-21/….warc.gz。"
        )
    day = path.resolve().parent
    return day.parent, f"{day.name}.{path.name.removesuffix('.warc.gz')}."


def replay_observations(context: AppContext, archive: EvidenceArchive, only: str = "") -> Iterator[dict[str, Any]]:
    """Every stored observation read again from its bytes: one row each, ``same`` or with what differs. ``only``: what the
    evidence ids of the file begin with that alone is asked about."""
    known = with_history(context, (target_of(filing) for filing in context.store.filings.all()))
    targets = {target.key: target for target in known}
    gone = context.store.retention.all()
    for key, seen, columns in context.store.observations.checked(context.clock()):
        if seen.evidence and seen.evidence.startswith(only):
            target = targets.get(key) or Target(platform=seen.platform, key=key)
            row = _compared(archive, target, seen, seen.evidence in gone)
            yield _with_columns(row, columns) if columns else row


def _with_columns(row: dict[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    """A row of the table whose columns and document contradict each other was edited, whatever the page says."""
    names = "、".join(LABELS[name] for name in columns)
    reason = f"数据库里这一行的{names}与同一行的正文不一致，记录被改动过"
    return row | {"result": "different", "reason": row.get("reason") or reason}


def _compared(archive: EvidenceArchive, target: Target, seen: Observation, over: bool) -> dict[str, Any]:
    """``over``: the database says that this page's time was over; a tombstone without that is no excuse."""
    row: dict[str, Any] = {"account": target.key, "evidence": seen.evidence, "observed_at": seen.observed_at}
    try:
        page = Page(**vars(archive.get(seen.evidence)))
    except EvidenceExpired as error:
        return row | {
            "result": "expired" if over else "missing",
            "reason": str(error) if over else f"{error}，数据库没有记录",
        }
    except EvidenceError as error:
        return row | {"result": "missing", "reason": str(error)}
    if seen.statement:
        return row | _statement_compared(target.key, seen.statement, page.body)
    again = attribute_page(page, target, seen.source)
    differs = {
        name: [getattr(seen, name), getattr(again, name)]
        for name in COMPARED
        if getattr(seen, name) != getattr(again, name)
    }
    if seen.proves & ~again.proves or seen.silence_if_known > again.silence_if_known:
        differs["proves"] = [seen.proves, again.proves]
    return row | ({"result": "different", "differs": differs} if differs else {"result": "same"})


def _statement_compared(key: str, kept: Statement, body: bytes) -> dict[str, Any]:
    """What a person stated, read again from its record."""
    try:
        again = statement_of(body)
    except (ValueError, KeyError) as error:
        return {"result": "different", "differs": {"statement": [kept.by, str(error)]}}
    if again == (key, replace(kept, evidence="")):
        return {"result": "same"}
    return {"result": "different", "differs": {"statement": [kept, again[1]]}}


def told(row: dict[str, Any]) -> str:
    """A row that is not the same, as a person reads it."""
    differs = "；".join(
        f"{LABELS[name]}：记录为“{_shown(was)}”，重新读取为“{_shown(now)}”"
        for name, (was, now) in row.get("differs", {}).items()
    )
    return f"{row['account']}  {row['evidence']}  {row.get('reason') or differs}"


def for_machines(row: dict[str, Any]) -> dict[str, Any]:
    """The row as JSON can say it."""
    return {name: _jsonable(value) for name, value in row.items()}


def _jsonable(value: Any) -> Any:
    match value:
        case ClaimType():
            return [each.name.lower() for each in value if each.name]
        case dict():
            return {name: _jsonable(each) for name, each in value.items()}
        case list() | tuple():
            return [_jsonable(each) for each in value]
        case Statement() | Post() | SearchHit():
            return json.loads(dump(value))
    return value


def _shown(value: Any) -> str:
    match value:
        case LabeledEnum():
            return value.label
        case Statement():
            return f"{value.by}：{value.newest or value.none_since or '无日期'}"
        case ClaimType():
            return "、".join(PROVES[each] for each in value) or "无"
        case tuple():
            return f"{len(value)} 项" if value else "无"
        case datetime():
            return f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    return str(value or "无")
