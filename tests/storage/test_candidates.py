"""A decision and a search that meet on one found account: neither undoes the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import SuspectError
from monitors.jobs.suspects.decisions import decide_candidate_as
from rules.candidate_decisions import decide_candidate
from rules.candidates import Candidate, CandidateKind, CandidateState
from rules.model import Platform
from storage.candidates import CandidateRepository
from tests.conftest import NOW
from tests.support.console import open_world

LATER = NOW + timedelta(hours=2)
FOUND = Candidate(
    school="demo", key="weibo:9", platform=Platform.WEIBO, name="示范大学表白墙", url="", kind=CandidateKind.SUSPECT,
    why="名称", first_seen_at=NOW, last_seen_at=NOW,
)  # fmt: skip


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AppContext]:
    opened = open_world(tmp_path)
    opened.store.candidates.meet([FOUND])
    yield opened
    opened.store.close()


def decided(known: Candidate, state: CandidateState = CandidateState.EXCLUDED) -> Candidate:
    return decide_candidate(known, state, by="李老师", reason="同名的另一所学校", now=NOW)


def test_a_decision_on_what_stands_there_no_more_is_not_kept(context: AppContext) -> None:
    stored = context.store.candidates
    known = stored.one("demo", "weibo:9")
    assert known
    stored.meet([replace(FOUND, last_seen_at=LATER, url="https://weibo.com/u/9")])
    assert not stored.save(decided(known), known=known)
    newer = stored.one("demo", "weibo:9")
    assert newer
    assert (newer.state, newer.last_seen_at) == (CandidateState.WAITING, LATER)
    assert stored.save(decided(newer), known=newer)
    assert not stored.save(decided(newer, CandidateState.CONFIRMED), known=newer)


def test_a_search_in_between_costs_neither_the_decision_nor_what_it_found(
    context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = context.store.candidates
    first: list[Candidate] = []

    def save(self: CandidateRepository, candidate: Candidate, *, known: Candidate) -> bool:
        if not first:
            first.append(candidate)
            self.meet([replace(FOUND, last_seen_at=LATER)])
        return real(self, candidate, known=known)

    real = CandidateRepository.save
    monkeypatch.setattr(CandidateRepository, "save", save)
    decide_candidate_as(context, "demo", "weibo:9", CandidateState.EXCLUDED, by="李老师", reason="同名的另一所学校")
    kept = stored.one("demo", "weibo:9")
    assert kept
    assert (kept.state, kept.decided_by, kept.last_seen_at) == (CandidateState.EXCLUDED, "李老师", LATER)


def test_a_search_that_never_ends_is_told(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CandidateRepository, "save", lambda self, candidate, *, known: False)
    with pytest.raises(SuspectError, match="请稍后再试"):
        decide_candidate_as(context, "demo", "weibo:9", CandidateState.EXCLUDED, by="李老师", reason="同名")
