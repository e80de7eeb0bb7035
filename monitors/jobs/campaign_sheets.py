"""The units' workbooks of a campaign, filled in beforehand from the register and from the year's observations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from alerts.review.campaign_sheets import SheetToFill, campaign_workbook
from alerts.review.model import ReviewRow, file_name
from monitors.app_context import AppContext
from monitors.errors import InvalidInput
from monitors.jobs.campaigns import filings_of
from monitors.jobs.review_year import read_review
from rules.campaigns import Campaign, UnitSheet
from rules.model import Filing


def year_of(
    context: AppContext, campaign: Campaign, now: datetime, filings: Sequence[Filing] | None = None
) -> dict[str, ReviewRow]:
    """The record of the campaign's last year by row of the register: of ``filings``, or of all."""
    read = read_review(context, campaign.school, min(campaign.end.year, now.year), now, only=filings)
    return {row.record.filing.id: row for row in read.pack.rows}


def sheet_bytes(context: AppContext, campaign: Campaign, sheet: UnitSheet, year: Mapping[str, ReviewRow]) -> bytes:
    """One unit's workbook."""
    filings = tuple(filings_of(context, campaign, sheet))
    return campaign_workbook(SheetToFill(campaign=campaign, sheet=sheet, filings=filings, year=year))


def write_sheets(context: AppContext, code: str, out: Path, now: datetime, *, unit: str = "") -> list[Path]:
    """A workbook for every unit, or ``unit`` alone, into a folder. Raises InvalidInput, CampaignError."""
    campaign = context.store.campaigns.get(code)
    sheets = [context.store.campaigns.sheet(code, unit)] if unit else context.store.campaigns.sheets(code)
    year, written = year_of(context, campaign, now, filings_of(context, campaign, sheets[0]) if unit else None), []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for sheet in sheets:
            path = out / f"{file_name(f'{code}-{sheet.unit}')}.xlsx"
            path.write_bytes(sheet_bytes(context, campaign, sheet, year))
            written.append(path)
    except OSError as error:
        raise InvalidInput(f"不能写入 {out}（{error.strerror}），请检查磁盘空间和权限。") from error
    return written
