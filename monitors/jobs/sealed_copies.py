"""The signed and sealed paper of a unit's sheet: checked by its bytes, kept as evidence, told to the sheet."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import partial
from urllib.parse import quote

from monitors.app_context import AppContext
from monitors.jobs.paper_files import read_paper
from rules.campaign_moves import add_copy
from rules.campaigns import CampaignError, UnitSheet
from rules.unit_confirmation import SealedCopy
from storage.evidence import EvidenceArchive

RECORD = "urn:xunjian:sealed:"


def keep_copy(context: AppContext, code: str, unit: str, data: bytes, by: str, now: datetime) -> UnitSheet:
    """Keep a scan that came from a unit. A refused one leaves no trace. Raises InvalidInput, CampaignError, EvidenceError."""
    paper = read_paper(data)
    campaigns = context.store.campaigns
    if campaigns.get(code).closed_at:
        raise CampaignError("这项专项工作已经结束，不能再上传。")
    copy = partial(
        SealedCopy, media=paper.media, pages=paper.pages, size=len(data), sha256=hashlib.sha256(data).hexdigest(),
        by=by, at=now,
    )  # fmt: skip
    add_copy(campaigns.sheet(code, unit), copy(evidence=""))
    with EvidenceArchive(context.evidence) as archive:
        place = f"{RECORD}{code}/{quote(unit)}"
        evidence = archive.append_resource(place, data, paper.media, now, run_id="campaign")
    return campaigns.move(code, unit, partial(add_copy, copy=copy(evidence=evidence)), now, "campaign.sealed_copy")
