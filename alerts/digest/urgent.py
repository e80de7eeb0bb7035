"""What cannot wait for the day's page: a site of the school's that shows somebody else's content. Pure."""

from __future__ import annotations

from datetime import datetime

from alerts.digest.build import hijacked_line
from alerts.digest.model import Digest, HijackedSite, Section
from rules.model import BEIJING


def urgent(school: str, school_name: str, site: HijackedSite, now: datetime, *, demo: bool = False) -> Digest:
    """The page that is sent at once, one site each."""
    return Digest(
        school=school,
        school_name=school_name,
        day=now.astimezone(BEIJING).date(),
        made_at=now,
        headline=f"“{site.title}”疑似被篡改或域名失效，请立即核实",
        heartbeat="本提醒在发现后立即发出，每次发现只发一份；该网站恢复前显示的内容不作任何判断依据。",
        sections=(Section("请立即核实", (hijacked_line(site),), 0),),
        rows=(),
        quiet=False,
        demo=demo,
        urgent=True,
    )
