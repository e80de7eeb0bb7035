"""A platform rests after a wall, longer only while nothing can be read there at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitors.jobs.sweep import next_pause


@pytest.mark.parametrize(
    ("walls", "read", "hours"),
    [(0, False, 1), (1, False, 2), (4, False, 16), (5, False, 24), (9999, False, 24), (9999, True, 1)],
)
def test_rest(walls: int, read: bool, hours: int) -> None:
    assert next_pause(walls, read) == ((1 if read else walls + 1), timedelta(hours=hours))
