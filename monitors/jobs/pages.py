"""Who gets which page and when: the unit its own part, the leader a week and a month, IT what concerns the crawler."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from alerts.digest.build import Audience, Digest, it_page, leader_page, unit_page
from alerts.messages import digest_id
from monitors.app_context import AppContext
from monitors.jobs.digest import gather, queue_digest
from rules.calendar import china_calendar
from storage.serialization import dump

CATCH_UP = timedelta(days=3)
"""So long after its end a week or a month is still sent: the service may have been down that morning."""
ROLES = {
    Audience.OFFICE: "digest",
    Audience.ALERT: "digest",
    Audience.WEEK: "leader",
    Audience.MONTH: "leader",
    Audience.IT: "it",
    Audience.IT_ALERT: "it",
}


def readers(context: AppContext, page: Digest) -> tuple[str, ...]:
    """The mailboxes a page goes to now: a unit's own, or those of the settings; whoever muted it gets nothing."""
    if page.audience is Audience.UNIT:
        filings = context.store.filings.all(page.school)
        boxes = tuple(dict.fromkeys(box for one in filings if one.unit == page.unit for box in one.emails))
    else:
        boxes = role_readers(context, ROLES[page.audience], page.school)
    muted = {
        mute.address for mute in context.store.alerts.mutes(context.clock()) if mute.kind in ("", page.audience.value)
    }
    return tuple(box for box in boxes if box not in muted)


def role_readers(context: AppContext, role: str, school: str) -> tuple[str, ...]:
    """Mailboxes of a role at a school; the school's own where it has any."""
    settings = context.settings
    own = settings.recipients.get(school)
    given: tuple[str, ...] | None = getattr(own, role) if own else None
    return getattr(settings, f"{role}_recipients") if given is None else given


def queue_pages(context: AppContext, school: str, now: datetime) -> int:
    """Everything that is due this morning, each once, however often this is called; returns how many were new."""
    day = now.date()
    queued = int(queue_digest(context, school, day, now))
    data = gather(context, school, day, now)
    made: list[Digest] = []
    if context.settings.unit_digest:
        units = sorted(
            {filing.unit for filing in context.store.filings.iterate(school) if filing.unit and filing.emails}
        )
        made += [page for page in (unit_page(data, unit) for unit in units) if not page.quiet]
    if role_readers(context, "it", school):
        made.append(it_page(data))
    if role_readers(context, "leader", school):
        for audience, first, last in periods(day):
            made.append(leader_page(gather(context, school, first, now, last), audience))
    return queued + sum(_queue(context, page, now) for page in made)


def _queue(context: AppContext, page: Digest, now: datetime) -> bool:
    number = f"{page.title} {page.period}"
    return context.store.outbox.queue_page(digest_id(page), number, page.school, dump(page), now)


def periods(day: date) -> list[tuple[Audience, date, date]]:
    """The week and the month that ended a moment ago, first and last day; none where that is too long ago."""
    monday = day - timedelta(days=day.weekday())
    first = day.replace(day=1)
    last_month = first - timedelta(days=1)
    ended = [
        (Audience.WEEK, monday - timedelta(days=7), monday - timedelta(days=1)),
        (Audience.MONTH, last_month.replace(day=1), last_month),
    ]
    return [(audience, start, end) for audience, start, end in ended if day - end <= CATCH_UP]


def is_quiet(hours: str, holidays: bool, now: datetime) -> bool:
    """Whether only what is urgent may leave now. ``hours``: "21:00-07:00" or ""."""
    if holidays and not china_calendar().is_workday(now.date()):
        return True
    start, _, end = hours.partition("-")
    clock = f"{now:%H:%M}"
    if not hours or start == end:
        return False
    return start <= clock < end if start < end else clock >= start or clock < end
