"""The page behind a mail's link: one account, no sign-in, no script. Opening it changes nothing; every act is a form."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from monitors.app_context import AppContext
from monitors.console.background import start
from monitors.console.rendering import redirect_after, render, world_of
from monitors.jobs.inquiries import opened_by
from monitors.jobs.inquiry_answers import (
    answer_with_links,
    attach_picture,
    declare_silence,
    tell_change,
    withdraw_declaration,
)
from monitors.jobs.statements import Picture
from rules.accounts.statements import InvalidStatement
from rules.inquiries import AnswerKind, Inquiry, InquiryAnswer, InquiryError
from rules.lockout import Subject
from storage.audit import Actor, acting
from storage.evidence import EvidenceError

router = APIRouter()
ENDED = "这个链接已经失效，或者事情已经办结，不用再填写。"
NOT_ENOUGH = "not_enough"
"""What a redirect says after links that settle nothing."""
LOCKED = "操作过于频繁，请稍后再试。"
PATIENCE = 25.0
"""Seconds that a person waits for a page to be read; what takes longer is read all the same."""
SHOWN = 5
Words = Annotated[str, Form(max_length=4000)]
Name = Annotated[str, Form(max_length=40)]


def _subjects(request: Request) -> tuple[Subject, ...]:
    """Wrong links are counted by address: guessing is hopeless, and not free either."""
    return (Subject(f"link:{request.state.origin.address}", 20),)


def _found(request: Request, token: str) -> Inquiry | None:
    """The inquiry that a link opens."""
    return opened_by(world_of(request), token)


def _refused(request: Request, *, counted: bool) -> HTMLResponse:
    context, now = world_of(request), world_of(request).clock()
    if context.store.sign_in_failures.locked_until(_subjects(request), now):
        return render(request, "error.html", "请稍后再试", status=429, sentence=LOCKED)
    if counted:
        context.store.sign_in_failures.count(_subjects(request), now)
    return render(request, "error.html", "链接已失效", status=404, sentence=ENDED + _whom_to_ask(context), home=False)


def _whom_to_ask(context: AppContext) -> str:
    """The office of the settings, for somebody whose link says no more whose question it was."""
    office, phone = context.settings.office_contact, context.settings.office_phone
    return f"如有疑问，请联系{office or '发来邮件的部门'}{f'（电话 {phone}）' if phone else ''}。"


@router.get("/i/{token}")
def opened(request: Request, token: str, done: str = "") -> HTMLResponse:
    """What is asked. Nothing is written: mail scanners open links, too."""
    inquiry = _found(request, token)
    if inquiry is None:
        return _refused(request, counted=False)
    return _page(request, token, inquiry, refused=_refused_links(inquiry) if done == NOT_ENOUGH else ())


def _refused_links(inquiry: Inquiry) -> tuple[InquiryAnswer, ...]:
    """The links given last, where none of them settled the question."""
    last = inquiry.answers[-1] if inquiry.answers else None
    if last is None or last.kind is not AnswerKind.LINK or last.accepted:
        return ()
    return tuple(each for each in inquiry.answers if each.kind is AnswerKind.LINK and each.at == last.at)


def _page(
    request: Request, token: str, inquiry: Inquiry, *, error: str = "", refused: Sequence[InquiryAnswer] = ()
) -> HTMLResponse:
    context = world_of(request)
    policy, settings = context.policies[inquiry.school], context.settings
    return render(
        request,
        "inquiry_link.html",
        "核实账号最近的更新情况",
        school=inquiry.school,
        status=422 if error else 200,
        error=error,
        token=token,
        inquiry=inquiry,
        school_name=policy.school,
        office=settings.office_contact,
        phone=settings.office_phone,
        answers=inquiry.answers[::-1][:SHOWN],
        refused=refused,
    )


@router.post("/i/{token}")
async def answered(
    request: Request,
    token: str,
    act: Annotated[str, Form(max_length=20)] = "",
    text: Words = "",
    by: Name = "",
    last: Annotated[str, Form(max_length=10)] = "",
    picture: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """One act: a link, a declaration, a change, a picture, or a declaration taken back."""
    inquiry = await run_in_threadpool(_found, request, token)
    if inquiry is None:
        return await run_in_threadpool(_refused, request, counted=True)
    if await run_in_threadpool(_is_locked, request, inquiry):
        return render(request, "error.html", "请稍后再试", status=429, sentence=LOCKED)
    who = by.strip() or inquiry.addressee or "责任单位"
    try:
        with acting(Actor(f"核实链接（{who}）", request.state.origin.address)):
            if act == "link":
                done = await _read(request, inquiry, text, who)
            else:
                shot = Picture(await picture.read()) if act == "picture" and picture else None
                done = await run_in_threadpool(_act, request, inquiry, act, text, by, last, shot)
    except (InquiryError, InvalidStatement, EvidenceError) as error:
        fresh = await run_in_threadpool(_found, request, token) or inquiry
        return await run_in_threadpool(_page, request, token, fresh, error=str(error))
    return redirect_after(f"/i/{token}", done)


def _own(inquiry: Inquiry) -> tuple[Subject, ...]:
    return (Subject(f"inquiry:{inquiry.number}", 8),)


def _is_locked(request: Request, inquiry: Inquiry) -> bool:
    context = world_of(request)
    return bool(context.store.sign_in_failures.locked_until(_own(inquiry), context.clock()))


async def _read(request: Request, inquiry: Inquiry, text: str, by: str) -> str:
    """Read what was pasted while the person waits; the reading goes on where it takes long."""
    context = world_of(request)
    reading = asyncio.create_task(answer_with_links(context, inquiry, text, by))
    start(request.app, reading)
    try:
        found = await asyncio.wait_for(asyncio.shield(reading), PATIENCE)
    except TimeoutError:
        return "reading"
    if any(each.accepted for each in found):
        return "answered"
    await run_in_threadpool(context.store.sign_in_failures.count, _own(inquiry), context.clock())
    return NOT_ENOUGH


def _act(request: Request, inquiry: Inquiry, act: str, text: str, by: str, last: str, picture: Picture | None) -> str:
    context = world_of(request)
    match act:
        case "declared":
            declare_silence(context, inquiry, by, _day(last))
        case "ended" | "foreign":
            tell_change(context, inquiry, AnswerKind(act), by, text)
        case "withdraw":
            withdraw_declaration(context, inquiry, by)
            return "taken_back"
        case "picture":
            if picture is None or not picture.data:
                raise InvalidStatement("没有选择图片。")
            attach_picture(context, inquiry, picture, by)
            return "picture_kept"
        case _:
            raise InquiryError("请选择一项再提交。")
    return "answered"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidStatement("日期写法不对，请写成 2026-11-21 这样的格式。") from error
