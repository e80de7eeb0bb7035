"""A list of names and links that a person supplies becomes suspects, or is told why not, row by row."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from crawler.discovery.lists import ListRow, ListRowError, read_list
from crawler.fetch.egress import EgressDenied
from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import ScreeningContext, hunt_of, screen
from rules.accounts.pasted_target import InvalidTarget
from rules.candidates import Candidate
from rules.model import Platform

LOOKED_AT_MOST = 20
"""Links without a name that one import looks at; the others are listed for a second import."""


@dataclass
class ListReport:
    """What became of each row, and which rows could not be used."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[ListRowError] = field(default_factory=list)
    new: int = 0
    waiting: int = 0


async def import_list(context: AppContext, data: bytes, filename: str, school: str) -> ListReport:
    """Screen every row for one school; those that a person has to look at wait in the queue.

    A link without a name is looked at once, like an on-demand scan. Raises NotATable, StorageError.
    """
    entries, troubles = await asyncio.to_thread(read_list, data, filename)
    report = ListReport(troubles=troubles)
    hunt = await asyncio.to_thread(hunt_of, context, [school])
    met: dict[str, Candidate] = {}
    looked = 0
    for entry in entries:
        if entry.found.name:
            candidate = await asyncio.to_thread(_screened, context, hunt, entry, filename, report)
            if candidate:
                met[candidate.key] = candidate
        elif looked < LOOKED_AT_MOST:
            looked += 1
            await _looked_at(context, entry, report)
        else:
            reason = f"一次最多核查 {LOOKED_AT_MOST} 个没有名称的链接，请补上名称或另行导入。"
            report.troubles.append(ListRowError(entry.place, "名称", reason))
    new, waiting = await asyncio.to_thread(context.store.candidates.meet, list(met.values()))
    report.new, report.waiting = report.new + new, report.waiting + waiting
    return report


def _screened(
    context: AppContext, hunt: ScreeningContext, entry: ListRow, filename: str, report: ListReport
) -> Candidate | None:
    kind, why, candidate = screen(hunt, entry.found, context.clock())
    report.rows.append(_row(entry, kind.value, kind.label, why))
    return replace(candidate, origin=f"名单《{filename}》{entry.place}") if candidate else None


async def _looked_at(context: AppContext, entry: ListRow, report: ListReport) -> None:
    from monitors.jobs.scan.scan import scan  # brings the browser along: only where a link has to be looked at

    if entry.found.platform is Platform.OTHER:
        report.troubles.append(ListRowError(entry.place, "名称", "没有名称，链接也不属于可以核查的平台。"))
        return
    try:
        told = await scan(context, entry.found.url, shots=False)
    except (InvalidTarget, EgressDenied) as error:
        report.troubles.append(ListRowError(entry.place, "链接", str(error)))
        return
    named = replace(entry, found=replace(entry.found, name=told.name))
    report.rows.append(_row(named, told.kind.value, told.kind_label, told.why))


def _row(entry: ListRow, kind: str, label: str, why: str) -> dict[str, Any]:
    found = entry.found
    return {"place": entry.place, "name": found.name, "url": found.url, "platform": found.platform.value, "kind": kind,
            "kind_label": label, "why": why}  # fmt: skip
