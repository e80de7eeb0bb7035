"""An inquiry from the first letter to its end: one letter a person and day, reminders, declarations, looks by staff."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.inquiries import InquiryLetter
from monitors.app_context import AppContext
from monitors.cli.main import main
from monitors.jobs.check import check
from monitors.jobs.delivery import deliver
from monitors.jobs.evidence_replay import replay_observations
from monitors.jobs.inquiries import inquire, link_of
from monitors.jobs.inquiry_answers import (
    attach_picture,
    confirm_statement,
    declare_silence,
    knowledge_now,
    observe,
    tell_change,
    withdraw_declaration,
)
from monitors.jobs.statements import Picture
from monitors.settings import load_settings
from rules.accounts.state import apply_observation
from rules.accounts.statements import InvalidStatement
from rules.coverage import Knowledge
from rules.inquiries import AnswerKind, Inquiry, InquiryError, InquiryState
from rules.inquiry_links import link_opens, read_link_token
from rules.inquiry_plan import NO_MAILBOX
from rules.model import EvidenceKind, Filing, Observation, Outcome, Platform, Statement
from storage.evidence import EvidenceArchive
from storage.filings import key_of
from storage.serialization import load
from storage.store import Store
from tests.support.databases import place_database
from tests.support.factories import at

MONDAY = at("2026-06-15 09:30")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
ZHANG = "zhang@example.edu.cn"


def filed(number: int, unit: str = "图书馆", mailbox: str = ZHANG, **changes: Any) -> Filing:
    base = Filing(
        id=f"D-{number}", school="demo", platform=Platform.WECHAT, name=f"示范大学{unit}{number}号", unit=unit,
        account_id=f"gh_{number:012x}", opened_at=date(2020, 1, 1), filed_at=date(2020, 1, 2), first_owner="张示例",
        direct_owner="李示例", direct_owner_is_staff=True, emails=(mailbox,) if mailbox else (),
    )  # fmt: skip
    return replace(base, **changes)


class Clock:
    """A clock that the test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture
def context(tmp_path: Path, clock: Clock) -> Iterator[AppContext]:
    """Three accounts of one person, one of another, one of nobody; all of them met a wall yesterday."""
    settings = load_settings(data=tmp_path, base_url="https://xm.example.edu.cn")
    opened = AppContext(settings, Store(place_database(settings.data)), clock)
    register = [filed(1), filed(2), filed(3), filed(4, "校团委", "wang@example.edu.cn"), filed(5, "档案馆", "")]
    opened.store.filings.save(register, by="测试", now=MONDAY)
    wall_everything(opened, MONDAY - timedelta(days=1))
    yield opened
    opened.store.close()


def wall_everything(context: AppContext, now: datetime) -> None:
    looks = [
        (key_of(filing), Observation(platform=filing.platform, source="none", url="", observed_at=now, outcome=Outcome.BLOCKED))
        for filing in context.store.filings.all()
    ]  # fmt: skip
    context.store.observations.record(f"sweep-{now:%Y%m%d%H%M}", looks, apply_observation)


def letters(context: AppContext) -> list[InquiryLetter]:
    return [load(InquiryLetter, row.document) for row in context.store.outbox.all() if row.document_type == "inquiry"]


def waiting(context: AppContext, **given: Any) -> list[Inquiry]:
    return context.store.inquiries.all(**given)


def first(context: AppContext, clock: Clock) -> Inquiry:
    inquire(context, "demo", clock.now)
    return waiting(context, account="wechat:gh_000000000001")[0]


def test_one_letter_a_person_with_all_accounts(context: AppContext, clock: Clock) -> None:
    report = inquire(context, "demo", clock.now)
    assert (report.asked, report.letters, report.for_staff) == (4, 2, 1)
    sizes = {letter.recipient: len(letter.items) for letter in letters(context)}
    assert sizes == {ZHANG: 3, "wang@example.edu.cn": 1}
    units = {row.unit for row in context.store.outbox.all()}
    assert units == {"图书馆", "校团委"}, "the list of letters says whose"
    nobody = waiting(context, states=[InquiryState.OVERDUE])
    assert [(inquiry.account, inquiry.reason) for inquiry in nobody] == [("wechat:gh_000000000005", NO_MAILBOX)]
    again = inquire(context, "demo", clock.now)
    assert (again.asked, again.letters, again.for_staff) == (0, 0, 0)


