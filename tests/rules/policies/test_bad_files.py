"""Each file in bad/ has one mistake; its first line says the words the refusal must contain."""

from pathlib import Path

import pytest

from rules.policies.loader import PolicyError, load_policy

FILES = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_refused_with_place_fault_and_remedy(path: Path) -> None:
    text = path.read_text("utf-8")
    expected = text.splitlines()[0].removeprefix("# 应报：").split(" | ")
    with pytest.raises(PolicyError) as caught:
        load_policy(text, path.name)
    message = str(caught.value)
    assert path.name in message
    for words in expected:
        assert words in message, message
    assert len(caught.value.problems) == 1, message
    assert all(problem.remedy for problem in caught.value.problems)
