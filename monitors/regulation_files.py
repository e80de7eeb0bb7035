"""Opens a regulation's text as people have it: Word, plain text or Markdown; says what to do with anything else."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from lxml import etree

from monitors.errors import InvalidInput

MAX_FILE = 5 * 1024 * 1024
MAX_UNPACKED = 40 * 1024 * 1024
MAX_CHARACTERS = 100_000
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OTHER = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc",
    b"\x1f\x8b",
    b"{\\rtf",
    b"\xd0\xcf\x11\xe0",
)
_HAVE = "请用 Word 另存为 docx 或纯文本（txt）后再试"


def regulation_text(path: Path) -> str:
    """The whole text of a file. The content decides, not the file's name. Raises InvalidInput."""
    if not path.is_file():
        raise InvalidInput(f"找不到文件 {path}")
    if path.stat().st_size > MAX_FILE:
        raise InvalidInput(f"{path} 过大（超过 {MAX_FILE // 2**20} MB），不像一份制度。请删去图片和无关内容后再试")
    data = path.read_bytes()
    if data.startswith(_OTHER):
        raise InvalidInput(f"{path} 不是文本，也不是 docx（可能是 PDF、图片或旧版 Word）。{_HAVE}")
    text = _docx(data, path) if data.startswith(b"PK") else _decoded(data, path)
    if not text.strip():
        raise InvalidInput(f"{path} 里没有文字。请检查是否选错了文件；扫描件请先识别成文字")
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(f"{path} 超过 {MAX_CHARACTERS // 10_000} 万字，不像一份制度。请只保留制度正文后再试")
    if len(re.findall(r"[\u4e00-\u9fff]", text)) * 4 < len(re.sub(r"\s", "", text)):
        raise InvalidInput(f"{path} 里大部分不是中文，不像一份中文制度。请检查是否选错了文件")
    return text


def _decoded(data: bytes, path: Path) -> str:
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InvalidInput(f"{path} 不是文本文件，或编码无法识别。{_HAVE}")


def _docx(data: bytes, path: Path) -> str:
    """The paragraphs of a Word document in order, those of its tables among them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as stream:
            content = stream.read(MAX_UNPACKED + 1)
        if len(content) > MAX_UNPACKED:
            raise InvalidInput(f"{path} 解压后过大，不像一份制度。请只保留制度正文后再试")
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except (
        KeyError,
        OSError,
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        RuntimeError,
        ValueError,
        etree.LxmlError,
    ) as error:
        raise InvalidInput(f"{path} 已损坏、加了密，或不是 Word 文档。{_HAVE}") from error
    return "\n".join(_paragraph(item) for item in root.iter(f"{_WORD}p"))


def _paragraph(item: etree._Element) -> str:
    marks = {f"{_WORD}t": "", f"{_WORD}tab": "\t", f"{_WORD}br": "\n"}
    return "".join((part.text or "") if part.tag == f"{_WORD}t" else marks[part.tag] for part in item.iter(*marks))
