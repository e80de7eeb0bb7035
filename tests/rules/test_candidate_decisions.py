"""What a person's decision on a suspect must say, whoever asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitors.clock import parse_now
from rules.candidate_decisions import decide_candidate
from rules.candidates import Candidate, CandidateKind, CandidateState
from rules.model import Platform

NOW = parse_now("2026-11-21T08:00+08:00")
FOUND = Candidate(
    school="demo",
    key="weibo:1",
    platform=Platform.WEIBO,
    name="示范大学表白墙",
    url="https://weibo.com/u/1",
    kind=CandidateKind.SUSPECT,
    why="使用了校名。",
    first_seen_at=NOW - timedelta(days=3),
    last_seen_at=NOW,
)


@pytest.mark.parametrize("reason", ["", " ", "\u3000\n"])
def test_no_suspect_is_dismissed_without_a_reason(reason: str) -> None:
    with pytest.raises(ValueError, match="理由"):
        decide_candidate(FOUND, CandidateState.EXCLUDED, by="王老师", reason=reason, now=NOW)
    kept = decide_candidate(FOUND, CandidateState.EXCLUDED, by="王老师", reason=" 同名的另一所学校 ", now=NOW)
    assert (kept.state, kept.decision_reason) == (CandidateState.EXCLUDED, "同名的另一所学校")


def test_a_decision_has_a_person_and_is_one() -> None:
    with pytest.raises(ValueError, match="谁作的决定"):
        decide_candidate(FOUND, CandidateState.CONFIRMED, by="\u3000", reason="", now=NOW)
    with pytest.raises(ValueError, match="请选择"):
        decide_candidate(FOUND, CandidateState.WAITING, by="王老师", reason="再看看", now=NOW)
