"""The whole path on the demo campus: pages → observations → findings → cases → notices → digest, nobody wrongly accused."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.fetch.egress import EgressDenied
from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.demo.activity import ExpectedState
from monitors.demo.register import EXPECTED
from monitors.jobs import case_actions, letters
from monitors.jobs.check import check, findings_of
from monitors.jobs.delivery import deliver
from monitors.jobs.digest import make_digest, queue_digest
from monitors.jobs.evidence_replay import replay_observations
from monitors.jobs.scan.scan import FOUND, NOTHING, UNSEEN, scan
from rules.accounts.pasted_target import InvalidTarget
from rules.cases.case import CaseError, EventKind
from rules.model import Outcome, Verdict
from rules.people import RoleGrant, grants_of
from storage.account_filter import AccountFilter
from storage.evidence import EvidenceArchive, VerifyStatus, verify
from storage.notices import NoticeState
from tests.support.console import HASHED, PEOPLE, Browser, client_of
from tests.support.gbt9704 import check as departures
from tests.support.plain_words import foreign_words

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(300)]


def test_every_account_is_seen_as_it_is(demo_world: AppContext) -> None:
    now = demo_world.clock()
    seen = demo_world.store.observations.states(list(EXPECTED), now)
    wrong: list[tuple[object, ...]] = []
    for key, truth in EXPECTED.items():
        known = seen.get(key)
        if (
            truth.judgement in (ExpectedState.LIVE, ExpectedState.SILENT)
            and known
            and known.last_post_at
            and truth.silent_days
        ):
            days = (now - known.last_post_at).total_seconds() / 86400
            if abs(days - truth.silent_days) > 1.1:
                wrong.append((key, truth.silent_days, days))
        if truth.outcome in (Outcome.GONE, Outcome.MOVED, Outcome.EMPTY) and (
            known is None or known.outcome != truth.outcome
        ):
            wrong.append((key, truth.outcome, known and known.outcome))
    assert wrong == []


def test_only_the_silent_are_found_silent(demo_world: AppContext) -> None:
    found = [f for f in findings_of(demo_world, "demo", demo_world.clock()) if f.rule == "inactivity"]
    accused = {f.account for f in found if f.verdict is Verdict.VIOLATED}
    unmoving = (
        ExpectedState.SILENT,
        ExpectedState.EMPTY,
    )  # one filed years ago that never posted is as silent as can be
    silent = {key for key, truth in EXPECTED.items() if truth.judgement in unmoving}
    assert accused, "a demo without a silent account shows nothing"
    assert accused <= silent
    assert all(f.evidence for f in found if f.verdict is Verdict.VIOLATED)


def test_checking_again_changes_nothing(demo_world: AppContext) -> None:
    now = demo_world.clock()
    check(demo_world, "demo", now)
    before = [(case.number, case.state, case.steps) for case in demo_world.store.cases.all("demo")]
    again = check(demo_world, "demo", now)
    assert (again.opened, again.issued, again.drafts) == (0, 0, 0)
    assert [(case.number, case.state, case.steps) for case in demo_world.store.cases.all("demo")] == before


def test_case_numbers_have_no_gaps(demo_world: AppContext) -> None:
    numbers = sorted(int(case.number.rsplit("-", 1)[1]) for case in demo_world.store.cases.all("demo"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_letter_lies_in_every_state_moved_by_a_person(demo_world: AppContext) -> None:
    rows = [row for row in demo_world.store.outbox.all(school="demo") if row.case_number]
    on_show = {NoticeState.DRAFT, NoticeState.SENT, NoticeState.TO_PRINT, NoticeState.DELIVERED, NoticeState.STOPPED}
    assert on_show <= {row.state for row in rows}
    for row in rows:
        if row.number:
            events = demo_world.store.cases.events(row.case_number)
            signed = [event for event in events if event.kind is EventKind.APPROVED and event.data.notice == row.id]
            assert [event.by for event in signed] == ["签批人（演示）"], "nothing numbered leaves by itself"
    assert {row.document_type for row in rows if not row.number and row.state is not NoticeState.DRAFT} <= {"reminder"}


def test_notices_are_delivered_once_and_look_like_documents(demo_world: AppContext) -> None:
    deliver(demo_world, demo_world.clock())
    documents = list((demo_world.settings.data / "outbox").rglob("*.docx"))
    left = (NoticeState.SENT, NoticeState.TO_PRINT, NoticeState.DELIVERED)
    rows = [row for row in demo_world.store.outbox.all(school="demo") if row.case_number and row.state in left]
    assert len(documents) == len(rows) > 0
    numbered = next(path for path in documents if "整〔" in path.name)
    assert departures(numbered) == []
    assert not set('<>:"/\\|?*%.') & set(numbered.parent.name), "a folder that Windows can hold"
    stamps = {path: path.stat().st_mtime_ns for path in documents}
    assert deliver(demo_world, demo_world.clock()).claimed == 0
    assert {path: path.stat().st_mtime_ns for path in documents} == stamps


def test_public_steps_wait_for_a_named_person(demo_world: AppContext) -> None:
    delivered = next(
        c for c in demo_world.store.cases.all("demo") if c.issued_steps and c.issued_steps[-1].delivered_at
    )
    with pytest.raises(CaseError, match="没有待签发"):
        letters.draft_of(demo_world, delivered.number)
    waiting = delivered.pending_step
    assert waiting is None or (waiting.document.value, waiting.approved_by) == ("public_notice", ""), "none in advance"


def test_appeal_stops_the_clock_and_withdrawal_tells_everyone(demo_world: AppContext) -> None:
    case = next(
        c for c in demo_world.store.cases.all("demo") if any(r.sent_at for r in c.issued_steps) and not c.appeals
    )
    case_actions.appeal(demo_world, case.number, by="赵示例", reason="已在另一栏目更新")
    with pytest.raises(CaseError):
        case_actions.appeal(demo_world, case.number, by="赵示例", reason="再说一次")
    ended = case_actions.decide(demo_world, case.number, by="王部长", upheld=True, reason="情况属实")
    assert ended.state.is_final
    kinds = {row.document_type for row in demo_world.store.outbox.all(case=case.number)}
    assert {case.issued_steps[0].document.value, "appeal_decision", "correction"} <= kinds


def test_the_digest_is_made_kept_and_queued_once(demo_world: AppContext) -> None:
    now = demo_world.clock()
    made = make_digest(demo_world, "demo", now.date(), now)
    kept = demo_world.store.digests.get("demo", now.date())
    assert kept
    assert "演示" in kept.text
    assert made.sections
    assert queue_digest(demo_world, "demo", now.date(), now)
    assert not queue_digest(demo_world, "demo", now.date(), now)


def test_the_evidence_is_whole_and_says_the_same_again(demo_world: AppContext) -> None:
    report = verify(demo_world.evidence)
    assert report.status is VerifyStatus.VERIFIED, str(report)
    rows = list(replay_observations(demo_world, EvidenceArchive(demo_world.evidence)))
    different = [row for row in rows if row["result"] != "same"]
    assert len(rows) > 100
    assert different == []


@pytest.mark.parametrize(
    ("target", "exit_code"),
    [
        ("https://news.shifan.example/", NOTHING),
        ("看看这个【示大团委】https://weibo.com/u/9000000003 ，很久没更新了", FOUND),
        ("https://marx.shifan.example/", UNSEEN),
        ("示范大学表白墙", FOUND),
        ("河北理工大学", NOTHING),
    ],
)
def test_scan(demo_world: AppContext, target: str, exit_code: int) -> None:
    report = asyncio.run(scan(demo_world, target))
    assert report.exit == exit_code, report
    assert Path(report.report).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert Path(report.report_pdf).read_bytes().startswith(b"%PDF")
    assert json.loads(json.dumps(report.as_dict()))["exit"] == exit_code


def test_scan_refuses_what_is_unsafe(demo_world: AppContext) -> None:
    for target in ("http://127.0.0.1:9/", "http://169.254.169.254/latest", "javascript:alert(1)"):
        with pytest.raises((InvalidTarget, EgressDenied), match=r"内部地址|只能核查"):
            asyncio.run(scan(demo_world, target))


LEFT_TO_IT = ("/operations", "/evidence/")
"""Pages that hold numbers of archives and of machines."""


@pytest.mark.parametrize("who", ["editor", "signer", "it", "unit", "admin"])
def test_no_page_shows_codes_or_english(demo_world: AppContext, who: str) -> None:
    """Every kind of page that this role reaches by links, some of each."""
    reader = replace(PEOPLE[who], name=f"walks-as-{who}", grants=_of_the_demo(who))
    assert demo_world.store.users.add(reader, password=HASHED, now=demo_world.clock())
    found: dict[str, list[str]] = {}
    with client_of(create_app(demo_world)) as client:
        client.sign_in(reader.name)
        for path, page in walk(client):
            if words := list(foreign_words(page)):
                found[path] = words
    assert found == {}


def _of_the_demo(who: str) -> tuple[RoleGrant, ...]:
    return grants_of([who], unit="党委宣传部" if who == "unit" else "")


def walk(client: Browser, each: int = 3) -> Iterator[tuple[str, str]]:
    """(address, page) of every kind of page by links from the front page, at most ``each`` of a kind."""
    waiting, seen, kinds = ["/"], set[str](), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"/[^/?]*[:0-9A-Z][^?]*|\?.*", "", path)
        if path in seen or kinds[kind] >= each or path.startswith(LEFT_TO_IT) or "/body" in path:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        kinds[kind] += 1
        if "text/html" in answer.headers["content-type"]:
            yield path, answer.text
            waiting += [html.unescape(link) for link in re.findall(r'<a [^>]*href="(/[^"]*)"', answer.text)]


def test_the_numbers_agree(demo_world: AppContext) -> None:
    """今日, the list, the digest and the register say the same number of accounts."""
    schools = demo_world.store.account_lists.count_by_school(AccountFilter())
    assert schools == demo_world.store.filings.schools()
    digest = make_digest(demo_world, "demo", demo_world.clock().date(), demo_world.clock())
    assert f"在册账号 {schools['demo']} 个" in str(digest)
    assert sum(demo_world.store.read_models.count_by_outcome().values()) == sum(schools.values())
