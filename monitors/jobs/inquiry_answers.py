"""An owner answers: links are read at once like any other page, what is declared is kept, and the inquiry moves on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from crawler.platforms import SPECS
from monitors.app_context import AppContext
from monitors.jobs.inquiries import desk_of
from monitors.jobs.proof import look_at_links
from monitors.jobs.statements import Picture, keep_picture, record_statement
from rules.accounts.statements import InvalidStatement
from rules.calendar import china_calendar
from rules.coverage import AccountKnowledge, Knowledge, knowledge_of, update_clauses
from rules.evaluation import bind_clauses, school_context
from rules.inquiries import AnswerKind, Inquiry, InquiryAnswer, InquiryError, take_answer, verify, withdraw_answer
from rules.inquiry_answers import LinkReading, pasted_links, read_link, refused_unread
from rules.model import Account, AccountState, EvidenceKind, Filing, Observation, Statement

LookAtLinks = Callable[[AppContext, str, Filing, Sequence[str]], Awaitable[list[Observation]]]
NO_LINK = "没有找到链接。请在手机上打开最近发布的那条内容，选择“复制链接”，再粘贴到这里。"


def filing_of(context: AppContext, inquiry: Inquiry) -> Filing:
    """The filing that an inquiry is about. Raises InquiryError where the register has it no more."""
    filings = context.store.filings.by_key([inquiry.account]).get(inquiry.account, [])
    mine = [filing for filing in filings if filing.school == inquiry.school]
    if not mine:
        raise InquiryError("台账中已没有这个账号，不用再答复。")
    return mine[0]


def knowledge_now(context: AppContext, school: str, key: str, now: datetime) -> AccountKnowledge | None:
    """What is known of one account at this moment; None where no clause about updates binds it."""
    filings = context.store.filings.by_key([key]).get(key, [])
    seen = context.store.observations.states([key], now).get(key)
    mine = next((filing for filing in filings if filing.school == school), None)
    return knowledge_of_filing(context, mine, key, seen, now) if mine else None


def knowledge_of_filing(
    context: AppContext, filing: Filing, key: str, seen: AccountState | None, now: datetime
) -> AccountKnowledge | None:
    """`knowledge_now` of an account that was read before, with what was ``seen`` of it."""
    policy = context.policies[filing.school]
    rest, clauses = school_context(policy, (), china_calendar()), update_clauses(bind_clauses(policy))
    account = Account(school=filing.school, platform=filing.platform, key=key, filing=filing, seen=seen)
    return knowledge_of(account, clauses, rest, now)


def _take(context: AppContext, inquiry: Inquiry, answer: InquiryAnswer) -> Inquiry:
    return context.store.inquiries.change(
        inquiry.number, lambda now_is: take_answer(now_is, answer), answer.at, "inquiry.answer"
    )


async def answer_with_links(
    context: AppContext, inquiry: Inquiry, text: str, by: str, *, look_at: LookAtLinks = look_at_links
) -> list[LinkReading]:
    """Read what was pasted and say of each link what it shows. One good link settles the question. ``look_at`` opens the
    pages and records what they show. Raises InquiryError."""
    if not inquiry.takes_answers:
        raise InquiryError(f"这项核实请求{inquiry.state.label}，不用再答复。")
    links = pasted_links(text)
    if not links:
        raise InquiryError(NO_LINK)
    filing = await asyncio.to_thread(filing_of, context, inquiry)
    readings = [refused for url in links if (refused := refused_unread(url, filing))]
    unread = {reading.url for reading in readings}
    readings += await _read(context, filing, inquiry, [url for url in links if url not in unread], look_at)
    now = context.clock()
    has_page = inquiry.platform.value in SPECS
    for reading in sorted(readings, key=lambda each: (each.accepted, each.unseen)):
        answer = InquiryAnswer(
            at=now, kind=AnswerKind.LINK, by=by, given=reading.url[:500], reading=reading.words, accepted=reading.accepted,
            newest=reading.newest, evidence=reading.evidence, for_staff=reading.unseen or not has_page,
        )  # fmt: skip
        inquiry = await asyncio.to_thread(_take, context, inquiry, answer)
        if reading.accepted:
            break
    return readings


async def _read(
    context: AppContext, filing: Filing, inquiry: Inquiry, links: Sequence[str], look_at: LookAtLinks
) -> list[LinkReading]:
    if not links:
        return []
    posts = await asyncio.to_thread(context.store.observations.posts, inquiry.account, 500)
    known = {post.id: post.published_at for post in posts if post.published_at}
    looks = await look_at(context, inquiry.account, filing, links)
    states = await asyncio.to_thread(context.store.observations.states, [inquiry.account], context.clock())
    state = states.get(inquiry.account)
    about = await asyncio.to_thread(knowledge_now, context, inquiry.school, inquiry.account, context.clock())
    if about is None:
        raise InquiryError("制度对这个账号没有更新要求，不用再答复。")
    read = partial(
        read_link, filing=filing, counted_at=state.last_post_at if state else None, known=known, limit=about.limit,
        calendar=china_calendar(),
    )  # fmt: skip
    return [read(url, look) for url, look in zip(links, looks, strict=True)]


def declare_silence(context: AppContext, inquiry: Inquiry, by: str, last: date | None) -> Inquiry:
    """近期没有更新: kept as a statement of the unit under a name; a member of staff confirms it before anything follows.

    ``last``: the day of the last post, as far as anybody remembers. Raises InquiryError, InvalidStatement.
    """
    now = context.clock()
    if not inquiry.takes_answers:
        raise InquiryError(f"这项核实请求{inquiry.state.label}，不用再答复。")
    if not by.strip():
        raise InvalidStatement("请填写您的姓名。")
    about = knowledge_now(context, inquiry.school, inquiry.account, now)
    since = last or _before_the_limit(about, now)
    said = Statement(kind=EvidenceKind.DECLARED, by=by.strip(), at=now, none_since=since)
    kept = record_statement(context, inquiry.account, said)
    given = f"最近一次发布约在{since.year}年{since.month}月{since.day}日" if last else "记不清最近一次发布的日期"
    return _take(
        context,
        inquiry,
        InquiryAnswer(
            at=now, kind=AnswerKind.DECLARED, by=by.strip(), given=given, accepted=True, evidence=kept.evidence,
            reading="已收到您的声明，将由工作人员确认。",
        ),
    )  # fmt: skip


def _before_the_limit(about: AccountKnowledge | None, now: datetime) -> date:
    """A day so long ago that a silence since then is just longer than the limit: what the words 近期没有更新 mean."""
    if about is None:
        raise InquiryError("制度对这个账号没有更新要求，不用再答复。")
    day = now.date()
    while china_calendar().deadline(day, about.limit).at >= now:
        day -= timedelta(days=1)
    return day


def tell_change(context: AppContext, inquiry: Inquiry, kind: AnswerKind, by: str, words: str) -> Inquiry:
    """The account ended, or is not the unit's: the office sees to it. Raises InquiryError, InvalidStatement."""
    if not by.strip():
        raise InvalidStatement("请填写您的姓名。")
    answer = InquiryAnswer(
        at=context.clock(), kind=kind, by=by.strip(), given=words.strip()[:500], accepted=True,
        reading="已转交主管部门办理。",
    )  # fmt: skip
    return _take(context, inquiry, answer)


