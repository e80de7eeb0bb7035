"""Inquiries, their letters, their key and the counted coverage, on each kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.coverage import CoverageFigures
from rules.inquiries import AnswerKind, Inquiry, InquiryAnswer, InquiryError, InquiryReason, InquiryState, close
from rules.model import Platform
from storage.inquiries import letter_id
from storage.store import Store
from tests.conftest import NOW

OWNER = "Zhang@Example.edu.cn"


def asked(account: str = "wechat:gh_1") -> Inquiry:
    return Inquiry(
        number="", school="demo", platform=Platform.WECHAT, account=account, title="图书馆", unit="图书馆", owner=OWNER,
        addressee="张三", kind=InquiryReason.UNKNOWN, reason="看不到", asked_at=NOW, due_at=NOW, expires_at=NOW,
    )  # fmt: skip


def test_one_letter_a_mailbox_and_day(store: Store) -> None:
    repository = store.inquiries
    sent = repository.post("demo", OWNER, [asked(), asked("wechat:gh_2")], [], lambda every: f'"{len(every)}"', NOW)
    assert [each.number for each in sent] == ["DEMO-Q-2026-0001", "DEMO-Q-2026-0002"]
    assert repository.mailed_today(OWNER.lower(), NOW)
    assert repository.post("demo", f" {OWNER.lower()}", [asked("wechat:gh_3")], [], lambda every: "", NOW) == []
    assert len(repository.all(school="demo")) == 2
    letter = store.outbox.one(letter_id(OWNER, NOW))
    assert letter
    assert (letter.document, letter.document_type) == ('"2"', "inquiry")
    again = repository.post("demo", OWNER, [asked("wechat:gh_3")], [], lambda every: "", NOW + timedelta(days=1))
    assert [each.number for each in again] == ["DEMO-Q-2026-0003"]


def test_the_newest_of_each_account_and_moves_that_are_refused(store: Store) -> None:
    repository = store.inquiries
    first = repository.file("demo", [asked()], NOW)[0]
    later = repository.file("demo", [replace(asked(), asked_at=NOW + timedelta(days=1))], NOW)[0]
    assert repository.standing("demo") == {"wechat:gh_1": later}
    closed = repository.change(first.number, lambda it: close(it, "李四", "不用", NOW), NOW, "inquiry.close")
    assert repository.one(first.number) == closed
    assert repository.all(states=[InquiryState.CLOSED]) == [closed]
    with pytest.raises(InquiryError):
        repository.change(first.number, lambda it: close(it, "李四", "不用", NOW), NOW, "inquiry.close")
    with pytest.raises(InquiryError, match="没有编号"):
        repository.change("DEMO-Q-2026-9999", lambda it: it, NOW, "inquiry.close")


def test_what_waits_for_somebody_stands_though_the_clock_was_set_back(store: Store) -> None:
    settled = store.inquiries.file("demo", [asked()], NOW)[0]
    store.inquiries.change(settled.number, lambda it: close(it, "李四", "不用", NOW), NOW, "inquiry.close")
    earlier = NOW - timedelta(minutes=6)
    waiting = store.inquiries.file("demo", [replace(asked(), asked_at=earlier)], NOW)[0]
    assert store.inquiries.standing("demo") == {"wechat:gh_1": waiting}
    said = InquiryAnswer(kind=AnswerKind.DECLARED, at=earlier, by="张三", accepted=True)
    declared = store.inquiries.change(
        waiting.number, lambda it: replace(it, state=InquiryState.ANSWERED, answers=(said,)), NOW, "inquiry.answer"
    )
    assert store.inquiries.standing("demo") == {"wechat:gh_1": declared}


def test_the_key_is_made_once(store: Store) -> None:
    key = store.inquiries.signing_key(NOW)
    assert len(key) == 32
    assert store.inquiries.signing_key(NOW + timedelta(days=400)) == key
    store.inquiries.renew_signing_key("备份丢失", NOW)
    newer = store.inquiries.signing_key(NOW)
    assert newer != key
    assert store.inquiries.signing_key(NOW) == newer


def test_coverage_is_replaced_whole(store: Store) -> None:
    store.coverage.save("demo", {Platform.WECHAT: CoverageFigures(accounts=3, active=1, unknown=2)}, NOW)
    newer = {Platform.WEIBO: CoverageFigures(accounts=1, silent=1)}
    store.coverage.save("demo", newer, NOW + timedelta(hours=1))
    kept = store.coverage.all()["demo"]
    assert (kept.at, dict(kept.platforms)) == (NOW + timedelta(hours=1), newer)
    store.coverage.save("demo", {}, NOW)
    assert store.coverage.all() == {}


def test_an_answer_to_a_mail_is_queued_once(store: Store) -> None:
    assert store.outbox.queue("inquiry_reply/1", "inquiry_reply", "demo", "{}", NOW)
    assert not store.outbox.queue("inquiry_reply/1", "inquiry_reply", "demo", "{}", NOW)