def test_a_letter_that_cannot_be_written_leaves_nothing_asked(context: AppContext, clock: Clock) -> None:
    """A question without its letter would wait for an answer to nothing."""
    inquiry = replace(first(context, clock), number="")

    def broken(sent: Sequence[Inquiry]) -> str:
        raise OSError(28, "disk full")

    before = waiting(context)
    with pytest.raises(OSError, match="disk full"):
        context.store.inquiries.post("demo", "other@example.edu.cn", [inquiry], [], broken, clock.now)
    assert waiting(context) == before
    assert not context.store.inquiries.mailed_today("other@example.edu.cn", clock.now)
    assert context.store.inquiries.post("demo", "other@example.edu.cn", [inquiry], [], lambda sent: "{}", clock.now)


def test_nobody_is_written_to_on_a_day_off(context: AppContext, clock: Clock) -> None:
    clock.now = at("2026-06-14 09:30")
    assert inquire(context, "demo", clock.now).letters == 0
    assert inquire(context, "demo", clock.now, any_day=True).letters == 2


def test_a_second_question_of_the_day_waits_for_tomorrow(context: AppContext, clock: Clock) -> None:
    inquire(context, "demo", clock.now)
    context.store.filings.save([filed(6)], by="测试", now=clock.now)
    wall_everything(context, clock.now)
    assert inquire(context, "demo", clock.now + timedelta(hours=2)).asked == 0
    assert inquire(context, "demo", clock.now + timedelta(days=1)).asked == 1


def test_the_mail_says_what_to_do_and_accuses_nobody(context: AppContext, clock: Clock) -> None:
    inquire(context, "demo", clock.now)
    deliver(context, clock.now)
    texts = [file.read_text("utf-8") for file in (context.settings.data / "outbox").rglob("*.txt")]
    text = next(text for text in texts if "图书馆1号" in text)
    assert text.count("https://xm.example.edu.cn/i/") == 3
    assert "不表示账号有问题" in text
    assert not any(word in text for word in ("违反", "通报", "关停", "整改", "责令"))
    stored = [row.document for row in context.store.outbox.all()]
    assert not any("/i/" in document for document in stored), "the outbox keeps no link"


def test_reminded_once_then_passed_to_the_staff(context: AppContext, clock: Clock) -> None:
    inquiry = first(context, clock)
    clock.now = at("2026-06-24 09:30")  # the Dragon Boat Festival lies between
    assert inquire(context, "demo", clock.now).reminded == 4
    assert waiting(context, account=inquiry.account)[0].state is InquiryState.REMINDED
    clock.now = at("2026-06-30 09:30")
    assert inquire(context, "demo", clock.now).overdue == 4
    assert waiting(context, account=inquiry.account)[0].state is InquiryState.OVERDUE
    clock.now = at("2026-07-20 09:30")
    wall_everything(context, clock.now)
    assert inquire(context, "demo", clock.now).letters == 0, "nobody is asked a third time"
    assert len(letters(context)) == 4


def test_what_pages_show_meanwhile_ends_the_question(context: AppContext, clock: Clock) -> None:
    inquiry = first(context, clock)
    staff(context, clock, inquiry.account, newest=date(2026, 6, 14))
    clock.now += timedelta(days=1)
    inquire(context, "demo", clock.now)
    assert waiting(context, account=inquiry.account)[0].state is InquiryState.VERIFIED


def staff(
    context: AppContext, clock: Clock, key: str, by: str = "李老师", picture: Picture | None = None, **given: Any
) -> Knowledge:
    said = Statement(kind=EvidenceKind.MANUAL, by=by, at=clock.now, **given)
    known = observe(context, context.store.filings.by_key([key])[key][0], key, said, picture).known
    assert known
    return known.knowledge


def violated(context: AppContext, clock: Clock) -> int:
    return check(context, "demo", clock.now).violated


def test_a_declaration_opens_a_case_only_after_a_person_confirmed_it(context: AppContext, clock: Clock) -> None:
    inquiry = first(context, clock)
    before = violated(context, clock)
    declared = declare_silence(context, inquiry, "张三", date(2026, 2, 1))
    assert declared.declaration
    clock.now += timedelta(hours=1)
    assert violated(context, clock) == before
    filing = context.store.filings.by_key([inquiry.account])[inquiry.account][0]
    with pytest.raises(InvalidStatement, match="另一名"):
        confirm_statement(context, filing, inquiry.account, declared.declaration.evidence, "张三")
    done = confirm_statement(context, filing, inquiry.account, declared.declaration.evidence, "赵老师")
    assert done.known
    assert done.known.knowledge is Knowledge.SILENT
    clock.now += timedelta(hours=1)
    assert violated(context, clock) == before + 1
    case = next(case for case in context.store.cases.all(account=inquiry.account) if case.rule == "inactivity")
    assert "责任单位张三于2026年6月15日声明没有更新，经赵老师确认" in case.reason
    assert waiting(context, account=inquiry.account)[0].state is InquiryState.VERIFIED


