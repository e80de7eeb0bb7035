"""What of some evidence is still cited by anything that stays: every text of every table is asked, whatever it is for."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, LargeBinary, Table, select
from sqlmodel import SQLModel

from rules.accounts.identity import QUERY_KEY_PREFIX
from storage.database import chunked, table
from storage.evidence.warc import EVIDENCE_ID
from storage.tables import (
    AccountAnswersRow,
    AccountStateRow,
    AuditRow,
    CandidateRow,
    CaseRow,
    ChainHeadRow,
    EvidenceExpiryRow,
    EvidenceUploadRow,
    FilingRow,
    InquiryRow,
    ObservationRow,
    PostRow,
    WholeFetchRow,
)

OBSERVATION, CANDIDATE = table(ObservationRow), table(CandidateRow)
NO_CITATION = {table(each).name for each in (AuditRow, ChainHeadRow, EvidenceExpiryRow, EvidenceUploadRow)}
"""What says something about evidence but stands on none of it: who did what, files, and the expiries themselves."""
ACCOUNTS = ((FilingRow, "key"), (AccountAnswersRow, "key"), (CaseRow, "account"), (InquiryRow, "account"))
"""Where accounts stand that somebody has to do with, beside candidates: what was seen of them is kept."""
ABOUT_ONE_ACCOUNT = {table(each).name for each in (AccountStateRow, PostRow, WholeFetchRow)}
"""What was seen of an account, and nothing else: kept as long as somebody has to do with it."""
EXPIRED_KEY = "expired:"
"""The key of an observation whose account is forgotten begins so, then the platform."""
SHORTEST = 38
"""Characters of the shortest evidence id."""
CandidateId = tuple[str, str]
"""School and key."""
Mention = tuple[str | None, set[str]]
"""The account key that a row is about (None: the row counts whatever it is about), and what it cites."""


def cited(
    tx: Connection,
    wanted: Collection[str],
    forgotten: Collection[CandidateId] = (),
    stripped: Collection[CandidateId] = (),
) -> set[str]:
    """Those of these evidence ids that something cites which stays. ``forgotten`` are candidates about to go, ``stripped``
    those about to lose their evidence. Reads all texts of the database once: minutes where there are a million accounts."""
    if not wanted:
        return set()
    mentions = list(_looks(tx, wanted))
    for target in SQLModel.metadata.sorted_tables:
        if target.name not in NO_CITATION | {OBSERVATION.name}:
            mentions += _mentions(tx, target, set(wanted), {*forgotten, *stripped})
    stays = known_keys(tx, {key for key, _ in mentions if key is not None}, forgotten)
    return {evidence for key, some in mentions if key is None or key in stays for evidence in some}


def _looks(tx: Connection, wanted: Collection[str]) -> Iterator[Mention]:
    """The observations of these pages: each cites its own."""
    for some in chunked(sorted(wanted)):
        query = select(OBSERVATION.c.key, OBSERVATION.c.evidence).where(OBSERVATION.c.evidence.in_(some))
        yield from ((row.key, {row.evidence}) for row in tx.execute(query))


def known_keys(tx: Connection, keys: Collection[str], forgotten: Collection[CandidateId] = ()) -> set[str]:
    """Those of these account keys that are on file, or that a case, a candidate or an inquiry is about; a search's own key
    is none."""
    found: set[str] = set()
    for some in chunked(sorted(key for key in keys if not key.startswith((QUERY_KEY_PREFIX, EXPIRED_KEY)))):
        for model, name in ACCOUNTS:
            column = table(model).c[name]
            found |= set(tx.execute(select(column).where(column.in_(some))).scalars())
        rows = tx.execute(select(CANDIDATE.c.school, CANDIDATE.c.key).where(CANDIDATE.c.key.in_(some)))
        found |= {key for school, key in rows if (school, key) not in forgotten}
    return found


def _mentions(tx: Connection, target: Table, wanted: set[str], besides: Collection[CandidateId]) -> Iterator[Mention]:
    """What one table's rows cite."""
    columns = [column for column in target.c if not isinstance(column.type, LargeBinary)]
    for row in tx.execute(select(*columns).execution_options(yield_per=2000)):
        long = (text for text in row if isinstance(text, str) and len(text) >= SHORTEST)
        ids = {match[0] for text in long for match in EVIDENCE_ID.finditer(text)} & wanted
        if ids and (target.name != CANDIDATE.name or (row.school, row.key) not in besides):
            yield row.key if target.name in ABOUT_ONE_ACCOUNT else None, ids
