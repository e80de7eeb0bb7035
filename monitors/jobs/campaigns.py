"""The office's work on a campaign: opened from the register, reminded through the outbox, closed into the register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from alerts.campaigns import CampaignLetter
from monitors.app_context import AppContext
from monitors.errors import InvalidInput
from monitors.jobs.campaign_file import CampaignFile
from rules.campaign_moves import (
    Submission,
    accept,
    close_campaign,
    confirm,
    confirm_as_head,
    decide,
    give_back,
    publish_campaign,
    submit,
)
from rules.campaign_outcome import outcome_for
from rules.campaigns import (
    Campaign,
    CampaignError,
    DecisionKind,
    SheetState,
    UnitSheet,
    open_sheets,
)
from rules.model import Filing
from rules.sheet_drafts import save_over
from storage.filings import stamp_of
from storage.serialization import dump


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """How one unit stands at a moment."""

    sheet: UnitSheet
    state: SheetState

    @property
    def accounts(self) -> int:
        """How many of its accounts take part."""
        return len(self.sheet.filings)


@dataclass
class RemindReport:
    """What a round of reminders did; ``no_mailbox``: units that the register has no address of."""

    sent: list[str]
    today: list[str]
    no_mailbox: list[str]


def new_campaign(context: AppContext, given: CampaignFile, by: str, now: datetime) -> Campaign:
    """Open a campaign over the register as it stands. Raises InvalidInput, CampaignError."""
    policy = context.policies.get(given.school)
    if policy is None:
        raise InvalidInput(f"没有学校代码 {given.school} 的制度文件；已有：{'、'.join(sorted(context.policies))}。")
    clause = next((each.clause for each in policy.clauses if each.rule == given.kind.rule), "")
    basis = policy.basis(given.basis or clause) if given.basis or clause else policy.regulation.cited
    campaign = given.model_copy(update={"basis": ""}).campaign(basis, by, now)
    filings = context.store.filings.all(given.school)
    if unknown := [unit for unit in given.scope.units if unit not in {filing.unit for filing in filings}]:
        raise InvalidInput(f"台账里没有这些单位：{'、'.join(unknown)}。请按台账中的写法填写。")
    context.store.campaigns.add(campaign, open_sheets(campaign, filings), now)
    return campaign


def progress(context: AppContext, campaign: Campaign, now: datetime) -> list[UnitProgress]:
    """Every unit as it stands, those that are late first."""
    rows = [
        UnitProgress(each, each.state_at(campaign.due, now)) for each in context.store.campaigns.sheets(campaign.code)
    ]
    order = [SheetState.LATE, SheetState.SUBMITTED, SheetState.RETURNED, SheetState.OPEN, SheetState.ACCEPTED]
    return sorted(rows, key=lambda row: (order.index(row.state), row.sheet.unit))


def filings_of(context: AppContext, campaign: Campaign, sheet: UnitSheet) -> list[Filing]:
    """The rows of the register that a sheet is about, as they stand; rows that left the register are left out."""
    known = context.store.filings.of_ids(campaign.school, sheet.filings)
    return [known[each] for each in sheet.filings if each in known]


def remind(context: AppContext, code: str, now: datetime, *, everybody: bool = False) -> RemindReport:
    """Remind the units that are late or were given their sheet back; ``everybody``: all who have not handed in.

    One letter a unit and day. Raises CampaignError.
    """
    campaign = context.store.campaigns.get(code)
    if campaign.closed_at:
        raise CampaignError(f"“{campaign.name}”已经结束，不用再提醒。")
    report = RemindReport([], [], [])
    wanted = {SheetState.LATE, SheetState.RETURNED} | ({SheetState.OPEN} if everybody else set())
    for row in progress(context, campaign, now):
        if row.state not in wanted:
            continue
        mailboxes = mailboxes_of(filings_of(context, campaign, row.sheet))
        if not mailboxes:
            report.no_mailbox.append(row.sheet.unit)
            continue
        letter = dump(_letter(context, campaign, row, mailboxes, now))
        (report.sent if context.store.campaigns.post(campaign, row.sheet.unit, letter, now) else report.today).append(
            row.sheet.unit
        )
    return report


def mailboxes_of(filings: list[Filing]) -> tuple[str, ...]:
    """Where a unit's accounts say that it is reached."""
    return tuple(dict.fromkeys(mail.strip().lower() for filing in filings for mail in filing.emails if mail.strip()))


