"""Who is asked now, and for which accounts: politely, never twice in a period, never where public pages answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.calendar import Calendar
from rules.coverage import AccountKnowledge, Knowledge
from rules.inquiries import SYSTEM, Inquiry, InquiryReason, InquiryState
from rules.model import AccountState
from rules.policies.schema import InquiryTerms

READ_LATELY = timedelta(days=8)
"""A page that shows silence as well as life answers by itself as long as it was read so lately."""
TRIED_LATELY = timedelta(days=10)
"""Public pages were tried where a look at the account, answered or not, is no older."""
TO_LOOK = timedelta(days=3)
"""Time for a member of staff to look before the limit is over, where nobody answers the reminder."""
ASKED_THIS_PERIOD = "本期已经答复过，不再询问，请人工核查"
NO_MAILBOX = "台账没有负责人邮箱，无法询问，请人工核查"


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be asked about an account. ``for_staff``: why a member of staff must look instead of the owner."""

    kind: InquiryReason
    reason: str
    for_staff: str = ""


def question_about(
    known: AccountKnowledge,
    previous: Inquiry | None,
    terms: InquiryTerms,
    calendar: Calendar,
    now: datetime,
    *,
    has_page: bool = True,
    probably_silent: bool = False,
) -> Question | None:
    """What is to be asked now; None where nothing is. ``has_page``: the account's platform has public pages to try first.

    ``probably_silent``: a bridge whose controls are fresh shows nothing newer than the limit.
    """
    if known.knowledge is Knowledge.SILENT or (previous and previous.state.waits) or _answers_itself(known, now):
        return None
    if previous and previous.waits_for_staff:
        return None
    if has_page and not _tried(known.account.seen, now):
        return None
    if not (probably_silent or _is_time(known, terms, calendar, now)):
        return None
    kind, reason = _why(known, probably_silent)
    if previous and asked_this_period(known, previous, terms, calendar, now):
        return Question(kind, reason, ASKED_THIS_PERIOD) if known.knowledge is Knowledge.UNKNOWN else None
    filing = known.account.filing
    return Question(kind, reason, "" if filing and filing.emails else NO_MAILBOX)


def awaits_first_look(known: AccountKnowledge, previous: Inquiry | None, now: datetime, *, has_page: bool) -> bool:
    """Whether an account of which nothing is known is not asked about for the one reason that its public pages were not
    tried lately."""
    if known.knowledge is not Knowledge.UNKNOWN or (previous and (previous.state.waits or previous.waits_for_staff)):
        return False
    return has_page and not _tried(known.account.seen, now)


def _why(known: AccountKnowledge, probably_silent: bool) -> tuple[InquiryReason, str]:
    if probably_silent:
        return InquiryReason.PROBABLY_SILENT, InquiryReason.PROBABLY_SILENT.label
    kind = InquiryReason.UNKNOWN if known.knowledge is Knowledge.UNKNOWN else InquiryReason.APPROACHING
    return kind, f"{kind.label}：{known.answer.reason}"


def _answers_itself(known: AccountKnowledge, now: datetime) -> bool:
    """Whether public pages show life and silence alike, and were read lately."""
    seen = known.account.seen
    shown = seen.silence_shown if seen else None
    return known.knowledge is Knowledge.ACTIVE and shown is not None and now - shown.at <= READ_LATELY


def _tried(seen: AccountState | None, now: datetime) -> bool:
    return seen is not None and seen.attempted_at is not None and now - seen.attempted_at <= TRIED_LATELY


def _is_time(known: AccountKnowledge, terms: InquiryTerms, calendar: Calendar, now: datetime) -> bool:
    """Nothing is known, or the limit is so near that a letter and its reminder are answered before it, holidays and all."""
    if known.knowledge is Knowledge.UNKNOWN:
        return True
    until = known.answer.look_due
    return until is not None and (
        now >= until - terms.lead.as_timedelta()
        or calendar.deadline(calendar.deadline(now, terms.answer).at, terms.reminder).at + TO_LOOK >= until
    )


def asked_this_period(
    known: AccountKnowledge, previous: Inquiry, terms: InquiryTerms, calendar: Calendar, now: datetime
) -> bool:
    """Whether the owner answered, or a person looked, so lately that the account's own period is not over yet."""
    answered = previous.state in (InquiryState.ANSWERED, InquiryState.VERIFIED)
    by_person = previous.settled_by not in ("", SYSTEM)
    ends = calendar.deadline(previous.asked_at, known.limit).at - terms.lead.as_timedelta()
    return (answered or by_person) and now < ends


def is_settled_by(known: AccountKnowledge, inquiry: Inquiry, terms: InquiryTerms, now: datetime) -> bool:
    """Whether what is known by now leaves nothing to ask: pages, or somebody, answered meanwhile."""
    if known.knowledge is Knowledge.SILENT:
        return True
    if known.knowledge is Knowledge.UNKNOWN:
        return False
    until = known.answer.look_due
    return until is None or now < until - terms.lead.as_timedelta() or _answers_itself(known, now)
