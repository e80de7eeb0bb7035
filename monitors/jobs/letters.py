"""The life of a letter between its draft and its receipt, as people move it: proposed, read and signed, held back, printed,
delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from alerts.notices.edits import EditError, OwnWords, edited_parts
from alerts.notices.edits import write_over as overwritten
from alerts.notices.joint import join_notices
from alerts.notices.notice import NO_EDITS, Notice, document_number
from alerts.notices.reading import Facts, changed, facts_of, fingerprint
from alerts.sanitize import mask_personal_data
from monitors.app_context import AppContext
from monitors.jobs.case_desk import case_desk, frozen_platforms
from monitors.jobs.case_writer import CaseWriter, numbered
from monitors.jobs.check import check
from rules.cases import moves, signing, transitions
from rules.cases.case import Case, CaseError, CaseEvent, EventKind, EventPayload
from rules.cases.signing import Signatory
from rules.model import BEIJING, DocumentType
from rules.people import PeopleError
from storage.database import StorageError
from storage.notices import DeliveryWay, NoticeState, OutboxNotice, Receipt
from storage.serialization import dump, load

UNDER_WAY = (NoticeState.SENT, NoticeState.TO_PRINT, NoticeState.FAILED)
"""A letter that has left, or lies ready for somebody to carry it."""


class FactsChanged(CaseError):
    """What the signer had read is not so any more. Raised by `sign`; its text says what is another now, and the paper is
    shown again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What became of several papers signed at once: ids of the signed, and a sentence for each that was not."""

    signed: tuple[str, ...]
    refused: Mapping[str, str]


def letter_of(context: AppContext, notice_id: str) -> OutboxNotice:
    """A letter by its id. Raises CaseError."""
    row = context.store.outbox.one(notice_id)
    if row is None or not row.case_number:
        raise CaseError(f"没有编号为 {notice_id} 的文书。")
    return row


def draft_of(context: AppContext, number: str, step: str = "") -> str:
    """The id of the draft that a case has before the signer; ``step``: of this step or kind of paper. Raises CaseError."""
    if context.store.cases.get(number) is None:
        raise CaseError(f"没有编号为 {number} 的条目。请用 xunjian case list 查看编号。")
    every = context.store.outbox.all(case=number)
    rows = [row for row in every if row.state is NoticeState.DRAFT]
    wanted = [row for row in rows if not step or step in (row.document_type, row.id.partition("/")[2])]
    if not wanted:
        put_off = next((row.error for row in every if row.state is NoticeState.DEFERRED), "")
        why = f"暂缓签发：{put_off}。" if put_off else _why_none(context, number)
        raise CaseError(f"{number} 没有待签发的{'这份' if step else ''}文书。{why}")
    return wanted[-1].id


def _why_none(context: AppContext, number: str) -> str:
    case = context.store.cases.get(number)
    assert case, "it was looked up before"
    return f"现在：{transitions.escalation_status(case, context.clock(), frozen_platforms(context)).reason.label}。"


def undelivered(context: AppContext, number: str, step: str = "") -> str:
    """The id of the eldest paper of a case that is under way and whose receipt nobody entered. Raises CaseError."""
    rows = [row for row in context.store.outbox.all(case=number) if row.state in UNDER_WAY]
    wanted = [row for row in rows if not step or step in (row.document_type, row.id.partition("/")[2])]
    if not wanted:
        raise CaseError(f"{number} 没有等待登记送达的文书。")
    return wanted[-1].id


def facts_read(context: AppContext, notice_id: str) -> dict[str, str]:
    """The facts of a draft as it is shown now: what its signature will answer for."""
    return facts_of(load(Notice, letter_of(context, notice_id).document))


def _look_again(context: AppContext, rows: Sequence[OutboxNotice]) -> dict[str, str]:
    """Judge the accounts of these papers by this moment: what is cured or has changed is so before anybody signs. Why
    nobody can say it of some cases any more, by their keys."""
    doubts: dict[str, str] = {}
    by_school: dict[str, set[str]] = {}
    for row in rows:
        for number in context.store.outbox.cases_of(row.id):
            case = context.store.cases.get(number)
            if case and not case.state.is_final:
                by_school.setdefault(case.school, set()).add(case.account)
    for school, accounts in by_school.items():
        doubts |= check(context, school, context.clock(), sorted(accounts)).doubts
    return doubts


def propose(context: AppContext, notice_id: str, by: Signatory, reason: str = "") -> Case:
    """提请签发: put a 公开通报 or 关停 that is due before the signer. Raises CaseError."""
    row, now = letter_of(context, notice_id), context.clock()
    if row.state is NoticeState.DEFERRED:
        raise CaseError(f"这份文书暂缓签发，请先恢复待签发。{row.error}")
    doubts = _look_again(context, [row])
    with case_desk(context, row.school, now) as desk:
        case = desk.book.case(row.case_number)
        if case is None or case.pending_step is None:
            raise CaseError(f"{row.case_number} 没有待提请的文书。")
        _require_proof([case], doubts)
        moved, events = signing.propose(case, case.pending_step.step, by, now, reason, desk.frozen)
        desk.save(moved, events)
    return moved


def sign(context: AppContext, notice_id: str, by: Signatory, *, seen: Facts, reason: str = "") -> OutboxNotice:
    """Sign the draft that a person has read; ``seen``: its facts as they were shown. The paper is made anew, gets its
    number, and is due. Raises CaseError, FactsChanged, PeopleError, StorageError."""
    row = letter_of(context, notice_id)
    doubts = _look_again(context, [row])
    with case_desk(context, row.school, context.clock()) as desk:
        _sign(desk, notice_id, by, seen, reason, doubts)
    return letter_of(context, notice_id)


def sign_all(context: AppContext, read: Mapping[str, Facts], by: Signatory, reason: str = "") -> Signing:
    """Sign these drafts, each by what was read of it; one that cannot be signed holds back no other."""
    rows = [letter_of(context, notice_id) for notice_id in read]
    doubts = _look_again(context, rows)
    signed, refused = [], {}
    for row in rows:
        try:
            with case_desk(context, row.school, context.clock()) as desk:
                _sign(desk, row.id, by, read[row.id], reason, doubts)
            signed.append(row.id)
        except (CaseError, PeopleError, StorageError) as error:
            refused[row.id] = str(error)
    return Signing(signed=tuple(signed), refused=refused)


def _require_proof(cases: Sequence[Case], doubts: Mapping[str, str]) -> None:
    """Raises CaseError where what was found is not certain any more, though it is not refuted either."""
    if why := [doubts[case.key] for case in cases if case.key in doubts]:
        raise CaseError(f"按目前掌握的情况已不能认定，暂不能签发：{'；'.join(why)}。再次查看能够认定之后，可以签发。")


def _sign(desk: CaseWriter, notice_id: str, by: Signatory, seen: Facts, reason: str, doubts: Mapping[str, str]) -> None:
    row = desk.book.letters.one(notice_id)
    if row is None or row.state is not NoticeState.DRAFT:
        why = f"：{row.error}" if row and row.error else ""
        raise CaseError(f"这份文书{row.state.label if row else '已不存在'}，不能签发{why}")
    cases = [case for number in desk.book.letters.cases_of(notice_id) if (case := desk.book.case(number))]
    accusing = [case for case in cases if _step_of(desk, case, row)]
    _require_proof(accusing, doubts)
    if any(desk.unstored(case) for case in accusing):
        raise CaseError(
            "所依据的页面存证还没有存入共享存储，暂不能签发。通常一分钟内存好；如一直如此，请信息中心查看运行日志。"
        )
    papers = [_paper(desk, case, row) for case in cases]
    facts = facts_of(_joined(papers))
    if differences := changed(seen, facts):
        raise FactsChanged(f"您阅读之后情况有变化，请重新阅读后再签发：{'；'.join(differences)}")
    if not papers[0].office.name:
        raise CaseError("制度文件没有写明发文机关（office），不能编号签发。请先在制度文件或设置中填写。")
    number = _number(desk, papers[0])
    final = [_paper(desk, case, row, number, by) for case in cases]
    desk.book.letters.sign(notice_id, number, dump(_joined(final)))
    for case in cases:
        desk.save(*_signed(desk, case, row, by, reason or number, fingerprint(facts)))


def _joined(papers: Sequence[Notice]) -> Notice:
    """One letter of the papers of its cases. Raises CaseError where a unit changed and nobody could draft anew since."""
    try:
        return join_notices(papers)
    except ValueError as error:
        raise CaseError("这份文书所说的账号已分属不同单位，须在下一次核对重新拟文之后再办理。") from error


def _paper(
    desk: CaseWriter,
    case: Case,
    row: OutboxNotice,
    number: str = "",
    signer: Signatory | None = None,
    kept: Notice | None = None,
) -> Notice:
    """The paper of a draft from the facts of this moment: a step of the case, or an answer that its history owes.
    ``kept``: in place of the draft's, the paper whose own words of the office stay."""
    kept = kept or load(Notice, row.document)
    if waiting := _step_of(desk, case, row):
        step = case.step_by_code(waiting)
        return desk.step_paper(case, step, row.id, number=number, signer=signer, kept=kept)
    planned = desk.owed(case, row.id)
    if planned is None:
        raise CaseError(f"{case.number} 不再需要这份文书")
    return desk.paper(planned, case, number=number, signer=signer, kept=kept)


