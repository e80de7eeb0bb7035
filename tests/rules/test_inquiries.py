"""An inquiry's moves, who is asked and when, and what a link that was given turns out to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from rules.calendar import Period, china_calendar
from rules.coverage import AccountKnowledge, knowledge_of, update_clauses
from rules.evaluation import bind_clauses, school_context
from rules.inquiries import (
    AnswerKind,
    Inquiry,
    InquiryAnswer,
    InquiryError,
    InquiryReason,
    InquiryState,
    close,
    lapse,
    masked_mailbox,
    remind,
    take_answer,
    verify,
    with_terms,
    withdraw_answer,
)
from rules.inquiry_answers import pasted_links, read_link, refused_unread
from rules.inquiry_plan import ASKED_THIS_PERIOD, NO_MAILBOX, is_settled_by, question_about
from rules.model import AccountState, ClaimType, Observation, Outcome, Platform, Post
from rules.policies.loader import bundled_policy
from tests.support.factories import account, at, dated_evidence, day, filing, observed, seen_with

CALENDAR, POLICY = china_calendar(), bundled_policy("demo")
TERMS = POLICY.inquiry
CLAUSES, SCHOOL = update_clauses(bind_clauses(POLICY)), school_context(POLICY, (), CALENDAR)
MONDAY = at("2026-03-02 09:00")
WECHAT = filing(platform=Platform.WECHAT, account_id="gh_0123456789ab", emails=("zhang@example.edu.cn",))


def asked(**changes: Any) -> Inquiry:
    base = Inquiry(
        number="DEMO-Q-2026-0001", school="demo", platform=Platform.WECHAT, account="wechat:gh_0123456789ab", title="图书馆",
        unit="图书馆", owner="zhang@example.edu.cn", addressee="张三", kind=InquiryReason.UNKNOWN, reason="看不到", asked_at=MONDAY,
        due_at=MONDAY, expires_at=MONDAY,
    )  # fmt: skip
    return replace(with_terms(base, TERMS, CALENDAR, MONDAY), **changes)


def link(accepted: bool = True) -> InquiryAnswer:
    return InquiryAnswer(at=MONDAY, kind=AnswerKind.LINK, by="张三", given="https://x", accepted=accepted)


def test_terms_run_in_working_days() -> None:
    assert asked().due_at == at("2026-03-09 23:59").replace(second=59)
    with pytest.raises(InquiryError):
        remind(asked(), TERMS, CALENDAR, at("2026-03-09 12:00"))
    again = remind(asked(), TERMS, CALENDAR, at("2026-03-10 09:00"))
    assert (again.state, again.due_at.date()) == (InquiryState.REMINDED, day("2026-03-13"))
    assert again.expires_at >= again.due_at
    with pytest.raises(InquiryError):
        remind(again, TERMS, CALENDAR, at("2026-03-20"))
    with pytest.raises(InquiryError):
        lapse(again, at("2026-03-13 20:00"))
    assert lapse(again, at("2026-03-14")).state is InquiryState.OVERDUE


def test_only_an_accepted_answer_settles_and_nothing_is_answered_twice() -> None:
    still = take_answer(asked(), link(accepted=False))
    assert (still.state, still.answer) == (InquiryState.OPEN, None)
    done = take_answer(still, link())
    assert (done.state, len(done.answers)) == (InquiryState.ANSWERED, 2)
    with pytest.raises(InquiryError, match="不用再答复"):
        take_answer(done, link())
    crowded = asked(answers=(link(False),) * 20)
    with pytest.raises(InquiryError, match="次数过多"):
        take_answer(crowded, link())


def test_a_declaration_can_be_taken_back_until_it_was_confirmed() -> None:
    declared = take_answer(asked(), replace(link(), kind=AnswerKind.DECLARED))
    assert declared.declaration
    back = withdraw_answer(declared, "张三", TERMS, CALENDAR, at("2026-03-05"))
    assert (back.state, back.answer) == (InquiryState.OPEN, None)
    with pytest.raises(InquiryError):
        withdraw_answer(verify(declared, "李四", "已确认", at("2026-03-05")), "张三", TERMS, CALENDAR, at("2026-03-06"))
    with pytest.raises(InquiryError):
        withdraw_answer(take_answer(asked(), link()), "张三", TERMS, CALENDAR, at("2026-03-06"))


@pytest.mark.parametrize(
    "settled", [close(asked(), "李四", "不用再问", MONDAY), verify(asked(), "李四", "已看", MONDAY)]
)
def test_what_is_settled_stays_settled(settled: Inquiry) -> None:
    assert settled.settled_by == "李四"
    with pytest.raises(InquiryError):
        close(settled, "a", "b", MONDAY)
    with pytest.raises(InquiryError):
        verify(settled, "a", "b", MONDAY)
    with pytest.raises(InquiryError):
        take_answer(settled, link())


def test_a_mailbox_is_masked() -> None:
    assert masked_mailbox("zhang@example.edu.cn") == "z***@example.edu.cn"
    assert masked_mailbox("") == ""


def knowledge(seen: AccountState | None, now: datetime, **changes: Any) -> AccountKnowledge:
    declared = replace(WECHAT, **changes)
    found = knowledge_of(account(seen, declared, key="wechat:gh_0123456789ab"), CLAUSES, SCHOOL, now)
    assert found
    return found


def question(seen: AccountState | None, now: str, previous: Inquiry | None = None, **given: Any) -> str | None:
    """The kind asked with, the reason it goes to the staff, or None."""
    moment, changes = at(now), given.pop("filing", {})
    about = question_about(knowledge(seen, moment, **changes), previous, TERMS, CALENDAR, moment, **given)
    return (about.for_staff or about.kind.value) if about else None


WALLED = AccountState(attempted_at=at("2026-06-14"), obstacle=Outcome.BLOCKED)


def posted(last: str, tried: str = "2026-06-14", **changes: Any) -> AccountState:
    return replace(seen_with(last, fact=last), attempted_at=at(tried), **changes)


@pytest.mark.parametrize(
    ("why", "asked_about", "expected"),
    [
        ("nothing is known and it was tried", {"seen": WALLED}, "unknown"),
        ("nothing is known, but nobody tried yet", {"seen": None}, None),
        ("no public page exists: nothing to try", {"seen": None, "has_page": False}, "unknown"),
        ("posted long ago, its period is over", {"seen": posted("2026-03-01")}, "unknown"),
        ("its period is over in ten days", {"seen": posted("2026-04-25")}, "approaching"),
        ("fresh", {"seen": posted("2026-06-01")}, None),
        ("fresh, and its bridge says nothing new", {"seen": posted("2026-06-01"), "probably_silent": True}, "probably_silent"),
        ("its pages would show silence too", {"seen": posted("2026-04-25", silence_shown=dated_evidence("2026-06-14"))}, None),
        ("they showed it weeks ago", {"seen": posted("2026-04-25", silence_shown=dated_evidence("2026-05-30"))}, "approaching"),
        ("shown silent: a finding, no question", {"seen": seen_with("2026-03-01", shown="2026-06-14")}, None),
        ("nobody to ask", {"seen": WALLED, "filing": {"emails": ()}}, NO_MAILBOX),
        ("asked already", {"seen": WALLED, "previous": asked()}, None),
        ("reminded already", {"seen": WALLED, "previous": asked(state=InquiryState.REMINDED)}, None),
    ],
)  # fmt: skip
def test_who_is_asked(why: str, asked_about: dict[str, Any], expected: str | None) -> None:
    assert question(now="2026-06-15", **asked_about) == expected, why


def test_nobody_is_asked_twice_in_a_period() -> None:
    answered = take_answer(asked(asked_at=at("2026-05-20")), link())
    assert question(posted("2026-04-01"), "2026-06-15", answered) == ASKED_THIS_PERIOD
    assert question(posted("2026-04-30"), "2026-06-15", answered) is None, "known, so nobody is bothered"
    assert question(posted("2026-04-01"), "2026-07-14", answered) is None, "public pages were not tried of late"
    assert question(posted("2026-04-01", tried="2026-07-13"), "2026-07-14", answered) == "unknown"
    by_system = close(asked(asked_at=at("2026-05-20")), "系统", "已看到更新", at("2026-05-21"))
    assert question(posted("2026-04-01"), "2026-06-15", by_system) == "unknown"


def test_before_a_long_holiday_the_owner_is_asked_earlier() -> None:
    assert question(posted("2026-08-10", tried="2026-09-24"), "2026-09-25") == "approaching", (
        "the National Day lies before the limit"
    )
    assert question(posted("2026-05-10", tried="2026-06-24"), "2026-06-25") is None


def test_what_pages_answered_meanwhile_is_closed() -> None:
    now = at("2026-06-15")
    assert not is_settled_by(knowledge(WALLED, now), asked(), TERMS, now)
    assert is_settled_by(knowledge(posted("2026-06-10"), now), asked(), TERMS, now)
    assert not is_settled_by(knowledge(posted("2026-04-20"), now), asked(), TERMS, now), "the same old post as before"
    assert is_settled_by(knowledge(seen_with("2026-03-01", shown="2026-06-14"), now), asked(), TERMS, now)


URL = "https://mp.weixin.qq.com/s/abc"


def article_shown(outcome: Outcome = Outcome.OK, reason: str = "", posts: tuple[Post, ...] = ()) -> Observation:
    page = {"platform": Platform.WECHAT, "source": "article", "url": URL, "account_id": None, "proves": ClaimType.NONE}
    return observed("2026-06-15 10:00", *posts, **page, outcome=outcome, reason=reason, evidence="e")


def post(when: str, id: str = "2247_1") -> Post:
    return Post(id=id, title="放假通知", url=URL, published_at=at(when))


@pytest.mark.parametrize(
    ("why", "seen", "counted", "known", "accepted", "words"),
    [
        ("a post of this week", article_shown(posts=(post("2026-06-12"),)), "2026-06-12", {}, True, "核实完成"),
        ("published minutes after the request", article_shown(posts=(post("2026-06-15 09:58"),)), "2026-06-15 09:58", {}, True, "核实完成"),
        ("an old post", article_shown(posts=(post("2026-03-01"),)), "2026-03-01", {}, False, "已超过2个月"),
        ("another account's", article_shown(Outcome.UNREADABLE, "identity_mismatch: …"), "2026-06-01", {}, False, "另一个账号"),
        ("read, but the fold did not take it", article_shown(posts=(post("2026-06-12"),)), "2026-02-01", {}, False, "无法确认它属于"),
        ("deleted", article_shown(Outcome.GONE, "article_gone: …"), None, {}, False, "已经被删除"),
        ("a wall", article_shown(Outcome.BLOCKED, "captcha"), None, {}, False, "没有读到页面"),
        ("no date", article_shown(posts=(Post(id="1"),)), None, {}, False, "没有读出发布时间"),
        ("seen before under an older date", article_shown(posts=(post("2026-06-12"),)), "2026-06-12", {"2247_1": at("2026-02-01")}, False, "此前已经见过"),
        ("seen before under the same date", article_shown(posts=(post("2026-06-12"),)), "2026-06-12", {"2247_1": at("2026-06-12")}, True, "核实完成"),
    ],
)  # fmt: skip
def test_what_a_link_shows(
    why: str, seen: Observation, counted: str | None, known: dict[str, datetime], accepted: bool, words: str
) -> None:
    read = read_link(
        URL, seen, WECHAT, counted_at=at(counted) if counted else None, known=known, limit=Period.parse("2个月"),
        calendar=CALENDAR,
    )  # fmt: skip
    assert (read.accepted, words in read.words) == (accepted, True), (why, read.words)


def test_a_draft_and_another_platform_s_page_are_not_opened() -> None:
    draft = refused_unread("https://mp.weixin.qq.com/s?__biz=M&tempkey=MTI&chksm=1", WECHAT)
    assert draft
    assert "预览" in draft.words
    weibo = refused_unread("https://weibo.com/123/AbC", WECHAT)
    assert weibo
    assert "微博" in weibo.words
    assert refused_unread(URL, WECHAT) is None
    assert refused_unread("https://lib.example.edu.cn/1.htm", filing(platform=Platform.CHANNELS)) is None


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (f"图书馆放假啦 {URL}?from=singlemessage 复制打开", [f"{URL}?from=singlemessage"]),
        (
            "7.43 复制打开抖音，看看【图书馆的作品】 https://v.douyin.com/iRxx/ 09/12 u@S.lc",
            ["https://v.douyin.com/iRxx/"],
        ),
        (f"{URL}\n{URL}\nhttps://mp.weixin.qq.com/s/def。", [URL, "https://mp.weixin.qq.com/s/def"]),
        ("mp.weixin.qq.com/s/abc", [URL]),
        ("我们上周刚发过", []),
    ],
)
def test_links_are_found_in_what_a_phone_copies(text: str, links: list[str]) -> None:
    assert pasted_links(text) == links


def test_only_a_few_links_are_read() -> None:
    assert len(pasted_links(" ".join(f"{URL}{n}" for n in range(50)))) == 5


def test_the_terms_of_a_year_end_know_the_holidays() -> None:
    due = with_terms(asked(), TERMS, CALENDAR, at("2026-09-29 09:00")).due_at
    assert due - at("2026-09-29") > timedelta(days=10)
