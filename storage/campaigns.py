"""Campaigns as they stand, their units' sheets, and the reminders that leave through the outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from rules.campaigns import Campaign, CampaignError, UnitSheet
from storage.audit import record
from storage.database import Database, table
from storage.notices import NOTICE, OutboxEntry, new_row
from storage.serialization import dump, load
from storage.tables import CampaignRow, CampaignSheetRow

CAMPAIGN, SHEET = table(CampaignRow), table(CampaignSheetRow)
LETTER = "campaign"
"""The document type of a letter that reminds a unit of its sheet."""

SheetMove = Callable[[UnitSheet], UnitSheet]


class CampaignRepository:
    """Questions and sentences about campaigns."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def add(self, campaign: Campaign, sheets: Sequence[UnitSheet], now: datetime) -> None:
        """Open a campaign with its sheets, all or nothing. Raises CampaignError where the code is taken."""
        with self._db.write() as tx:
            if tx.execute(select(CAMPAIGN.c.code).where(CAMPAIGN.c.code == campaign.code)).first():
                raise CampaignError(f"编号 {campaign.code} 已经用过，请换一个编号。")
            tx.execute(insert(CAMPAIGN), [_campaign_row(campaign)])
            tx.execute(insert(SHEET), [_sheet_row(sheet, now) for sheet in sheets])
            after = {"name": campaign.name, "units": len(sheets)}
            record(tx, "campaign.new", campaign.code, now=now, school=campaign.school, after=after)

    def get(self, code: str) -> Campaign:
        """One campaign. Raises CampaignError where there is none."""
        with self._db.read() as tx:
            return _campaign(tx, code, lock=False)

    def all(self, school: str = "") -> list[Campaign]:
        """Campaigns, newest first."""
        query = select(CAMPAIGN.c.document).order_by(CAMPAIGN.c.opened_at.desc(), CAMPAIGN.c.code)
        if school:
            query = query.where(CAMPAIGN.c.school == school)
        with self._db.read() as tx:
            return [load(Campaign, document) for (document,) in tx.execute(query)]

    def sheets(self, code: str) -> list[UnitSheet]:
        """Every unit's sheet, by unit."""
        query = select(SHEET.c.document).where(SHEET.c.campaign == code).order_by(SHEET.c.unit)
        with self._db.read() as tx:
            return [load(UnitSheet, document) for (document,) in tx.execute(query)]

    def sheet(self, code: str, unit: str) -> UnitSheet:
        """One unit's sheet. Raises CampaignError where there is none."""
        with self._db.read() as tx:
            return _sheet(tx, code, unit, lock=False)

    def move(self, code: str, unit: str, move: SheetMove, now: datetime, action: str) -> UnitSheet:
        """Apply a move to a sheet as it stands; nobody changes it in between. Raises CampaignError."""
        with self._db.write() as tx:
            campaign = _campaign(tx, code)
            if campaign.closed_at:
                raise CampaignError(f"“{campaign.name}”已经结束，不能再改。")
            before = _sheet(tx, code, unit)
            after = move(before)
            if after != before:
                mine = (SHEET.c.campaign == code) & (SHEET.c.unit == unit)
                tx.execute(SHEET.update().where(mine).values(**_sheet_row(after, now)))
                change = [
                    {"sheet_state": each.state.value, "decisions": len(each.decisions)} for each in (before, after)
                ]
                record(tx, action, f"{code}/{unit}", now=now, school=campaign.school, before=change[0], after=change[1])
            return after

    def close(self, closed: Campaign, sheets: Sequence[UnitSheet], now: datetime) -> None:
        """End a campaign, if it and its sheets still are what its end was made of. Raises CampaignError."""
        with self._db.write() as tx:
            if _campaign(tx, closed.code).closed_at:
                raise CampaignError(f"“{closed.name}”已经结束，不用再次结束。")
            for sheet in sheets:
                if _sheet(tx, closed.code, sheet.unit) != sheet:
                    raise CampaignError(f"“{sheet.unit}”的材料刚刚有变动，没有结束。请看过之后再结束一次。")
            tx.execute(CAMPAIGN.update().where(CAMPAIGN.c.code == closed.code).values(**_campaign_row(closed)))
            record(
                tx, "campaign.close", closed.code, now=now, school=closed.school, after={"decided_by": closed.closed_by}
            )

    def publish(self, code: str, move: Callable[[Campaign], Campaign], now: datetime) -> Campaign:
        """Apply the move that publishes a campaign. Raises CampaignError."""
        with self._db.write() as tx:
            before = _campaign(tx, code)
            after = move(before)
            if after != before:
                tx.execute(CAMPAIGN.update().where(CAMPAIGN.c.code == code).values(**_campaign_row(after)))
                record(tx, "campaign.publish", code, now=now, school=after.school)
            return after

    def post(self, campaign: Campaign, unit: str, letter: str, now: datetime) -> bool:
        """Queue a unit's reminder; False where it had one today."""
        entry_id = letter_id(campaign.code, unit, now)
        with self._db.write() as tx:
            if tx.execute(select(NOTICE.c.id).where(NOTICE.c.id == entry_id)).first():
                return False
            number = f"{LETTER}/{campaign.code}/{now:%Y%m%d}/{entry_id.rpartition('/')[2]}"
            entry = OutboxEntry(id=entry_id, number=number, case_number="", document=LETTER, body=letter, unit=unit, title=campaign.name)  # fmt: skip
            tx.execute(insert(NOTICE), [new_row(entry, campaign.school, now)])
            record(tx, "campaign.remind", f"{campaign.code}/{unit}", now=now, school=campaign.school)
            return True


def letter_id(code: str, unit: str, now: datetime) -> str:
    """The outbox's id of a unit's reminder of a day: there is never a second one."""
    return f"{LETTER}/{code}/{now:%Y-%m-%d}/{hashlib.sha256(unit.encode()).hexdigest()[:16]}"


def _campaign(tx: Connection, code: str, *, lock: bool = True) -> Campaign:
    query = select(CAMPAIGN.c.document).where(CAMPAIGN.c.code == code)
    document = tx.execute(query.with_for_update() if lock else query).scalar()
    if document is None:
        raise CampaignError(f"没有编号为 {code} 的专项工作。")
    return load(Campaign, document)


def _sheet(tx: Connection, code: str, unit: str, *, lock: bool = True) -> UnitSheet:
    query = select(SHEET.c.document).where(SHEET.c.campaign == code, SHEET.c.unit == unit)
    document = tx.execute(query.with_for_update() if lock else query).scalar()
    if document is None:
        raise CampaignError(f"编号为 {code} 的专项工作里没有单位“{unit}”。")
    return load(UnitSheet, document)


def _campaign_row(campaign: Campaign) -> dict[str, Any]:
    return {
        "code": campaign.code,
        "school": campaign.school,
        "due": campaign.due,
        "opened_at": campaign.opened_at,
        "document": dump(campaign),
    }


def _sheet_row(sheet: UnitSheet, now: datetime) -> dict[str, Any]:
    return {
        "campaign": sheet.campaign,
        "unit": sheet.unit,
        "state": sheet.state.value,
        "changed_at": now,
        "document": dump(sheet),
    }
