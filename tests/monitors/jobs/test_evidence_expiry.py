"""Evidence expires end to end: job, command, verification, replay, backup, the shared store, several hosts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitors.app_context import AppContext
from monitors.jobs.backup import create_backup
from monitors.jobs.evidence_expiry import carry_out, expire_evidence
from monitors.jobs.evidence_replay import replay_observations
from monitors.jobs.evidence_store import keep_heads, upload_sealed, verify_all
from monitors.jobs.evidence_upkeep import keep_evidence
from monitors.jobs.restore import restore_backup
from monitors.settings import load_settings
from rules.accounts.state import apply_observation
from rules.candidates import Candidate, CandidateKind, CandidateState
from rules.model import Outcome, Platform, SearchHit
from rules.retention import RetentionRule
from storage.evidence import EvidenceArchive, EvidenceError, EvidenceExpired, VerifyStatus
from storage.evidence.chain import Manifest
from storage.evidence.expiry import expire
from storage.store import Store
from tests.conftest import NOW
from tests.support.cli import run
from tests.support.databases import place_database
from tests.support.evidence import page
from tests.support.factories import filing, observed

LATER = NOW + timedelta(days=181)
PERSON = Candidate(
    school="demo", key="weibo:9000000001", platform=Platform.WEIBO, name="示范大学小明", url="https://weibo.com/u/9000000001",
    kind=CandidateKind.SUSPECT, why="名称", personal=True, first_seen_at=NOW, last_seen_at=NOW,
    expires_at=NOW + timedelta(days=180),
)  # fmt: skip


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AppContext]:
    settings = load_settings(data=tmp_path / "data")
    opened = AppContext(settings, Store(place_database(settings.data)), lambda: NOW)
    yield opened
    opened.store.close()


def met(context: AppContext, run_id: str = "discovery-1") -> dict[str, str]:
    """Two searches, one that listed a person and one that an open suspect stands on too; and a page of an account on file."""
    with context.archive() as archive:
        own, both, filed = (archive.append(page(n), request_headers={}, run_id=run_id) for n in range(3))
    waiting = replace(PERSON, key="weibo:9000000002", personal=False, expires_at=None, evidence=(both,))
    context.store.candidates.meet([replace(PERSON, evidence=(own, both)), waiting])
    context.store.filings.save([filing(platform=Platform.WEIBO, account_id="9000000050")], by="测试", now=NOW)
    hit = SearchHit(platform=Platform.WEIBO, name=PERSON.name, account_id="9000000001", url=PERSON.url)
    look = observed(NOW, platform=Platform.WEIBO, outcome=Outcome.OK)
    looks = [
        ("search:weibo:示范", replace(look, results=(hit,), evidence=own)),
        ("search:weibo:大学", replace(look, results=(hit,), evidence=both)),
        ("weibo:9000000050", replace(look, evidence=filed)),
    ]
    context.store.observations.record(run_id, looks, apply_observation)
    keep_heads(context)
    return {"own": own, "both": both, "filed": filed}


def verified(context: AppContext) -> VerifyStatus:
    return verify_all(context.settings, context.store.chain_heads.all(), {}).status


def test_the_command_says_first_and_then_does(context: AppContext, capsys: pytest.CaptureFixture[str]) -> None:
    ids = met(context)
    data, later = f"--data={context.settings.data}", f"--now={LATER.isoformat()}"
    code, out, _ = run(capsys, data, later, "evidence", "expire", "--dry-run")
    assert code == 0
    assert "将删除保存期满的个人疑似账号 1 个" in out
    assert "个人账号的资料保存期满：将销毁存证 1 份。" in out
    assert "引用而保留：1 份" in out
    assert context.store.candidates.one("demo", PERSON.key), "only said"
    assert context.archive().get(ids["own"]).url
    code, out, _ = run(capsys, data, later, "evidence", "expire", "--format", "json")
    told = json.loads(out)
    told = told[0] if isinstance(told, list) else told
    assert (code, told["expired"], told["cited"], told["candidates"]) == (0, {"personal": 1}, 1, 1)
    with pytest.raises(EvidenceExpired):
        context.archive().get(ids["own"])
    assert context.archive().get(ids["both"]).url, "an open suspect stands on it"
    code, out, _ = run(capsys, data, later, "evidence", "verify")
    assert (code, "核验一致" in out, "1 份存证已按规定到期销毁" in out) == (0, True, True)
    code, out, _ = run(capsys, data, later, "evidence", "replay")
    assert "无法核验（已按规定到期销毁） 1" in out
    code, out, _ = run(capsys, data, later, "evidence", "replay", "--findings")
    assert "1 次的页面无法核验（已按规定到期销毁）" in out
    code, out, _ = run(capsys, data, later, "evidence", "expire")
    assert "没有到期需要销毁的存证。" in out
    kept = context.store.retention.all()
    assert {id: row.rule for id, row in kept.items() if row.expired_at} == {ids["own"]: RetentionRule.PERSONAL}
    database = b"".join(path.read_bytes() for path in context.settings.data.glob("*.db"))
    looks = str([look for _, look, _ in context.store.observations.checked(LATER)])
    assert database
    assert looks.count(PERSON.name) == 1, "in the search that an open suspect stands on"


def test_what_was_kept_goes_once_nothing_stands_on_it(context: AppContext) -> None:
    ids = met(context)
    context.clock = lambda: LATER
    expire_evidence(context)
    open_one = context.store.candidates.one("demo", "weibo:9000000002")
    assert open_one
    gone = replace(open_one, state=CandidateState.EXCLUDED, decided_at=NOW, decided_by="李老师", decision_reason="无关")
    context.store.candidates.save(gone, known=open_one)
    context.clock = lambda: NOW + timedelta(days=366)
    report = expire_evidence(context)
    assert {tombstone.evidence for tombstone in report.found.done} == {ids["both"]}
    assert verified(context) is VerifyStatus.VERIFIED
    kept = context.store.candidates.one("demo", "weibo:9000000002")
    assert kept
    assert (kept.state, kept.evidence) == (CandidateState.EXCLUDED, ())
    assert kept.evidence_expired_at == context.clock()


def test_a_start_finishes_what_a_kill_left(context: AppContext) -> None:
    ids = met(context)
    context.store.retention.collect(LATER, context.settings.retention)
    context.store.retention.clear(LATER)
    (tombstone,) = expire(context.evidence, {ids["own"]: ("personal", "到期")}, LATER, dry=True).done
    Manifest(context.evidence).add(tombstone.link())
    assert verified(context) is VerifyStatus.FAILED
    asyncio.run(keep_evidence(context))
    assert verified(context) is VerifyStatus.VERIFIED
    assert context.store.retention.pending(cleared=True) == {}


def test_a_tombstone_that_no_row_knows_is_a_forgery(context: AppContext, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever writes files alone lets evidence of an account on file expire as a rule would."""
    ids = met(context)
    expire(context.evidence, {ids["filed"]: ("personal", "到期")}, NOW)
    assert verified(context) is VerifyStatus.VERIFIED, "the archive and the heads miss nothing"
    code, out, _ = run(capsys, f"--data={context.settings.data}", "evidence", "verify")
    assert (code, "核验不一致" in out, ids["filed"] in out) == (1, True, True)
    rows = {row["evidence"]: row for row in replay_observations(context, context.archive())}
    assert rows[ids["filed"]]["result"] == "missing"
    assert "数据库没有记录" in rows[ids["filed"]]["reason"]


