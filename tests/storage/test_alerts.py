"""Alerts, mutes and the figures of the work, on each kind of database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rules.accounts.state import apply_observation
from rules.model import Filing, Observation, Outcome, Platform
from rules.visit_schedule import VisitReason
from storage.alerts import AGAIN, PAUSE, AlertCondition, Mute
from storage.filings import key_of
from storage.notices import DIGEST, OutboxEntry
from storage.store import Store
from tests.conftest import NOW

GONE = AlertCondition("gone:a", "alert", "bit", "注销", "甲已注销", "/accounts/a")
FILING = Filing(id="F-1", school="bit", platform=Platform.WEIBO, name="图书馆", account_id="9000000002", unit="图书馆")


def _entry(school: str, some: Sequence[AlertCondition]) -> OutboxEntry:
    keys = "+".join(one.key for one in some)
    return OutboxEntry(id=f"{school}/{keys}", number=keys, case_number="", document=DIGEST, body="{}")


def test_a_condition_is_told_once_and_its_message_is_queued_with_its_mark(store: Store) -> None:
    assert store.alerts.hold([GONE], NOW) == 1
    assert store.alerts.tell("alert", NOW, _entry) == 1
    assert store.alerts.hold([GONE], NOW) == 0
    assert store.alerts.tell("alert", NOW + PAUSE * 2, _entry) == 0
    assert [row.number for row in store.outbox.all()] == ["gone:a"]
    store.alerts.hold([], NOW + timedelta(hours=1))
    assert store.alerts.hold([GONE], NOW + timedelta(hours=2)) == 0
    store.alerts.hold([], NOW + timedelta(hours=3))
    assert store.alerts.hold([GONE], NOW + timedelta(hours=4) + AGAIN) == 1


def test_one_that_ended_before_it_was_told_is_not_told(store: Store) -> None:
    store.alerts.hold([GONE], NOW)
    store.alerts.hold([], NOW + timedelta(minutes=5))
    assert store.alerts.tell("alert", NOW + timedelta(minutes=6), _entry) == 0


def test_mutes_end(store: Store) -> None:
    store.alerts.mute(Mute("a@b.cn", "", NOW + timedelta(days=1), "张三"), NOW)
    store.alerts.mute(Mute("a@b.cn", "", NOW + timedelta(days=2), "张三"), NOW)
    assert [mute.until for mute in store.alerts.mutes(NOW)] == [NOW + timedelta(days=2)]
    assert store.alerts.mutes(NOW + timedelta(days=3)) == []
    assert store.alerts.unmute("a@b.cn", "")
    assert not store.alerts.unmute("a@b.cn", "")


def test_figures_of_the_work(store: Store) -> None:
    figures = store.operations_figures
    assert (figures.newest_observation(), figures.oldest_waiting_notice(), figures.last_deliveries()) == (0, None, {})
    store.filings.save([FILING], by="测试", now=NOW)
    for minute, reason in enumerate(("captcha: 验证", "captcha: 滑块", "一句话")):
        seen = Observation(
            platform=Platform.WEIBO, source="home", url="https://weibo.com/u/9000000002", outcome=Outcome.BLOCKED,
            observed_at=NOW + timedelta(minutes=minute), reason=reason,
        )  # fmt: skip
        store.observations.record(f"r{minute}", [(key_of(FILING), seen)], apply_observation)
    newest, reasons = figures.reasons_after(0)
    assert reasons == {("weibo", "captcha"): 2, ("weibo", "other"): 1}
    assert figures.reasons_after(newest) == (newest, {})
    store.observations.schedule_visits([(key_of(FILING), NOW, VisitReason.RETRY)])
    assert figures.oldest_due_visits(NOW + timedelta(hours=1)) == {"weibo": NOW}
    assert figures.oldest_due_visits(NOW - timedelta(hours=1)) == {}
    assert [row[:3] for row in figures.account_times()] == [("bit", "weibo", key_of(FILING))]
    assert store.outbox.queue_page("bit/x", "x", "bit", "{}", NOW)
    assert not store.outbox.queue_page("bit/x", "x", "bit", "{}", NOW)
    assert figures.oldest_waiting_notice() == NOW
    assert store.notice_lists.papers_between("bit", NOW - timedelta(days=1), NOW) == []
