"""What a paper is made of, at the moment it is made: the office that issues it, its exhibits, the case as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from alerts.notices.facts import citations, present_case
from alerts.notices.notice import EvidenceCitation, IssuingOffice
from monitors.app_context import AppContext
from monitors.settings import Settings
from rules.accounts.join import join
from rules.cases.case import Case
from rules.cases.transitions import ABOUT_NAMES
from rules.policies.schema import Policy
from storage.evidence import EvidenceArchive, EvidenceError
from storage.evidence.warc import StoredPage


def issuing_office(settings: Settings, policy: Policy) -> IssuingOffice:
    """The office that the policy names, else the settings'. Never the school itself: with an empty ``name`` nobody
    issues the paper, and it gets no number."""
    named = policy.office
    return IssuingOffice(
        name=(named.name if named else "") or settings.office,
        contact=(named.contact if named else "") or settings.office_contact,
        phone=(named.phone if named else "") or settings.office_phone,
        email=named.email if named else "",
        masthead=named.masthead if named else "",
        prefix=(named.prefix if named else "") or "校媒巡",
    )


def exhibits(context: AppContext, case: Case, ids: Sequence[str]) -> tuple[EvidenceCitation, ...]:
    """These pages as a paper cites them, each with its own time and address."""
    named = case.title if case.rule in ABOUT_NAMES else ""
    return tuple(item for item, _ in cited_pages(context, case.account, ids, named))


def cited_pages(
    context: AppContext, account: str, ids: Sequence[str], named: str = ""
) -> list[tuple[EvidenceCitation, StoredPage | None]]:
    """Each page as it is cited, and as it was kept; None where the archive has lost it. What was read off it says what it
    shows; a page that nothing was read off is one that shows the name ``named``, by which the account was found."""
    archive = context.archive()
    cited = citations(ids, context.store.observations.of_evidence(account, ids))
    return [_with_page(archive, item, named) for item in cited]


def _with_page(
    archive: EvidenceArchive, item: EvidenceCitation, listed: str
) -> tuple[EvidenceCitation, StoredPage | None]:
    try:
        page = archive.get(item.id)
    except EvidenceError:
        return item, None
    if item.seen_at:
        return item, page
    shows = f"页面中显示名称“{listed[:40]}”" if listed else ""
    return replace(item, seen_at=page.fetched_at, url=page.requested_url or page.url, shows=shows), page


def case_now(context: AppContext, case: Case, now: datetime) -> Case:
    """The case with the unit, the supervisor and the name of today's register: what a paper is made from when it is
    drafted, and again when it is signed."""
    filings = [
        filing
        for filing in context.store.filings.by_key([case.account]).get(case.account, [])
        if filing.school == case.school
    ]
    if not filings:
        return case
    seen = context.store.observations.states([case.account], now)
    account = next(join(filings, seen, {}, case.school))
    return present_case(case, account, context.policies[case.school])