def test_a_declaration_taken_back_counts_for_nothing(context: AppContext, clock: Clock) -> None:
    inquiry = first(context, clock)
    evidence = declare_silence(context, inquiry, "张三", None).answers[-1].evidence
    clock.now += timedelta(minutes=5)
    back = withdraw_declaration(context, waiting(context, account=inquiry.account)[0], "张三")
    assert back.state is InquiryState.OPEN
    filing = context.store.filings.by_key([inquiry.account])[inquiry.account][0]
    with pytest.raises(InvalidStatement):
        confirm_statement(context, filing, inquiry.account, evidence, "赵老师")


def test_a_declaration_speaks_of_its_own_account_alone(context: AppContext, clock: Clock) -> None:
    inquiry = first(context, clock)
    declare_silence(context, inquiry, "张三", date(2026, 2, 1))
    states = context.store.observations.states([key_of(f) for f in context.store.filings.all()], clock.now)
    assert [key for key, seen in states.items() if seen.statements] == [inquiry.account]


def test_staff_see_life_alone_and_silence_together(context: AppContext, clock: Clock) -> None:
    one, two = "wechat:gh_000000000001", "wechat:gh_000000000002"
    inquire(context, "demo", clock.now)
    assert staff(context, clock, one, newest=date(2026, 6, 10), url="https://mp.weixin.qq.com/s/x") is Knowledge.ACTIVE
    assert staff(context, clock, two, none_since=date(2026, 1, 5)) is Knowledge.UNKNOWN
    clock.now += timedelta(minutes=1)
    assert staff(context, clock, two, none_since=date(2026, 1, 5)) is Knowledge.UNKNOWN, "the same person again"
    clock.now += timedelta(minutes=1)
    assert staff(context, clock, two, by="王老师", newest=date(2026, 1, 5)) is Knowledge.SILENT
    assert {waiting(context, account=key)[0].state for key in (one, two)} == {InquiryState.VERIFIED}


def test_a_picture_is_kept_and_proves_nothing(context: AppContext, clock: Clock) -> None:
    inquiry = first(context, clock)
    kept = attach_picture(context, inquiry, Picture(PNG), "张三")
    assert (kept.state, kept.answer, kept.waits_for_staff) == (InquiryState.ANSWERED, None, True)
    assert kept.takes_answers, "a link may still follow"
    assert inquire(context, "demo", clock.now + timedelta(days=10)).reminded == 3, "who sent a picture is not reminded"
    assert EvidenceArchive(context.evidence).get(kept.answers[-1].evidence).body == PNG
    with pytest.raises(InvalidStatement, match="不是图片"):
        attach_picture(context, inquiry, Picture(b"MZ\x90"), "张三")
    known = knowledge_now(context, "demo", inquiry.account, clock.now)
    assert known
    assert known.knowledge is Knowledge.UNKNOWN


def test_the_office_hears_of_changes(context: AppContext, clock: Clock) -> None:
    inquiry = first(context, clock)
    with pytest.raises(InvalidStatement, match="姓名"):
        tell_change(context, inquiry, AnswerKind.ENDED, " ", "")
    told = tell_change(context, inquiry, AnswerKind.ENDED, "张三", "已注销")
    assert told.answer
    assert told.answer.kind is AnswerKind.ENDED
    with pytest.raises(InquiryError):
        tell_change(context, told, AnswerKind.FOREIGN, "张三", "")


def test_statements_are_read_again_from_their_bytes(context: AppContext, clock: Clock) -> None:
    staff(
        context,
        clock,
        "wechat:gh_000000000001",
        picture=Picture(PNG),
        newest=date(2026, 6, 10),
        url="https://mp.weixin.qq.com/s/x",
    )
    rows = [row for row in replay_observations(context, EvidenceArchive(context.evidence)) if row["evidence"]]
    assert [row["result"] for row in rows] == ["same"]


