"""Some hundred names of every sort keep the answer they have; `python -m bench.names_pinned` writes the answers anew."""

import json
from pathlib import Path

import pytest

from rules.names import Matcher

ANSWERS = [
    json.loads(line) for line in Path(__file__).with_name("pinned_answers.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("part", range(8))
def test_answers_stay_as_they_are(matcher: Matcher, part: int) -> None:
    pinned = ANSWERS[part::8]
    assert [matcher.screen(answer["name"]).as_dict() for answer in pinned] == pinned
