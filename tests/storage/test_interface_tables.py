"""Tokens, scans and keyset pages on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from rules.candidates import Candidate, CandidateKind
from rules.model import Filing, Platform
from rules.people import User, View, grants_of
from storage.api_tokens import ApiToken
from storage.keyset_pages import Key
from storage.scans import ScanRecord, ScanState
from storage.store import Store
from tests.conftest import NOW

EVERYTHING = View(None)


def test_pages_go_on_after_the_last_key_whatever_was_added_or_taken_away(store: Store) -> None:
    """No row twice and none left out that stayed, though the register changes between two pages."""
    filings = [
        Filing(id=f"{n:02}", school=f"s{n % 2}", platform=Platform.OTHER, name=f"账号{n}", unit=f"单位{n % 3}")
        for n in range(20)
    ]
    store.filings.save(filings, by="测试", now=NOW)
    pages = store.keyset_pages
    first = pages.accounts(EVERYTHING, (), 7)
    assert first.next == (first.rows[-1].filing.school, first.rows[-1].filing.id)
    store.filings.remove("s0", ["00"], by="测试", now=NOW)
    store.filings.save([Filing(id="99", school="s1", platform=Platform.OTHER, name="新账号")], by="测试", now=NOW)
    found = [line.filing.id for line in first.rows]
    key: Key | None = first.next
    while key:
        page = pages.accounts(EVERYTHING, key, 7)
        found += [line.filing.id for line in page.rows]
        key = page.next
    assert sorted(found) == sorted({f.id for f in filings} | {"99"})
    own = View(frozenset(), frozenset({("s0", "单位1")}))
    assert {(line.filing.school, line.filing.unit) for line in pages.accounts(own, (), 50).rows} == {("s0", "单位1")}
    assert pages.cases(own, (), 5).rows == []
    assert pages.notices(EVERYTHING, (), 5, school="s0", state="sent").next is None


def suspect(school: str, number: int) -> Candidate:
    return Candidate(
        school=school,
        key=f"weibo:{number}",
        platform=Platform.WEIBO,
        name="某",
        url="",
        kind=CandidateKind.SUSPECT,
        why="x",
        first_seen_at=NOW,
        last_seen_at=NOW,
    )


def test_candidates_are_the_school_s(store: Store) -> None:
    store.candidates.meet([suspect(school, n) for school in ("s0", "s1") for n in range(3)])
    page = store.keyset_pages.candidates(View(frozenset({"s1"})), (), 2)
    assert [(found.school, found.key) for found in page.rows] == [("s1", "weibo:0"), ("s1", "weibo:1")]
    assert page.next == ("s1", "weibo:1")
    rest = store.keyset_pages.candidates(View(frozenset({"s1"})), page.next, 2)
    assert ([found.key for found in rest.rows], rest.next) == (["weibo:2"], None)


def test_a_token_says_when_it_was_used_and_works_until_it_ends(store: Store) -> None:
    store.users.add(User(name="li", display="李", grants=grants_of(["reader"])), password="", now=NOW)
    token = ApiToken(
        id="ab12",
        user="li",
        label="平台",
        scopes=("cases", "accounts"),
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    store.api_tokens.add(token, "xj_secret")
    found = store.api_tokens.find("xj_secret", NOW)
    assert found
    assert (found[0].scopes, found[1].name) == (("cases", "accounts"), "li")
    assert store.api_tokens.of("li")[0].used_at == NOW
    store.api_tokens.find("xj_secret", NOW + timedelta(minutes=2))
    assert store.api_tokens.all()[0].used_at == NOW, "not every request is a write"
    assert store.api_tokens.find("xj_secret", NOW + timedelta(days=1)) is None
    assert not store.api_tokens.revoke("ab12", now=NOW, user="wang")
    assert store.api_tokens.revoke("ab12", now=NOW, user="li")
    assert store.api_tokens.find("xj_secret", NOW) is None


def test_a_scan_is_begun_once_and_ends(store: Store) -> None:
    one = ScanRecord(id="a", target="https://x.example/", user="li", display="李", school="s0", started_at=NOW)
    assert store.scans.start(one) == "a"
    again = ScanRecord(id="b", target="https://x.example/", user="li", display="李", school="s0", started_at=NOW)
    assert store.scans.start(again) == "a", "the same is running"
    store.scans.advance("a", ScanState.LOOKING)
    assert store.scans.state("a") is ScanState.LOOKING
    store.scans.finish("a", ScanState.DONE, now=NOW, said="已备案账号", tone="plain", document="{}")
    assert store.scans.start(again) == "b", "what ended can be asked again"
    assert store.scans.mark_lost(NOW) == 0, "it waits on a queue"
    store.scans.heartbeat("b")
    assert store.scans.mark_lost(NOW, waiting=True) == 0, "it lives, on whatever host"
    assert store.scans.mark_lost(NOW, silent_seconds=-1.0) == 1
    store.scans.heartbeat("b")
    assert store.scans.state("b") is ScanState.LOOKING, "it only slept"
    assert store.scans.mark_lost(NOW, silent_seconds=-1.0) == 1
    store.scans.heartbeat("a")
    found = store.scans.one("a")
    assert found
    assert (found.state, found.document) == (ScanState.DONE, "{}")
    assert [scan.id for scan in store.scans.recent(View(frozenset({"s1"})), "wang")] == []
    assert {scan.id for scan in store.scans.recent(View(frozenset({"s0"})), "wang")} == {"a", "b"}
    assert store.scans.delete_before(NOW + timedelta(seconds=1)) == 2
    assert store.scans.one("a") is None
