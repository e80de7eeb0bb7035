"""Words looked up in the file are those of the whole list."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from rules.names import word_list
from rules.names.word_list import FIRST, MISPLACED, WordList, frequencies


@pytest.fixture(scope="module")
def listed() -> bytes:
    spec = find_spec("jieba")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "dict.txt").read_bytes()


@pytest.fixture(scope="module")
def known(listed: bytes) -> dict[str, int]:
    rows = [line.split() for line in listed.decode().splitlines()]
    return {word: int(often) for word, often, _ in rows}


def test_the_list_is_sorted_but_for_the_words_that_are_named(listed: bytes) -> None:
    words = [line.split(b" ")[0] for line in listed.splitlines()]
    begin = words.index(FIRST.encode())
    rest = [word for word in words[begin:] if word.decode() not in MISPLACED]
    assert rest == sorted(rest)
    assert begin < 100


def test_one_by_one_and_all_at_once_are_the_same(known: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    looked = frequencies()
    monkeypatch.setattr(word_list, "FEW", 10**9)
    some = [*Random(7).sample(sorted(known), 3000), *list(known)[:80], *list(known)[-5:], *MISPLACED]
    assert [looked.get(word) for word in some] == [known[word] for word in some]


@pytest.mark.parametrize(
    "word", ["", "龘龘龘", "一 ", "一\n", "\ud800", "zzz", "一一一一一", "𠮷", "大学大学大学", "\x00"]
)
def test_what_is_no_word_is_zero(word: str, known: dict[str, int]) -> None:
    assert frequencies().get(word) == known.get(word, 0) == 0


def test_who_asks_for_many_has_the_whole_list_read(
    listed: bytes, known: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_list, "FEW", 3)
    words = WordList(listed)
    some = [*Random(8).sample(sorted(known), 20), *MISPLACED, "没有这个词"]
    assert [words.get(word) for word in some] == [known.get(word, 0) for word in some]
    assert words.all() == known
