"""Discovery on the demo campus, by the children and readers of the product: the right ones found, nobody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.discovery.plan import REST, SearchOutcome
from monitors.app_context import AppContext
from monitors.demo.activity import ExpectedState
from monitors.jobs.discovery.discover import discover
from monitors.settings import load_settings
from rules.candidates import CandidateKind, CandidateState, clones_first
from rules.model import Platform
from rules.names import NameVerdict
from rules.retention import PERSONAL_KEPT
from storage.evidence import EvidenceArchive
from storage.store import Store
from tests.conftest import NOW
from tests.support.discovery import Run

pytestmark = [pytest.mark.xdist_group("discovery"), pytest.mark.timeout(300)]
CLONE, LAB = "website:shifan-edu.example.net", "website:lab42.shifan.example"


def wanted(run: Run) -> set[str]:
    """Unfiled accounts that a person must hear of: those the name matcher sees, and the website its host tells."""
    from monitors.jobs.discovery.candidates import hunt_of

    matcher = hunt_of(run.context).matcher
    bad = [a for a in run.campus.actors if a.unfiled and a.say is ExpectedState.UNFILED]
    assert len(bad) >= 15
    return {a.key for a in bad if matcher.screen(a.name).verdict is not NameVerdict.CLEAR}


def test_every_suspect_is_found_and_no_innocent(run: Run) -> None:
    found = {candidate.key for candidate in run.report.candidates}
    assert run.report.errors == []
    assert wanted(run) == found, "nobody missed, nobody accused"
    assert run.report.new == run.report.waiting == len(found)


def test_each_says_why_with_evidence_that_holds_it(run: Run) -> None:
    archive = EvidenceArchive(run.context.evidence)
    for candidate in run.report.candidates:
        assert candidate.why
        assert candidate.url.startswith("http")
        assert candidate.first_seen_at == candidate.last_seen_at == NOW
        (evidence,) = candidate.evidence
        stored = archive.get(evidence)
        assert candidate.platform is Platform.WEBSITE or candidate.name.encode() in stored.body or b"\\u" in stored.body


def test_personal_accounts_carry_little_and_expire(run: Run) -> None:
    personal = [candidate for candidate in run.report.candidates if candidate.personal]
    assert {"weibo:9000000101", "app:9990000101", "wechat:gh_0000000000c1"} <= {c.key for c in personal}
    assert all(c.expires_at == NOW + PERSONAL_KEPT and not c.verified_body for c in personal)
    others = [candidate for candidate in run.report.candidates if not candidate.personal]
    assert all(c.expires_at is None for c in others)


def test_what_a_verified_body_of_the_school_says(run: Run) -> None:
    kinds = {candidate.key: candidate.kind for candidate in run.report.candidates}
    assert kinds["wechat:gh_0000000000c4"] is CandidateKind.UNFILED
    assert kinds["weibo:9000000104"] is CandidateKind.UNFILED
    assert kinds["wechat:gh_0000000000c3"] is CandidateKind.SUSPECT, "a firm is not the school"


def test_the_host_decides_and_a_copied_footer_proves_nothing(run: Run) -> None:
    sites = {c.key: c for c in run.report.candidates if c.platform is Platform.WEBSITE}
    assert set(sites) == {CLONE, LAB}, "the tea firm uses the same template and the same footer"
    assert "仿冒" in sites[CLONE].why
    assert sites[CLONE].kind is CandidateKind.CLONE
    assert sites[LAB].kind is CandidateKind.UNFILED
    assert "shifan.example" in sites[LAB].why


def test_searches_leave_no_account_state(run: Run) -> None:
    keys = [*(c.key for c in run.report.candidates), "search:weibo:示范大学"]
    assert run.context.store.observations.states(keys, NOW) == {}
    assert run.context.store.observations.history("search:weibo:示范大学")


def test_a_second_run_goes_on_where_the_first_stopped(run: Run) -> None:
    log = run.context.store.candidates.searched("demo")
    first = {place for place in log if place[0] == "weibo"}
    before = run.context.store.candidates.all("demo")
    again = asyncio.run(discover(run.context, platforms=["weibo"]))
    second = {place for place in run.context.store.candidates.searched("demo") if place[0] == "weibo"} - first
    assert again.new == 0
    assert len(second) == sum(again.asked.values()) > 0
    assert {c.key for c in run.context.store.candidates.all("demo")} == {c.key for c in before}


def test_the_recording_shows_the_same_again(run: Run, tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, demo=True)
    context = AppContext(settings, Store(settings.database), lambda: NOW)
    context.store.filings.save(run.context.store.filings.all("demo"), by="测试", now=NOW)
    report = asyncio.run(discover(context, replay=str(run.context.evidence)))
    found = {candidate.key for candidate in report.candidates}
    assert found | {CLONE} == {candidate.key for candidate in run.report.candidates}
    assert context.store.candidates.searched("demo") == {}, "a replay is not a search"
    context.store.close()


def test_a_blocked_search_is_blocked(small: Run) -> None:
    report = asyncio.run(discover(small.context, platforms=["wechat"]))
    assert report.candidates == []
    assert {row.search for row in report.blocked} == {"搜狗微信搜索"}
    assert SearchOutcome.NOTHING not in report.asked
    assert SearchOutcome.FOUND not in report.asked
    log = small.context.store.candidates.searched("demo")
    assert {told.outcome for told in log.values()} == {SearchOutcome.BLOCKED}
    small.campus.patience = 1000
    resting = asyncio.run(discover(small.context, platforms=["wechat"]))
    assert resting.asked == {}
    assert resting.resting
    small.context.clock = lambda: NOW + REST + timedelta(hours=5)
    later = asyncio.run(discover(small.context, platforms=["wechat"]))
    assert "wechat:gh_0000000000c1" in {candidate.key for candidate in later.candidates}


def test_a_platform_that_rests_is_left_alone(small: Run) -> None:
    small.context.settings = small.context.settings.model_copy(update={"demo": False})
    small.context.policies = {"demo": small.context.policies["demo"].model_copy(update={"demonstration": False})}
    small.context.store.platform_state.set("weibo", paused_until=NOW + timedelta(hours=1))
    report = asyncio.run(discover(small.context, platforms=["weibo"]))
    assert report.asked == {}
    assert list(report.resting) == ["微博"]


def test_no_home_page_no_comparison(small: Run) -> None:
    report = asyncio.run(discover(small.context, platforms=["website"], resolve=lambda host: host.endswith(".net")))
    kinds = {candidate.key: candidate for candidate in report.candidates}
    assert any("仿冒" in note for note in report.notes)
    assert kinds[CLONE].kind is CandidateKind.SUSPECT, "its name is enough"
    assert "仿冒" not in kinds[CLONE].why


def test_a_suspect_that_was_filed_since_waits_no_more(small: Run) -> None:
    asyncio.run(discover(small.context, platforms=["weibo"]))
    waiting = small.context.store.candidates.one("demo", "weibo:9000000104")
    assert waiting
    filing = replace(
        small.context.store.filings.all("demo")[0], id="NEW-1", platform=Platform.WEIBO, account_id="9000000104",
        url="", name=waiting.name,
    )  # fmt: skip
    small.context.store.filings.save([filing], by="测试", now=NOW)
    report = asyncio.run(discover(small.context, platforms=["weibo"]))
    known = small.context.store.candidates.one("demo", "weibo:9000000104")
    assert report.filed == 1
    assert known
    assert known.state is CandidateState.FILED


def test_a_copy_of_the_own_site_comes_first(run: Run) -> None:
    found = clones_first(sorted(run.report.candidates, key=lambda candidate: candidate.key == CLONE))
    assert found[0].key == CLONE
    assert found[0].kind.label == "疑似仿冒网站"
    assert not found[0].suspicion().own_body, "confirmed, it is a use of the name by somebody else"