def attach_picture(context: AppContext, inquiry: Inquiry, picture: Picture, by: str) -> Inquiry:
    """A screenshot, kept for the staff to look at; it settles nothing. Raises InquiryError, InvalidStatement."""
    now = context.clock()
    if not inquiry.takes_answers:
        raise InquiryError(f"这项核实请求{inquiry.state.label}，不用再答复。")
    evidence = keep_picture(context, inquiry.account, picture, now)
    words = "截图已收到，由工作人员查看；截图本身不能证明有更新，有链接的请一并提供。"
    return _take(
        context,
        inquiry,
        InquiryAnswer(at=now, kind=AnswerKind.PICTURE, by=by, reading=words, evidence=evidence, for_staff=True),
    )


def withdraw_declaration(context: AppContext, inquiry: Inquiry, by: str) -> Inquiry:
    """The unit takes its declaration back. Raises InquiryError."""
    now, declared = context.clock(), inquiry.declaration
    if declared is None:
        raise InquiryError("没有可以撤回的声明；已经核实的，请联系发来邮件的部门。")
    desk = desk_of(context, inquiry.school, now)
    move = partial(withdraw_answer, by=by, terms=desk.policy.inquiry, calendar=desk.calendar, now=now)
    changed = context.store.inquiries.change(inquiry.number, move, now, "inquiry.withdraw")
    said = Statement(kind=EvidenceKind.DECLARED, by=by.strip() or declared.by, at=now, withdraws=declared.evidence)
    record_statement(context, inquiry.account, said)
    return changed


