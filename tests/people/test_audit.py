"""The audit log: who, what, when, from where, before and after; nothing changes it unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rules.candidate_decisions import decide_candidate
from rules.candidates import Candidate, CandidateKind, CandidateState
from rules.model import Filing, Platform
from rules.people import User, grants_of
from storage.audit import Actor, acting
from storage.store import Store
from tests.conftest import NOW

ME = Actor("zhang", "198.51.100.7")
PERSON = User(name="li", display="李四", grants=grants_of(["reader"]))


def three(store: Store) -> None:
    with acting(ME):
        for n in range(3):
            store.audit.add("sweep.start", f"weibo{n}", now=NOW + timedelta(minutes=n))


def test_who_what_when_where_before_after(store: Store) -> None:
    store.users.add(PERSON, password="", now=NOW)
    with acting(ME):
        store.users.change(replace(PERSON, post="部长"), now=NOW)
    (entry,) = store.audit.search()
    assert (entry.user, entry.address, entry.at) == ("zhang", "198.51.100.7", NOW)
    assert (entry.action, entry.subject) == ("user.change", "li")
    assert (entry.before, entry.after) == ({"post": ""}, {"post": "部长"})


def test_nothing_is_entered_where_no_person_acts(store: Store) -> None:
    """The program's own work has its own records."""
    store.users.add(PERSON, password="", now=NOW)
    store.platform_state.switch("weibo", by="系统", reason="测试", now=NOW, enabled=False)
    assert store.audit.count() == 0


def test_every_kind_of_change_leaves_a_line(store: Store) -> None:
    """Entered where the row is written, so that no page and no command can forget it."""
    filing = Filing(
        id="a1", school="demo", platform=Platform.WEIBO, name="图书馆", account_id="1", phones=("13800138000",)
    )
    candidate = Candidate(
        school="demo", key="weibo:9", platform=Platform.WEIBO, name="某号", url="", kind=CandidateKind.SUSPECT,
        why="名称", first_seen_at=NOW, last_seen_at=NOW,
    )  # fmt: skip
    store.candidates.meet([candidate])
    with acting(ME):
        store.filings.save([filing], by="张三", now=NOW)
        store.filings.save([replace(filing, name="图书馆之声")], by="张三", now=NOW)
        store.filings.save([replace(filing, id=f"b{n}") for n in range(3)], by="张三", now=NOW)
        store.filings.remove("demo", ["a1"], by="张三", now=NOW)
        store.candidates.save(
            decide_candidate(candidate, CandidateState.CONFIRMED, by="张三", reason="", now=NOW),
            expected=CandidateState.WAITING,
        )
        store.platform_state.switch("weibo", by="张三", reason="核对过", now=NOW, enabled=False)
    found = {entry.action: entry for entry in store.audit.entries()}
    assert list(found) == [
        "filing.add", "filing.change", "filing.import", "filing.remove", "suspect.confirmed", "platform.switch",
    ]  # fmt: skip
    assert (found["filing.change"].before, found["filing.change"].after) == ({"name": "图书馆"}, {"name": "图书馆之声"})
    assert found["filing.import"].after == {"added": 3, "changed": 0}
    assert found["suspect.confirmed"].after["decided_by"] == "张三"
    assert found["platform.switch"].after["reason"] == "核对过"
    assert store.audit.verify() == (6, "")


def test_the_database_itself_refuses_changes(store: Store) -> None:
    three(store)
    for statement in ("UPDATE audit_entry SET subject = 'x'", "DELETE FROM audit_entry WHERE seq = 2"):
        with pytest.raises(DBAPIError, match="append-only"), store.database.engine.begin() as tx:
            tx.execute(text(statement))
    assert store.audit.verify() == (3, "")


@pytest.mark.parametrize(
    ("statement", "whole", "fault"),
    [
        ("UPDATE audit_entry SET subject = 'weibo9' WHERE seq = 2", 1, "第 2 条"),
        ("UPDATE audit_entry SET \"user\" = 'li' WHERE seq = 1", 0, "第 1 条"),
        ("UPDATE audit_entry SET address = '' WHERE seq = 3", 2, "第 3 条"),
        ('UPDATE audit_entry SET document = \'{"before": {}, "after": {"x": 1}}\' WHERE seq = 2', 1, "第 2 条"),
        ("DELETE FROM audit_entry WHERE seq = 1", 0, "第 1 条操作记录缺失"),
        ("DELETE FROM audit_entry WHERE seq = 2", 1, "第 2 条操作记录缺失"),
    ],
)
def test_whoever_changes_it_all_the_same_is_found(store: Store, statement: str, whole: int, fault: str) -> None:
    """With the triggers gone, as somebody with the whole database in hand would do it."""
    three(store)
    with store.database.engine.begin() as tx:
        if store.database.sqlite:
            tx.execute(text("DROP TRIGGER audit_entry_no_update"))
            tx.execute(text("DROP TRIGGER audit_entry_no_delete"))
        else:
            tx.execute(text("DROP TRIGGER audit_entry_append_only ON audit_entry"))
        tx.execute(text(statement))
    found = store.audit.verify()
    assert found[0] == whole
    assert fault in found[1]


def test_search(store: Store) -> None:
    three(store)
    with acting(Actor("li")):
        store.audit.add("audit.export", "操作记录", now=NOW, school="demo")
    assert [entry.subject for entry in store.audit.search(words="zhang weibo1")] == ["weibo1"]
    assert [entry.user for entry in store.audit.search(action="audit.export")] == ["li"]
    assert store.audit.search(words="100%") == []
    assert store.audit.count(schools=frozenset({"demo"})) == 1
    assert [entry.seq for entry in store.audit.search(before=3, limit=1)] == [2]
