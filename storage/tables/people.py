"""Who signs in, and the log of what each did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import ID, TIME


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


class ApiTokenRow(SQLModel, table=True):
    """A token by which a program reads the JSON interface as one person; only its hash is kept. ``scopes``: a blank
    between each."""

    __tablename__ = "api_token"
    id: str = Field(primary_key=True)
    token: str = Field(unique=True)
    user: str = Field(index=True)
    label: str
    scopes: str
    created_at: datetime = Field(sa_type=TIME)
    expires_at: datetime = Field(sa_type=TIME)
    used_at: datetime | None = Field(default=None, sa_type=TIME)
    revoked_at: datetime | None = Field(default=None, sa_type=TIME)


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