def _step_of(desk: CaseWriter, case: Case, row: OutboxNotice) -> str:
    """The step whose paper a draft is; "" for an answer."""
    waiting = case.pending_step
    if waiting and waiting.document is DocumentType.REMINDER and row.document_type == waiting.document.value:
        return waiting.step  # one letter may be about several cases
    if waiting and row.id == signing.notice_id(case, desk.book.events(case.number), waiting.step):
        return waiting.step
    return ""


def _number(desk: CaseWriter, paper: Notice) -> str:
    if not numbered(paper.document):
        return ""
    sequence = desk.book.next_number(f"notice/{paper.document.value}")
    return document_number(paper.document, desk.now.year, sequence, paper.office.prefix)


def _signed(
    desk: CaseWriter, case: Case, row: OutboxNotice, by: Signatory, reason: str, seen: str
) -> tuple[Case, tuple[CaseEvent, ...]]:
    if step := _step_of(desk, case, row):
        return signing.sign(case, step, by, desk.now, reason, notice=row.id, seen=seen, frozen=desk.frozen)
    person = moves.require_named_person(by.display, "签发")
    what = reason or load(Notice, row.document).paper
    return moves.change(case, EventKind.APPROVED, desk.now, person, what, EventPayload(notice=row.id, seen=seen))


