"""Registers on their way in: the uploaded file, what a person chose and corrected, and what each heading was said to mean."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from storage.database import Database, table, upsert
from storage.read_choices import ReadChoices
from storage.serialization import dump, load
from storage.tables import RegisterHeadingRow, RegisterUploadRow

UPLOAD, HEADING = table(RegisterUploadRow), table(RegisterHeadingRow)
KEPT = timedelta(days=3)
"""So long somebody may take to correct a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUpload:
    """A file that somebody uploaded and has not carried out yet. ``user`` is the sign-in name: nobody else sees it."""

    id: str
    school: str
    user: str
    at: datetime
    filename: str
    content: bytes
    choices: ReadChoices


class RegisterUploads:
    """Questions and sentences about files on their way in."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def add(self, school: str, user: str, filename: str, content: bytes, now: datetime) -> str:
        """Keep a file for some days under a number nobody can guess, in the place of the person's older one for the school."""
        number = secrets.token_urlsafe(12)
        choices = ReadChoices(headings=self.headings(school))
        with self._db.write() as tx:
            tx.execute(delete(UPLOAD).where(UPLOAD.c.user == user, UPLOAD.c.school == school))
            row = {"id": number, "school": school, "user": user, "at": now, "expires_at": now + KEPT}
            row |= {"filename": filename[:200], "content": content, "document": dump(choices)}
            upsert(tx, RegisterUploadRow, [row])
        return number

    def get(self, number: str, user: str, now: datetime) -> RegisterUpload | None:
        """A file of this person's that has not expired."""
        query = select(UPLOAD).where(UPLOAD.c.id == number, UPLOAD.c.user == user, UPLOAD.c.expires_at > now)
        with self._db.read() as tx:
            row = tx.execute(query).first()
        if row is None:
            return None
        return RegisterUpload(
            id=row.id,
            school=row.school,
            user=row.user,
            at=row.at,
            filename=row.filename,
            content=row.content,
            choices=load(ReadChoices, row.document),
        )

    def choose(self, number: str, choices: ReadChoices) -> None:
        """Keep what was decided."""
        with self._db.write() as tx:
            tx.execute(UPLOAD.update().where(UPLOAD.c.id == number).values(document=dump(choices)))

    def delete(self, number: str) -> None:
        """Forget a file."""
        with self._db.write() as tx:
            tx.execute(delete(UPLOAD).where(UPLOAD.c.id == number))

    def expire(self, now: datetime) -> int:
        """Forget what has expired; how many files that were."""
        with self._db.write() as tx:
            return int(tx.execute(delete(UPLOAD).where(UPLOAD.c.expires_at <= now)).rowcount)

    def headings(self, school: str) -> dict[str, str]:
        """What the school's own headings mean, as chosen before."""
        with self._db.read() as tx:
            return {row.heading: row.field for row in tx.execute(select(HEADING).where(HEADING.c.school == school))}

    def remember(self, school: str, headings: Mapping[str, str], forget: Collection[str]) -> None:
        """Keep the chosen meanings for the school's next file, and none of what stands in ``forget``."""
        rows = [{"school": school, "heading": heading[:200], "field": name} for heading, name in headings.items()]
        with self._db.write() as tx:
            here = HEADING.c.school == school
            tx.execute(delete(HEADING).where(here, HEADING.c.heading.in_([each[:200] for each in forget])))
            upsert(tx, RegisterHeadingRow, rows)
