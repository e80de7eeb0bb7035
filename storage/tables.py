"""The tables. Facts that rules read are JSON documents of the vocabulary beside the few columns that SQL asks about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, Integer, Text, TypeDecorator, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from rules.model import BEIJING

AHEAD = timedelta(hours=8)
"""Beijing before UTC: an addition is four times faster than `astimezone`, and a year of observations has a million times."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time: kept as UTC, given back in Beijing time, on SQLite as on PostgreSQL. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To the database, as UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value!r}")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From the database, in Beijing time."""
        if value is None:
            return None
        return value.astimezone(BEIJING) if value.tzinfo else (value + AHEAD).replace(tzinfo=BEIJING)


TIME = UtcDateTime()
ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite only counts up an INTEGER primary key by itself."""

NUMBERED = "number <> ''"
OPEN_STATES = "state IN ('open', 'rectifying', 'resolved')"


class FilingRow(SQLModel, table=True):
    """One row of the register as it stands now."""

    __tablename__ = "filing"
    school: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    key: str = Field(index=True)
    platform: str
    name: str
    unit: str
    document: str = Field(sa_type=Text)
    updated_at: datetime = Field(sa_type=TIME)


class FilingChangeRow(SQLModel, table=True):
    """Append-only: what an import or a person changed in the register."""

    __tablename__ = "filing_change"
    seq: int | None = Field(default=None, primary_key=True, sa_type=ID)
    school: str
    filing: str = Field(index=True)
    at: datetime = Field(sa_type=TIME)
    by: str
    document: str = Field(sa_type=Text)


class ObservationRow(SQLModel, table=True):
    """Append-only: what one page showed at one moment."""

    __tablename__ = "observation"
    __table_args__ = (Index("ix_observation_key_at", "key", "observed_at"), Index("ix_observation_run", "run"))
    seq: int | None = Field(default=None, primary_key=True, sa_type=ID)
    key: str
    platform: str
    source: str
    outcome: str
    observed_at: datetime = Field(sa_type=TIME)
    last_post_at: datetime | None = Field(default=None, sa_type=TIME)
    run: str
    evidence: str
    fingerprint: str
    document: str = Field(sa_type=Text)


class PostRow(SQLModel, table=True):
    """An own post, kept once with the evidence of the page that first showed it; counted by low_volume."""

    __tablename__ = "post"
    __table_args__ = (Index("ix_post_key_published", "key", "published_at"),)
    key: str = Field(primary_key=True)
    post: str = Field(primary_key=True)
    published_at: datetime | None = Field(default=None, sa_type=TIME)
    first_seen_at: datetime = Field(sa_type=TIME)
    title: str
    url: str
    evidence: str


class AccountStateRow(SQLModel, table=True):
    """The present of one account (`rules.model.AccountState`), so that nothing scans history to know it.

    ``observed_days`` is a bitmap in hexadecimal: bit n is set when the day with ordinal ``observed_days_start + n`` had a
    fact. ``next_visit_reason`` is a code of `rules.visit_schedule.VisitReason`.
    """

    __tablename__ = "account_state"
    __table_args__ = (Index("ix_state_platform_next", "platform", "next_visit_at"),)
    key: str = Field(primary_key=True)
    platform: str
    outcome: str | None = None
    obstacle: str | None = None
    attempted_at: datetime | None = Field(default=None, sa_type=TIME)
    last_fact_at: datetime | None = Field(default=None, sa_type=TIME)
    last_post_at: datetime | None = Field(default=None, sa_type=TIME)
    next_visit_at: datetime | None = Field(default=None, sa_type=TIME)
    next_visit_reason: str = ""
    observed_days: str = "0"
    observed_days_start: int = 0
    document: str = Field(sa_type=Text)


class CrawlRunRow(SQLModel, table=True):
    """One sweep, scan or discovery: one spider over one shard of accounts."""

    __tablename__ = "crawl_run"
    id: str = Field(primary_key=True)
    kind: str
    platform: str
    started_at: datetime = Field(sa_type=TIME, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=TIME)
    status: str
    summary: str = Field(default="{}", sa_type=Text)


class CrawlRunAccountRow(SQLModel, table=True):
    """What one run said about one account: an upsert, so a shard that is run again never counts twice."""

    __tablename__ = "crawl_run_account"
    run: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    outcome: str
    before: str | None = None