def write_over(context: AppContext, notice_id: str, words: OwnWords, *, by: str) -> OutboxNotice:
    """Put what the office writes itself into a draft; nothing else of it is anybody's to edit. What was changed stays in
    the history of every case of the letter. Raises CaseError."""
    row, now = letter_of(context, notice_id), context.clock()
    person = moves.require_named_person(by, "修改文书")
    with case_desk(context, row.school, now) as desk:
        fresh = desk.book.letters.one(notice_id)
        if fresh is None or fresh.state is not NoticeState.DRAFT:
            raise CaseError("文书已经签发或停发，不能再改。")
        cases = [case for number in desk.book.letters.cases_of(notice_id) if (case := desk.book.case(number))]
        after = _joined([_paper(desk, case, fresh, kept=_rewritten(desk, case, fresh, words)) for case in cases])
        parts = edited_parts(load(Notice, fresh.document), after)
        if parts:
            before, now_so = ({label: pair[n] for label, pair in parts.items()} for n in (0, 1))
            desk.book.letters.rewrite(notice_id, dump(after), before, now_so)
        for case in cases if parts else ():
            told = mask_personal_data("；".join(changed(before, now_so)))
            desk.save(*moves.change(case, EventKind.EDITED, now, person, told, EventPayload(notice=notice_id)))
    return letter_of(context, notice_id)


