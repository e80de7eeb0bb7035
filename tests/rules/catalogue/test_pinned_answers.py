"""What each rule says of accounts drawn by chance, at and beside the limits; `python -m bench.answers_pinned` writes it anew."""

import json

from bench.answers_pinned import PINNED, answers


def test_answers_stay_as_they_are() -> None:
    assert answers() == [json.loads(line) for line in PINNED.read_text("utf-8").splitlines()]