def test_a_backup_and_what_was_restored_from_it(context: AppContext, tmp_path: Path) -> None:
    """A backup made before holds what expired since, hard links or not; restored, it is over there as well."""
    ids = met(context)
    create_backup(context.settings, tmp_path / "before", NOW, link=True)
    context.clock = lambda: LATER
    expire_evidence(context)
    create_backup(context.settings, tmp_path / "after", LATER)
    for name, there in (("before", True), ("after", False)):
        restore_backup(tmp_path / name, tmp_path / f"{name}-again")
        archive = EvidenceArchive(tmp_path / f"{name}-again" / "evidence")
        assert archive.verify().status is VerifyStatus.VERIFIED
        assert (ids["own"] in dict(archive.pages())) == there


def test_each_host_destroys_its_own_and_the_shared_copy_follows(tmp_path: Path) -> None:
    """The job runs on one host; the other hears of it from the database, and both copies in the store are replaced."""
    store = Store(place_database(tmp_path))
    one, two = (
        AppContext(load_settings(data=tmp_path / name, evidence_store=str(tmp_path / "store")), store, lambda: LATER)
        for name in ("one", "two")
    )
    ids = met(two)
    for host in (one, two):
        with host.archive() as archive:
            archive.append(page(70), run_id="r")
        upload_sealed(host)
    assert one.archive().get(ids["own"]).url == page(0).url
    report = expire_evidence(one)
    assert (report.found.done, report.found.elsewhere) == ([], {ids["own"]})
    assert [len(carry_out(host).done) for host in (two, one)] == [1, 0]
    for host in (one, two):
        with pytest.raises(EvidenceExpired):
            host.archive().get(ids["own"])
    checked = verify_all(one.settings, store.chain_heads.all(), {})
    assert (checked.status, checked.expired) == (VerifyStatus.VERIFIED, {ids["own"]}), str(checked)
    held = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())
    assert page(0).url.encode() + b'"' not in held
    with pytest.raises(EvidenceError):
        one.archive().get(ids["own"].replace("discovery", "nobody"))
    store.close()