class ScheduledJobRow(SQLModel, table=True):
    """One scheduled job: when it should run and when it last did."""

    __tablename__ = "scheduled_job"
    name: str = Field(primary_key=True)
    cron: str
    enabled: bool = True
    last_started_at: datetime | None = Field(default=None, sa_type=TIME)
    last_success_at: datetime | None = Field(default=None, sa_type=TIME)
    last_seconds: float | None = None
    last_error: str = ""


class FindingRow(SQLModel, table=True):
    """The violated findings of the last check; a finding that is no longer violated leaves."""

    __tablename__ = "finding"
    key: str = Field(primary_key=True)
    school: str = Field(index=True)
    account: str
    rule: str
    first_found_at: datetime = Field(sa_type=TIME)
    checked_at: datetime = Field(sa_type=TIME)
    document: str = Field(sa_type=Text)


class CaseRow(SQLModel, table=True):
    """A case as a document; ``version`` is compared and set, so two hands never decide at once."""

    __tablename__ = "case_record"
    __table_args__ = (
        Index(
            "ux_case_open",
            "finding_key",
            unique=True,
            sqlite_where=text(OPEN_STATES),
            postgresql_where=text(OPEN_STATES),
        ),
        Index("ix_case_school_state", "school", "state"),
    )
    number: str = Field(primary_key=True)
    finding_key: str
    school: str
    account: str
    platform: str
    rule: str
    state: str
    opened_at: datetime = Field(sa_type=TIME)
    version: int
    document: str = Field(sa_type=Text)


class CaseEventRow(SQLModel, table=True):
    """Append-only: who did what to a case, when and why."""

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("case_number", "seq"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=ID)
    case_number: str
    seq: int
    at: datetime = Field(sa_type=TIME, index=True)
    kind: str
    by: str
    document: str = Field(sa_type=Text)


class NoticeRow(SQLModel, table=True):
    """The outbox: one document to one addressee, from its draft on. ``id`` is case number + step: never two. ``number`` is
    "" until it is signed; ``since``: when its state began; ``receipt``: who received it, as JSON."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "ux_notice_number",
            "school",
            "number",
            unique=True,
            sqlite_where=text(NUMBERED),
            postgresql_where=text(NUMBERED),
        ),
        Index("ix_notice_state_next", "state", "next_attempt_at"),
    )
    id: str = Field(primary_key=True)
    number: str
    school: str
    case_number: str = Field(index=True)
    document_type: str
    state: str
    created_at: datetime = Field(sa_type=TIME)
    claimed_at: datetime | None = Field(default=None, sa_type=TIME)
    sent_at: datetime | None = Field(default=None, sa_type=TIME)
    next_attempt_at: datetime | None = Field(default=None, sa_type=TIME)
    attempts: int = 0
    error: str = ""
    delivery_results: str = Field(default="{}", sa_type=Text)
    unit: str = ""
    title: str = ""
    since: datetime | None = Field(default=None, sa_type=TIME)
    receipt: str = Field(default="", sa_type=Text)
    document: str = Field(sa_type=Text)


class NoticeCaseRow(SQLModel, table=True):
    """Which cases a letter is about: one 提示函 or 更正函 may speak of several."""

    __tablename__ = "notice_case"
    notice: str = Field(primary_key=True)
    case_number: str = Field(primary_key=True, index=True)


class SurveyRow(SQLModel, table=True):
    """One 摸底 of a school: while it lasts cases open and no paper is drafted; afterwards not before ``drafts_from``."""

    __tablename__ = "survey"
    school: str = Field(primary_key=True)
    opened_at: datetime = Field(primary_key=True, sa_type=TIME)
    reason: str
    closed_at: datetime | None = Field(default=None, sa_type=TIME)
    closed_by: str = ""
    drafts_from: date | None = None


class NumberSequenceRow(SQLModel, table=True):
    """The last number given out per school, year and kind, taken in the transaction that uses it."""

    __tablename__ = "number_sequence"
    school: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    last: int


class CandidateRow(SQLModel, table=True):
    """An account, site or app that may use a school's name, waiting for or carrying a person's decision.

    Personal accounts: name, link, reason, evidence and an expiry date; nothing else.
    """

    __tablename__ = "candidate"
    school: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    platform: str
    name: str
    url: str
    kind: str
    state: str
    first_seen_at: datetime = Field(sa_type=TIME)
    last_seen_at: datetime = Field(sa_type=TIME)
    expires_at: datetime | None = Field(default=None, sa_type=TIME)
    decided_name: str = ""
    document: str = Field(sa_type=Text)


class SearchLogRow(SQLModel, table=True):
    """When a question of the discovery plan was last asked and what came of it, so that a plan goes on where it stopped."""

    __tablename__ = "search_log"
    school: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    query: str = Field(primary_key=True)
    at: datetime = Field(sa_type=TIME)
    outcome: str
    results: int


class PlatformStateRow(SQLModel, table=True):
    """One platform's pause after blocked pages, its breaker, and the operator's switches with who and why."""

    __tablename__ = "platform_state"
    platform: str = Field(primary_key=True)
    consecutive_blocks: int = 0
    paused_until: datetime | None = Field(default=None, sa_type=TIME)
    breaker_opened_at: datetime | None = Field(default=None, sa_type=TIME)
    breaker_reason: str = ""
    enabled: bool = True
    robots_waived: bool = False


class OperatorEventRow(SQLModel, table=True):
    """Append-only: switches thrown by the operator, with who and why."""

    __tablename__ = "operator_event"
    seq: int | None = Field(default=None, primary_key=True, sa_type=ID)
    at: datetime = Field(sa_type=TIME)
    by: str
    action: str
    reason: str


class RequestCountRow(SQLModel, table=True):
    """Requests made to one host on one day."""

    __tablename__ = "request_count"
    host: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    requests: int


class DigestRow(SQLModel, table=True):
    """A day's digest as it was made."""

    __tablename__ = "digest"
    school: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    made_at: datetime = Field(sa_type=TIME)
    text: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)


