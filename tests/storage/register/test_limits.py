"""What a worksheet may cost, at the very limits."""

from __future__ import annotations

import pytest

from storage.register import limits
from storage.register.limits import TooLarge, WorkbookCounter


def _read(*parts: str) -> None:
    counter = WorkbookCounter()
    for part in parts:
        counter.begin()
        counter.feed(part.encode())


def _sheet(body: str) -> str:
    return f"<worksheet xmlns:x='x'>{body}</worksheet>"


@pytest.mark.parametrize(
    ("ref", "cells"),
    [("A1:B2", 4), ("C3", 1), ("B2:B4", 3), ("A1:XFD1", 16_384), ("A:A", 1_048_576), ("1:2", 32_768), ("?", 1)],
)
def test_how_many_cells_a_range_is(monkeypatch: pytest.MonkeyPatch, ref: str, cells: int) -> None:
    part = _sheet(f"<mergeCell ref='{ref}'/>")
    monkeypatch.setattr(limits, "MAX_SPANNED", cells)
    _read(part)
    monkeypatch.setattr(limits, "MAX_SPANNED", cells - 1)
    with pytest.raises(TooLarge, match="合并单元格"):
        _read(part)


@pytest.mark.parametrize(
    ("part", "cells", "elements"),
    [
        (_sheet("<c/><c><v/></c>"), 2, 1),  # the worksheet itself is an element
        (_sheet("<x:c/><row/><row/>"), 1, 3),
        ("<styles><c/><c/><row/></styles>", 0, 0),  # no worksheet
        ("<worksheet><c/></row>", 1, 1),  # no XML from there on
    ],
)
def test_cells_and_elements_are_counted(monkeypatch: pytest.MonkeyPatch, part: str, cells: int, elements: int) -> None:
    monkeypatch.setattr(limits, "MAX_CELLS", 2 * cells)
    monkeypatch.setattr(limits, "MAX_ELEMENTS", 2 * elements)
    _read(part, part)
    for name, most in (("MAX_CELLS", 2 * cells), ("MAX_ELEMENTS", 2 * elements)):
        if most:
            monkeypatch.setattr(limits, name, most - 1)
            with pytest.raises(TooLarge, match="单元格过多"):
                _read(part, part)
            monkeypatch.setattr(limits, name, most)
