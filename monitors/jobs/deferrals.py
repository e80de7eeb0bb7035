"""暂缓签发: a draft is put off for a reason, to the end of a day or without end, and lies before the signer again when the
day is over or somebody takes that back. No step of the ladder moves: nothing was signed."""

from __future__ import annotations

from datetime import date, datetime

from alerts.sanitize import mask_personal_data
from monitors.app_context import AppContext
from monitors.jobs.case_desk import case_desk
from monitors.jobs.letters import letter_of
from rules.calendar import end_of
from rules.cases import moves
from rules.cases.case import CaseError, EventKind
from rules.cases.transitions import LONGEST_EXEMPTION
from rules.model import BEIJING
from storage.notices import NoticeState, OutboxNotice


def defer(context: AppContext, notice_id: str, *, by: str, reason: str, until: date | None = None) -> OutboxNotice:
    """Put a draft off, to the end of ``until`` in Beijing or without end. Raises CaseError."""
    row, now = letter_of(context, notice_id), context.clock()
    person, why = moves.require_named_person(by, "暂缓签发"), moves.require_reason(reason, "暂缓理由")
    end = end_of(until) if until else None
    told = mask_personal_data(f"{term_words(end)}：{' '.join(why.split())}")
    if end and not now < end <= now + LONGEST_EXEMPTION:
        raise CaseError("暂缓的截止日期应在今天到一年之内；不填则不设期限。")
    with case_desk(context, row.school, now) as desk:
        fresh = desk.book.letters.one(notice_id)
        if fresh is None or fresh.state is not NoticeState.DRAFT:
            raise CaseError("只有待签发的文书可以暂缓，请刷新后查看它现在的状态。")
        desk.book.letters.defer(notice_id, f"{person}{told}", end)
        desk.note(notice_id, EventKind.DEFERRED, person, told, end)
    return letter_of(context, notice_id)


def resume(context: AppContext, notice_id: str, *, by: str) -> OutboxNotice:
    """Take the putting off back: the draft, as its facts are now, lies before the signer. Raises CaseError."""
    row, now = letter_of(context, notice_id), context.clock()
    person = moves.require_named_person(by, "恢复待签发")
    with case_desk(context, row.school, now) as desk:
        fresh = desk.book.letters.one(notice_id)
        if fresh is None or fresh.state is not NoticeState.DEFERRED:
            raise CaseError("这份文书没有处于暂缓状态，可能已有人恢复。")
        desk.resume(notice_id, person, "取消暂缓")
        about = [desk.book.case(number) for number in desk.book.letters.cases_of(notice_id)]
        desk.prepare([case for case in about if case and not case.state.is_final])
    return letter_of(context, notice_id)


def term_words(until: datetime | None) -> str:
    """How long a draft is put off, in words."""
    if until is None:
        return "暂缓（未定期限）"
    day = until.astimezone(BEIJING)
    return f"暂缓至{day.year}年{day.month}月{day.day}日"