class ChainHeadRow(SQLModel, table=True):
    """The newest link of each evidence file's chain, kept apart from the files: who rewrites them all is found here."""

    __tablename__ = "chain_head"
    file: str = Field(primary_key=True)
    head: str
    at: datetime = Field(sa_type=TIME)


class PolicyRow(SQLModel, table=True):
    """Every version of every policy file that was ever in force; cases name the version they opened under."""

    __tablename__ = "policy"
    version: str = Field(primary_key=True)
    school: str = Field(index=True)
    loaded_at: datetime = Field(sa_type=TIME)
    text: str = Field(sa_type=Text)


class UserRow(SQLModel, table=True):
    """A person who signs in (`rules.people.User` in ``document``) with what proves it is that person; both proofs may be empty.

    ``totp_counter``: the newest time step a one-time code was accepted for, so that none is accepted twice.
    """

    __tablename__ = "user_account"
    name: str = Field(primary_key=True)
    password: str = ""
    totp_secret: str = ""
    totp_counter: int = 0
    created_at: datetime = Field(sa_type=TIME)
    signed_in_at: datetime | None = Field(default=None, sa_type=TIME)
    document: str = Field(sa_type=Text)


class UserSessionRow(SQLModel, table=True):
    """One browser that is signed in; the cookie holds the token, this row only its hash. ``external``: the campus
    login's own name of the session (CAS ticket, OIDC sid), by which that login ends it; ``hint``: its id token."""

    __tablename__ = "user_session"
    token: str = Field(primary_key=True)
    user: str = Field(index=True)
    created_at: datetime = Field(sa_type=TIME)
    seen_at: datetime = Field(sa_type=TIME)
    expires_at: datetime = Field(sa_type=TIME)
    address: str
    agent: str
    method: str
    external: str = Field(default="", index=True)
    hint: str = Field(default="", sa_type=Text)


class SignInFailureRow(SQLModel, table=True):
    """Failed sign-ins in a row of one subject (an account, an address, both together) and until when it is refused."""

    __tablename__ = "sign_in_failure"
    subject: str = Field(primary_key=True)
    count: int
    failed_at: datetime = Field(sa_type=TIME)
    locked_until: datetime | None = Field(default=None, sa_type=TIME)


class OneTimeTokenRow(SQLModel, table=True):
    """A secret that works once: the first administrator's link, a link to set a password, a campus sign-in under way."""

    __tablename__ = "one_time_token"
    token: str = Field(primary_key=True)
    purpose: str
    document: str = Field(default="{}", sa_type=Text)
    expires_at: datetime = Field(sa_type=TIME)


class AuditRow(SQLModel, table=True):
    """Append-only, and triggers refuse anything else: who did what, when, from where. ``hash`` covers the one before."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_user", "user", "seq"), Index("ix_audit_subject", "subject", "seq"))
    seq: int = Field(primary_key=True, sa_type=ID)
    at: datetime = Field(sa_type=TIME, index=True)
    user: str
    action: str
    subject: str
    school: str
    address: str
    document: str = Field(sa_type=Text)
    hash: str
