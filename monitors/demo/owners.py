"""Some units of the demonstration answer by themselves, as people would, so that the whole circle is seen in a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from monitors.app_context import AppContext
from monitors.demo.activity import DemoCampus
from monitors.demo.wechat import short_link
from monitors.jobs.inquiry_answers import answer_with_links, declare_silence, tell_change
from rules.inquiries import AnswerKind, Inquiry, InquiryError, InquiryState

OLDER = 1
"""The article given: the newest but one, for the newest cannot be seen."""
LINKS = {"wechat:gh_0000000000a9": "", "wechat:gh_0000000000b1": "", "wechat:gh_0000000000b5": "wechat:gh_0000000000a3"}
"""Who gives a link; the last one copies that of another account by mistake."""
DECLARED = ("wechat:gh_0000000000a4", "toutiao:6900000000003")
ENDED = ("douyin:MS4wLjABAAAADemoBannedUserOfShifanDaxue00000006",)


async def answer_inquiries(context: AppContext, campus: DemoCampus) -> None:
    """Answer what is asked of these units, each in its own way; all others stay silent."""
    for inquiry in await asyncio.to_thread(context.store.inquiries.all, states=[InquiryState.OPEN]):
        try:
            await _answer(context, campus, inquiry)
        except InquiryError:
            continue  # answered through its page meanwhile


async def _answer(context: AppContext, campus: DemoCampus, inquiry: Inquiry) -> None:
    if inquiry.account in LINKS:
        text = f"【{inquiry.title}】{_article(campus, LINKS[inquiry.account] or inquiry.account)} 复制打开"
        await answer_with_links(context, inquiry, text, inquiry.addressee)
    elif act := _ACTS.get(inquiry.account):
        await asyncio.to_thread(act, context, inquiry, inquiry.addressee)


def _article(campus: DemoCampus, key: str) -> str:
    actor = campus.actor(key)
    return f"https://mp.weixin.qq.com/s/{short_link(actor, campus.items(actor)[OLDER])}"


def _declare(context: AppContext, inquiry: Inquiry, by: str) -> Inquiry:
    return declare_silence(context, inquiry, by, None)


def _end(context: AppContext, inquiry: Inquiry, by: str) -> Inquiry:
    return tell_change(context, inquiry, AnswerKind.ENDED, by, "社团换届后已停用")


_ACTS: Mapping[str, Callable[[AppContext, Inquiry, str], Inquiry]] = {
    **dict.fromkeys(DECLARED, _declare),
    **dict.fromkeys(ENDED, _end),
}