@pytest.mark.parametrize(
    "wrong", [{"newest": date(2026, 6, 20)}, {"none_since": date(1999, 1, 1)}, {"by": " ", "newest": date(2026, 6, 1)}]
)
def test_impossible_statements_are_refused(context: AppContext, clock: Clock, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidStatement):
        staff(context, clock, "wechat:gh_000000000001", **({"by": "李老师"} | wrong))


def test_a_link_is_for_one_inquiry(context: AppContext, clock: Clock) -> None:
    inquiry = first(context, clock)
    token = link_of(context, inquiry).rpartition("/")[2]
    claims = read_link_token(context.store.inquiries.signing_key(clock.now), token)
    assert claims
    opened = [other.account for other in waiting(context) if link_opens(claims, other, clock.now)]
    assert opened == [inquiry.account]


def run(capsys: pytest.CaptureFixture[str], context: AppContext, *arguments: str) -> tuple[int, str]:
    data = ["--data", str(context.settings.data), "--now", MONDAY.isoformat()]
    with pytest.raises(SystemExit) as ended:
        main([*data, *arguments])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out + said.err


def test_a_new_key_ends_every_link(capsys: pytest.CaptureFixture[str], context: AppContext, clock: Clock) -> None:
    """A backup that went astray held the key."""
    token = link_of(context, first(context, clock)).rpartition("/")[2]
    code, said = run(capsys, context, "inquiry", "rekey", "--by", "孙运维", "--reason", "备份硬盘丢失")
    assert code == 0
    asked = sum(inquiry.state is InquiryState.OPEN for inquiry in waiting(context))
    assert f"{asked} 项到提醒时换发新链接" in said
    assert read_link_token(context.store.inquiries.signing_key(clock.now), token) is None
    assert [entry.action for entry in context.store.audit.entries()][-1] == "inquiry.rekey"


CONTRACT = {
    "number",
    "school",
    "platform",
    "account",
    "unit",
    "owner_masked",
    "reason",
    "asked_at",
    "due_at",
    "state",
    "answer",
}


def test_what_was_not_looked_at_yet_is_said(capsys: pytest.CaptureFixture[str], context: AppContext) -> None:
    context.store.filings.save([filed(6, "研究生院", "li@example.edu.cn")], by="测试", now=MONDAY)
    _, out = run(capsys, context, "inquiry", "send", "--school", "demo")
    assert "询问 4 个账号" in out
    assert "1 个账号最近 10 天没有查看过公开页面，所以还没有问" in out


def test_the_commands(capsys: pytest.CaptureFixture[str], context: AppContext) -> None:
    code, out = run(capsys, context, "inquiry", "send", "--account", "wechat:gh_000000000001", "--format", "json")
    assert (code, json.loads(out)[0]["asked"]) == (0, 1)
    _, out = run(capsys, context, "inquiry", "list", "--format", "json")
    rows = {row["account"]: row for row in json.loads(out)}
    row = rows["wechat:gh_000000000001"]
    assert set(row) >= CONTRACT
    assert (row["state"], row["owner_masked"], row["answer"]) == ("open", "z***@example.edu.cn", None)
    assert row["asked_at"].endswith("+08:00")
    code, out = run(
        capsys,
        context,
        "observe",
        row["account"],
        "--newest",
        "2026-06-12",
        "--url",
        "https://mp.weixin.qq.com/s/x",
        "--by",
        "李老师",
    )
    assert (code, "在更新" in out) == (0, True)
    _, out = run(capsys, context, "inquiry", "show", row["number"], "--format", "json")
    assert json.loads(out)[0]["state"] == "verified"
    other = rows["wechat:gh_000000000005"]["number"]
    code, out = run(capsys, context, "inquiry", "close", other, "--by", "李老师", "--reason", "账号另行处理")
    assert (code, "已关闭" in out) == (0, True)
    code, out = run(capsys, context, "inquiry", "close", other, "--by", "李老师", "--reason", "再关一次")
    assert (code, "已关闭" in out) == (2, True)
    code, out = run(
        capsys, context, "observe", row["account"], "--none-since", "2026-01-01", "--newest", "2026-06-12", "--by", "甲"
    )
    assert code == 2
    code, out = run(capsys, context, "observe", "wechat:gh_nobody", "--none-since", "2026-01-01", "--by", "甲")
    assert (code, "台账中没有账号" in out, "check --format jsonl" in out) == (2, True, True)
