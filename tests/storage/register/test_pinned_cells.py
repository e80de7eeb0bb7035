"""What each kind of column makes of a hundred cells as people type them; `python -m bench.cells_pinned` writes them anew."""

import json

from bench.cells_pinned import PINNED, readings


def test_cells_are_read_as_they_were() -> None:
    assert readings() == [json.loads(line) for line in PINNED.read_text("utf-8").splitlines()]