def _letter(
    context: AppContext, campaign: Campaign, row: UnitProgress, mailboxes: tuple[str, ...], now: datetime
) -> CampaignLetter:
    settings, school = context.settings, context.policies[campaign.school].school
    return CampaignLetter(
        school_name=school, name=campaign.name, basis=campaign.basis, unit=row.sheet.unit, accounts=row.accounts,
        due=campaign.due, late=row.state is SheetState.LATE, returned_for=row.sheet.returned_for, recipients=mailboxes,
        office=settings.office_contact, phone=settings.office_phone, base_url=settings.base_url, sent_at=now,
        demo=settings.demo,
    )  # fmt: skip


def save_sheet(
    context: AppContext, code: str, unit: str, given: Submission, now: datetime, *, final: bool, stamp: str = ""
) -> UnitSheet:
    """Keep what a unit filled in; ``final``: it is handed in. ``stamp``: the state that the unit had before it. Raises
    CampaignError, SheetConflict."""
    move = partial(submit, given=given, now=now) if final else partial(save_over, given=given, stamp=stamp)
    return context.store.campaigns.move(code, unit, move, now, "campaign.submit" if final else "campaign.save")


def decide_account(
    context: AppContext, code: str, unit: str, filing: str, kind: DecisionKind, reason: str, by: str, now: datetime
) -> UnitSheet:
    """Decide one account. Raises CampaignError."""
    move = partial(decide, filing=filing, kind=kind, reason=reason, by=by, now=now)
    return context.store.campaigns.move(code, unit, move, now, "campaign.decide")


def confirm_decision(context: AppContext, code: str, unit: str, filing: str, by: str, now: datetime) -> UnitSheet:
    """A second person stands by a suspension. Raises CampaignError."""
    move = partial(confirm, filing=filing, by=by)
    return context.store.campaigns.move(code, unit, move, now, "campaign.confirm")


def confirm_sheet(context: AppContext, code: str, unit: str, by: str, now: datetime) -> UnitSheet:
    """The head of the unit, signed in as ``by``, stands by its sheet. Raises CampaignError."""
    return context.store.campaigns.move(code, unit, partial(confirm_as_head, by=by, now=now), now, "campaign.head")


def settle_sheet(context: AppContext, code: str, unit: str, now: datetime, *, returned_for: str = "") -> UnitSheet:
    """Take a sheet, or give it back with a reason. Raises CampaignError."""
    kind = context.store.campaigns.get(code).kind
    move = partial(give_back, reason=returned_for) if returned_for else partial(accept, kind=kind)
    return context.store.campaigns.move(code, unit, move, now, "campaign.return" if returned_for else "campaign.accept")


def close(context: AppContext, code: str, by: str, now: datetime) -> int:
    """End a campaign and write what follows into the register; returns how many rows changed.

    The register first, all or nothing: a crash in between leaves a campaign that can be closed again and changes nothing
    twice. Raises CampaignError, StorageError.
    """
    campaign, sheets = context.store.campaigns.get(code), context.store.campaigns.sheets(code)
    closed = close_campaign(campaign, sheets, by, now)
    changes = []
    for sheet in sheets:
        for filing in filings_of(context, campaign, sheet):
            after = outcome_for(filing, closed, sheet)
            if after != filing:
                changes.append((filing, stamp_of(filing), after))
    if changes:
        reason = f"{campaign.name}（{campaign.code}）结束登记"
        context.store.filings.change_all(changes, by=by, now=now, reason=reason)
    context.store.campaigns.close(closed, sheets, now)
    return len(changes)


def publish(context: AppContext, code: str, now: datetime) -> Campaign:
    """Open the public list of a finished campaign. Raises CampaignError."""
    return context.store.campaigns.publish(code, partial(publish_campaign, now=now), now)
