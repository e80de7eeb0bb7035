"""An uploaded register between upload and import: read with what a person chose, corrected cell by cell, carried out whole."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitors.app_context import AppContext
from monitors.jobs.case_actions import end_cases_of
from monitors.jobs.surveys import open_after_import
from rules.model import Filing
from rules.people import User
from storage.filings import RegisterMoved, stamp_of
from storage.read_choices import CellEdit, SkippedRow
from storage.register import Preview, Reading, SheetColumns, columns_of, examine, preview
from storage.register.columns import BY_FIELD
from storage.register.headings import ID_OR_URL, KEEP, LEAVE_OUT
from storage.register_uploads import RegisterUpload

MEANINGS = frozenset({*BY_FIELD, ID_OR_URL, KEEP, LEAVE_OUT})
"""What a person may say of a heading."""


class NotReady(Exception):
    """A file cannot be carried out as it is. Raised by `carry_out`; the page shows the sentence and the preview anew."""


@dataclass(frozen=True, slots=True)
class UploadReading:
    """What a file says now. ``planned`` is None while something in it has to be corrected; ``shown`` names exactly this
    preview, so that nothing else is carried out than what was seen."""

    upload: RegisterUpload
    columns: tuple[SheetColumns, ...]
    reading: Reading
    planned: Preview | None = None
    shown: str = ""


def read_upload(context: AppContext, upload: RegisterUpload, *, retire_missing: bool = False) -> UploadReading:
    """Read the file under what was chosen so far. Nothing is saved."""
    choices = upload.choices
    columns = columns_of(upload.content, upload.filename, choices.headings)
    reading = examine(upload.content, upload.filename, upload.school, choices)
    if reading.problems:
        return UploadReading(upload, columns, reading)
    before = context.store.filings.all(upload.school)
    planned = preview(before, reading, retire_missing=retire_missing)
    return UploadReading(upload, columns, reading, planned, _name_of(before, planned.after))


def _name_of(before: Collection[Filing], after: Collection[Filing]) -> str:
    stamps = "|".join(stamp_of(filing) for side in (before, after) for filing in side)
    return hashlib.sha256(f"{len(before)} {stamps}".encode()).hexdigest()[:24]


def choose_columns(context: AppContext, upload: RegisterUpload, said: Mapping[str, str]) -> None:
    """What headings mean, for this file and the school's next ones; what the guess says anyway is not kept."""
    guessed = {
        column.heading: column.field
        for sheet in columns_of(upload.content, upload.filename, {})
        for column in sheet.columns
        if not column.again
    }
    known = {heading: field for heading, field in said.items() if field in MEANINGS}
    chosen = {heading: field for heading, field in known.items() if guessed.get(heading) != field}
    kept = {heading: field for heading, field in upload.choices.headings.items() if heading not in known}
    context.store.register_uploads.choose(upload.id, replace(upload.choices, headings=kept | chosen))
    context.store.register_uploads.remember(upload.school, chosen, list(known))


def correct_rows(
    context: AppContext, upload: RegisterUpload, edits: Collection[CellEdit], skipped: Collection[SkippedRow]
) -> None:
    """What cells should read, and rows that are left out."""
    choices = upload.choices
    cells = {(each.sheet, each.row, each.column): each for each in (*choices.edits, *edits)}
    rows = dict.fromkeys((*choices.skipped, *skipped))
    context.store.register_uploads.choose(upload.id, replace(choices, edits=tuple(cells.values()), skipped=tuple(rows)))


def carry_out(
    context: AppContext,
    upload: RegisterUpload,
    user: User,
    now: datetime,
    *,
    shown: str,
    retire_missing: bool,
    allow_empty: bool,
    reason: str,
) -> Preview:
    """Make the register what the preview ``shown`` said, all or nothing, and forget the file. Raises NotReady."""
    found = read_upload(context, upload, retire_missing=retire_missing)
    if found.planned is None:
        raise NotReady("文件里还有要改正的地方，没有导入。")
    if found.shown != shown:
        raise NotReady("台账或这份文件在您查看之后有变动，没有导入。下面是最新的预览，请核对后再导入。")
    if found.planned.emptied and not allow_empty:
        raise NotReady("有内容会被清空，没有导入。确实要清空的，请勾选“确认清空”。")
    planned, why = found.planned, reason or f"导入“{upload.filename}”"
    try:
        context.store.filings.carry_out(
            upload.school, planned.before, planned.after, by=user.display, now=now, reason=why
        )
    except RegisterMoved as error:
        raise NotReady(str(error)) from error
    touched = len(planned.added) + len(planned.changed)
    open_after_import(context, upload.school, touched, len(planned.before), now)
    end_cases_of(context, upload.school, [each.old for each in planned.removed if each.old], by=user.display)
    context.store.register_uploads.delete(upload.id)
    return planned
