"""Only a paper that can be opened and read is taken, and every refusal says why."""

from __future__ import annotations

import pytest

from monitors.errors import InvalidInput
from monitors.jobs.paper_files import JPEG, MOST_BYTES, PDF, PaperFile, read_paper
from tests.support.papers import jpeg, pdf


@pytest.mark.parametrize(
    ("data", "is_"),
    [
        (pdf(), PaperFile(PDF, 1)),
        (pdf(pages=50), PaperFile(PDF, 50)),
        (pdf(pages=3, packed=True), PaperFile(PDF, 3)),
        (jpeg(), PaperFile(JPEG, 1)),
        (jpeg(600, 6000) + b"appended by a telephone", PaperFile(JPEG, 1)),
    ],
)
def test_papers(data: bytes, is_: PaperFile) -> None:
    assert read_paper(data) == is_


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "没有收到"),
        (b"PK\x03\x04 a workbook called scan.pdf", "不是 PDF"),
        (b"<html>%PDF", "不是 PDF"),
        (pdf()[:-200], "不完整"),
        (pdf(pages=51), "51 页"),
        (pdf(pages=0), "没有页面"),
        (pdf(extra=b"<</Encrypt 7 0 R>>"), "密码"),
        (pdf(extra=b"<</OpenAction<</S/JavaScript/JS(1)>>>>"), "脚本"),
        (pdf(extra=b"<</S/J#61vaScript>>"), "脚本"),
        (pdf(packed=True).replace(b"stream\nx", b"stream\ny"), "损坏"),
        (jpeg()[:40], "不完整"),
        (jpeg()[:-2], "不完整"),
        (jpeg(599, 2000), "599×2000"),
        (jpeg(20000, 20000), "像素太多"),
        (b"\xff\xd8\xff\xe1", "不完整"),
        (bytes(MOST_BYTES + 1), "20 兆"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        read_paper(data)


@pytest.mark.parametrize("part", [b"stream\n", b"<<", b"/Type/Pages", b"/Type /Pages <<"])
def test_hostile_repetition_is_read_in_time(part: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_paper(b"%PDF-1.5\n" + part * (2**20 // len(part)) + b"\n%%EOF")