@dataclass(frozen=True, slots=True)
class Observed:
    """What became of a member of staff's look: the statement kept, and what is known of the account by now."""

    statement: Statement
    known: AccountKnowledge | None


def observe(context: AppContext, filing: Filing, key: str, said: Statement, picture: Picture | None = None) -> Observed:
    """人工核查: keep what a member of staff saw on a phone; inquiries it answers are verified. Raises InvalidStatement."""
    if picture:
        picture.checked()
    shown = keep_picture(context, key, picture, said.at) if picture else ""
    if said.newest and not said.none_since:
        said = replace(said, none_since=said.newest)
    kept = record_statement(context, key, said, picture=shown)
    context.store.audit.add(
        "statement.observe", key, now=said.at, school=filing.school, evidence=kept.evidence,
        newest=said.newest, none_since=said.none_since,
    )  # fmt: skip
    known = knowledge_now(context, filing.school, key, context.clock())
    if known and known.knowledge is not Knowledge.UNKNOWN:
        settle_by_person(context, filing.school, key, said.by, known)
    return Observed(kept, known)


def settle_by_person(context: AppContext, school: str, key: str, by: str, known: AccountKnowledge) -> None:
    """Open inquiries about an account that a person has seen to."""
    now = context.clock()
    for inquiry in context.store.inquiries.all(school=school, account=key):
        if inquiry.takes_answers or inquiry.declaration:
            answer = InquiryAnswer(at=now, kind=AnswerKind.MANUAL, by=by, reading=known.answer.reason, accepted=True)
            move = partial(verify, by=by, why=f"人工核查：{known.knowledge.label}", now=now, answer=answer)
            context.store.inquiries.change(inquiry.number, move, now, "inquiry.verify")


def confirm_statement(context: AppContext, filing: Filing, key: str, evidence: str, by: str) -> Observed:
    """A member of staff stands by what somebody else stated. Raises InvalidStatement."""
    now = context.clock()
    seen = context.store.observations.states([key], now).get(key)
    said = next((each for each in seen.statements if each.evidence == evidence), None) if seen else None
    if said is None or said.confirms or said.none_since is None:
        raise InvalidStatement("没有等待确认的声明或人工查看，可能已被撤回或被新的内容推翻。")
    if said.by == by:
        raise InvalidStatement("要由另一名工作人员确认，不能自己确认自己的查看结果。")
    if seen and any(each.confirms == evidence and each.by == by for each in seen.statements):
        raise InvalidStatement("您已经确认过，不用再确认。")
    own = Statement(kind=said.kind, by=by, at=now, none_since=said.none_since, confirms=evidence)
    kept = record_statement(context, key, own)
    context.store.audit.add("statement.confirm", key, now=now, school=filing.school, evidence=evidence)
    known = knowledge_now(context, filing.school, key, now)
    if known and known.knowledge is not Knowledge.UNKNOWN:
        settle_by_person(context, filing.school, key, by, known)
    return Observed(kept, known)
