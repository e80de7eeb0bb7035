"""Deliveries over every kind of channel, with faults and kill -9: nothing lost, nothing marked sent that was not taken."""

from __future__ import annotations

from pathlib import Path

from tests.support.delivery_faults import run


def test_deliveries_survive_faults_and_kill_9(tmp_path: Path) -> None:
    """A small one; that of a thousand deliveries is in docs/notices.md."""
    found = run(250, tmp_path, kills=3)
    assert (found.lost, found.marked_but_not_taken, found.doubles_without_cause) == (0, 0, 0)
    assert found.kept
    assert found.deliveries >= 250
    assert found.kills == 3
    assert found.sent > found.letters * 0.6
    assert found.broken_after_acceptance > 5
    assert found.doubles_after_a_break > 0
    # An answer that came whole and was not stored: one letter a channel at each kill.
    assert found.doubles_after_a_kill <= found.kills * 7
