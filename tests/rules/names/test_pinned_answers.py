"""Some hundred names of every sort keep the answer they have, and every step to it; `python -m bench.names_pinned` writes both anew."""

import json
from pathlib import Path

import pytest

from rules.names import Matcher
from tests.support.name_steps import NameSteps
from tests.support.names import protected


def _rows(file: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(__file__).with_name(file).read_text("utf-8").splitlines()]


ANSWERS, STEPS = _rows("pinned_answers.jsonl"), _rows("pinned_steps.jsonl")


@pytest.fixture(scope="module")
def steps() -> NameSteps:
    """The steps over the tables that the matcher has."""
    return NameSteps(protected())


@pytest.mark.parametrize("part", range(8))
def test_answers_stay_as_they_are(matcher: Matcher, part: int) -> None:
    pinned = ANSWERS[part::8]
    assert [matcher.screen(str(answer["name"])).as_dict() for answer in pinned] == pinned


@pytest.mark.parametrize("part", range(8))
def test_steps_stay_as_they_are(steps: NameSteps, part: int) -> None:
    names = [str(answer["name"]) for answer in ANSWERS[part::8]]
    assert [steps.of(name) for name in names] == STEPS[part::8]
