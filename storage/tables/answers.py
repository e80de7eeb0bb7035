"""What the clauses said of each filed account when it was last asked, and which accounts are to be asked again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import ID, TIME


class AccountAnswersRow(SQLModel, table=True):
    """The kept answers about one filing (`rules.kept_answers.KeptAnswers` in ``document``), with their counts.

    ``due_at``: when time alone may change an answer; null: never; 1970: something changed and the filing is to be asked
    again. ``revision`` rises each time that is said. ``unit``, and a digest of the row (``standing``), are the filing's when that was last said;
    ``knowledge`` is a code of `rules.coverage.Knowledge` or "".
    """

    __tablename__ = "account_answers"
    __table_args__ = (
        Index("ix_answers_due", "school", "due_at"),
        Index("ix_answers_key", "key"),
        Index("ix_answers_unit", "school", "unit"),
        Index("ix_answers_counts", "school", "platform", "knowledge", "violated", "undetermined"),
        Index(
            "ix_answers_violated",
            "school",
            "filing",
            sqlite_where=text("violated > 0"),
            postgresql_where=text("violated > 0"),
        ),
    )
    school: str = Field(primary_key=True)
    filing: str = Field(primary_key=True)
    key: str
    platform: str
    unit: str = ""
    standing: str = ""
    revision: int = Field(default=0, sa_type=ID)
    asked_at: datetime | None = Field(default=None, sa_type=TIME)
    due_at: datetime | None = Field(default=None, sa_type=TIME)
    violated: int = 0
    undetermined: int = 0
    knowledge: str = ""
    document: str = Field(default="", sa_type=Text)


class EvaluationRow(SQLModel, table=True):
    """By which policy and rules (``stamp``) a school's kept answers were made, and when it was last asked."""

    __tablename__ = "evaluation"
    school: str = Field(primary_key=True)
    stamp: str
    evaluated_at: datetime = Field(sa_type=TIME)


class ChangedAccountRow(SQLModel, table=True):
    """Append-only: accounts of which something changed that the rules see. Triggers of the database (migration 0016) write
    it in the transaction that changes a filing, what was seen of an account, or which cases about it are open, whoever
    does so; an evaluation takes the rows away."""

    __tablename__ = "changed_account"
    seq: int | None = Field(default=None, primary_key=True, sa_type=ID)
    key: str
