"""What a file says it is by its own bytes: a PDF or a JPEG that a person can open and read, or why it is none.

Nothing is opened or run: pages are counted, and what could act when it is opened is refused.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from monitors.errors import InvalidInput

PDF, JPEG = "application/pdf", "image/jpeg"
MOST_BYTES = 20 * 2**20
MOST_PAGES = 50
LEAST_PIXELS, MOST_PIXELS = 600, 100_000_000
"""The shorter side of a photograph on which a seal can be read; the number of pixels that a browser still shows."""
MOST_INFLATED = 32 * 2**20
MOST_TREES, AROUND = 1000, 1500
"""Page lists that are looked at, and how many bytes on either side of their type."""
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_TREE = re.compile(rb"/Type\s*/Pages(?![A-Za-z])")
_COUNT = re.compile(rb"/Count\s+(\d{1,6})")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z])")
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A file that can be kept. ``media``: PDF or JPEG."""

    media: str
    pages: int


def paper_bytes(path: Path) -> bytes:
    """A file of this machine, at most one byte more than is taken. Raises InvalidInput."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"不能读取 {path}：没有这个文件，或者没有读取权限。") from error


def read_paper(data: bytes) -> PaperFile:
    """What it is. Raises InvalidInput with a sentence for whoever uploaded it."""
    if not data:
        raise InvalidInput("没有收到文件，请选择签字盖章后的扫描件（PDF 或照片）。")
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"文件超过 {MOST_BYTES // 2**20} 兆，请降低扫描分辨率（200 点/英寸就够），或分几份上传。")
    if b"%PDF-" in data[:1024]:
        return PaperFile(PDF, _pdf_pages(data))
    if data.startswith(b"\xff\xd8\xff"):
        _check_jpeg(data)
        return PaperFile(JPEG, 1)
    raise InvalidInput(
        "文件不是 PDF，也不是手机拍的普通照片（改文件名没有用）。请上传签字盖章后的扫描件；苹果手机请把相机格式设为“兼容性最佳”。"
    )


def _pdf_pages(data: bytes) -> int:
    if b"%%EOF" not in data[-2048:]:
        raise InvalidInput("PDF 不完整，可能没有传完，请重新扫描或上传。")
    plain = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), _without_pictures(data))
    if _ENCRYPTED.search(plain):
        raise InvalidInput("PDF 加了密码，打不开的材料不能存证，请去掉密码再上传。")
    if _ACTIVE.search(plain):
        raise InvalidInput("PDF 里有脚本、附件或表单程序，不是单纯的扫描件。请打印、签字盖章后扫描上传。")
    pages = max(_counts(plain), default=0) or len(_PAGE.findall(plain))
    if not pages:
        raise InvalidInput("PDF 里没有页面，请重新扫描。")
    if pages > MOST_PAGES:
        raise InvalidInput(f"PDF 有 {pages} 页，最多 {MOST_PAGES} 页。请只上传签字盖章的填报表。")
    return pages


def _counts(plain: bytes) -> Iterator[int]:
    """The number of pages that each page list states."""
    for tree in islice(_TREE.finditer(plain), MOST_TREES):
        before = plain[max(tree.start() - AROUND, 0) : tree.start()].rpartition(b"<<")[2]
        after = plain[tree.end() : tree.end() + AROUND].partition(b">>")[0]
        if told := _COUNT.search(before) or _COUNT.search(after):
            yield int(told[1])


def _without_pictures(data: bytes) -> bytes:
    """The file's own words: what stands outside its streams, and inside those that hold objects (newer programs write their
    page lists there)."""
    parts, place, left = [], 0, MOST_INFLATED
    while (start := data.find(b"stream", place)) >= 0 and (end := data.find(b"endstream", start)) >= 0:
        head = data[place:start]
        parts.append(head)
        if b"/ObjStm" in head.rpartition(b" obj")[2]:
            inflated = _inflated(data[start + len(b"stream") : end].lstrip(b"\r\n"), left)
            left -= len(inflated)
            parts.append(inflated)
        place = end + len(b"endstream")
    return b"\n".join((*parts, data[place:]))


def _inflated(stream: bytes, most: int) -> bytes:
    if most <= 0:
        raise InvalidInput("PDF 的结构太复杂，不像扫描件。请打印、签字盖章后扫描上传。")
    try:
        return zlib.decompressobj().decompress(stream, most)
    except zlib.error as error:
        raise InvalidInput("PDF 有损坏的部分，请重新扫描或上传。") from error


def _check_jpeg(data: bytes) -> None:
    size, place = None, 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            size = int.from_bytes(data[place + 5 : place + 7]), int.from_bytes(data[place + 7 : place + 9])
        if marker == 0xDA:
            break
        place += 2 + length
    if size is None or data.rfind(b"\xff\xd9") < place:
        raise InvalidInput("照片不完整，可能没有传完，请重新拍摄或上传。")
    if min(size) < LEAST_PIXELS:
        raise InvalidInput(
            f"照片只有 {size[1]}×{size[0]} 像素，印章和签字看不清。请用原图，短边不少于 {LEAST_PIXELS} 像素。"
        )
    if size[0] * size[1] > MOST_PIXELS:
        raise InvalidInput("照片的像素太多，浏览器打不开，请降低分辨率再上传。")
