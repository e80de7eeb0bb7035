"""The letter that reminds a unit of its sheet in a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.documents.compose import PACKAGED
from alerts.messages import OutgoingMessage
from alerts.sanitize import clean, name


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLetter:
    """One reminder to one unit, as the outbox keeps it. ``due`` is a day in China; ``returned_for`` why it was given back."""

    school_name: str
    name: str
    basis: str
    unit: str
    accounts: int
    due: date
    late: bool
    returned_for: str
    recipients: tuple[str, ...]
    office: str
    phone: str
    base_url: str
    sent_at: datetime
    demo: bool = False


def campaign_mail(letter: CampaignLetter, id: str) -> OutgoingMessage:
    """The mail; ``id`` is the outbox's. As HTML the same words, escaped."""
    what = "请补正" if letter.returned_for else "提醒：请尽快报送" if letter.late else "请按时报送"
    subject = f"{what}“{name(letter.name)}”填报表"
    values = {
        "letter": letter,
        "name": name(letter.name),
        "unit": clean(letter.unit, 40),
        "due": f"{letter.due.year}年{letter.due.month}月{letter.due.day}日",
        "returned_for": clean(letter.returned_for, 300),
        "link": f"{letter.base_url.rstrip('/')}/campaigns" if letter.base_url else "",
    }
    return OutgoingMessage(
        id=id,
        subject=f"【演示】{subject}" if letter.demo else subject,
        text=_environment().get_template("campaign.txt").render(values),
        html=_environment().get_template("campaign.html").render(values),
        recipients=letter.recipients,
        dated=letter.sent_at,
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(PACKAGED),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
