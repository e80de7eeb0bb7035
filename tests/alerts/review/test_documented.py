"""docs/review.md lists every place that a school's own form may hold, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from alerts.review.forms import FORMS, MONTH_NAMES


def test_every_place_is_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "review.md").read_text("utf-8")
    told = set(re.findall(r"\{\{([^}.]+)\}\}", text)) - {MONTH_NAMES[0], MONTH_NAMES[-1]}
    assert told == {name for _, fields in FORMS.values() for name in fields[""]} - set(MONTH_NAMES)
    for _, fields in FORMS.values():
        for group, names in fields.items():
            if group:
                line = next(line for line in text.splitlines() if f"{{{{{group}." in line)
                assert all(f".{name}" in line for name in names)
