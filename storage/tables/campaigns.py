"""Campaigns, and the sheet of each unit in them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import TIME


class CampaignRow(SQLModel, table=True):
    """One campaign (`rules.campaigns.Campaign` in ``document``)."""

    __tablename__ = "campaign"
    code: str = Field(primary_key=True)
    school: str = Field(index=True)
    due: date
    opened_at: datetime = Field(sa_type=TIME)
    document: str = Field(sa_type=Text)


class CampaignSheetRow(SQLModel, table=True):
    """One unit's sheet (`rules.campaigns.UnitSheet` in ``document``)."""

    __tablename__ = "campaign_sheet"
    campaign: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    state: str
    changed_at: datetime = Field(sa_type=TIME)
    document: str = Field(sa_type=Text)