def _rewritten(desk: CaseWriter, case: Case, row: OutboxNotice, words: OwnWords) -> Notice:
    """The kept draft of one case with these words for its own. Raises CaseError."""
    kept = load(Notice, row.document)
    plain = _paper(desk, case, row, kept=replace(kept, note="", edits=NO_EDITS))
    try:
        edits = overwritten(plain, kept.edits, words)
    except EditError as error:
        raise CaseError(str(error)) from error
    note = kept.note if words.note is None else " ".join(words.note.split())[:1000]
    return replace(kept, note=note, edits=edits)


def hold_back(context: AppContext, notice_id: str, *, by: str, reason: str) -> list[Case]:
    """Stop a signed paper that nobody was sent yet; its step waits again. Raises CaseError."""
    row, now = letter_of(context, notice_id), context.clock()
    with case_desk(context, row.school, now) as desk:
        case = desk.book.case(row.case_number)
        assert case, "a letter belongs to a case"
        held = desk.recall(case, moves.require_actor(by), moves.require_reason(reason, "停发理由"))
        if all(each.number != case.number or each == case for each in held):
            raise CaseError("这份文书已经发出，不能停发；如有错误请撤回问题，并发更正通知。")
        desk.prepare(each for each in held if not each.state.is_final)
    return held


def received(day: date, now: datetime, issued_at: datetime) -> datetime:
    """When a paper handed over on ``day`` counts as received: now on the day itself, else at its noon, never before it was
    signed. Raises CaseError for a day in the future or before the signature."""
    today, signed = now.astimezone(BEIJING).date(), issued_at.astimezone(BEIJING).date()
    if day > today:
        raise CaseError("送达日期不能晚于今天。")
    if day < signed:
        raise CaseError(f"送达日期不能早于签发日期（{signed}）。")
    return now if day == today else max(issued_at, datetime.combine(day, time(12), BEIJING))


def deliver(
    context: AppContext, notice_id: str, *, day: date, way: DeliveryWay, receiver: str, by: str
) -> OutboxNotice:
    """登记送达: who received a paper, when and how, entered by a person. The next term is counted from then. Raises
    CaseError, StorageError."""
    row, now = letter_of(context, notice_id), context.clock()
    person = moves.require_named_person(by, "登记送达")
    if not receiver.strip():
        raise CaseError("请写明收件人（签收人）。")
    at = received(day, now, load(Notice, row.document).issued_at)
    how = f"{way.label}，{receiver.strip()}签收"
    receipt = Receipt(at=at, receiver=receiver.strip()[:60], way=way.value, by=person, entered_at=now)
    register_receipt(context, row, receipt, person, how)
    return letter_of(context, notice_id)


def register_receipt(context: AppContext, row: OutboxNotice, receipt: Receipt, by: str, how: str) -> None:
    """Keep a receipt with the letter and in the history of every case it is about. Raises CaseError, StorageError."""
    now = receipt.entered_at
    with case_desk(context, row.school, now) as desk:
        desk.book.letters.deliver(row.id, receipt)
        for number in desk.book.letters.cases_of(row.id):
            case = desk.book.case(number)
            assert case, "a letter belongs to cases"
            step = next((record for record in case.issued_steps if record.notice == row.id), None)
            if step is None:
                data = EventPayload(notice=row.id)
                desk.save(*moves.change(case, EventKind.DELIVERED, now, by, f"{row.number}：{how}", data))
            elif step.delivered_at is None:
                moved = transitions.register_delivery(
                    case, step.step, receipt.at, desk.calendar, by=by, how=how, now=now
                )
                desk.save(*moved)


def register_sending(context: AppContext, row: OutboxNotice, way: str) -> None:
    """Enter into the cases' histories that a channel took their letter. Raises CaseError, StorageError."""
    at = row.sent_at or context.clock()
    with case_desk(context, row.school, context.clock()) as desk:
        for number in desk.book.letters.cases_of(row.id):
            case = desk.book.case(number)
            step = next((r for r in case.issued_steps if r.notice == row.id), None) if case else None
            if case and step and step.sent_at is None:
                desk.save(*transitions.register_sending(case, step.step, at, desk.calendar, way))
