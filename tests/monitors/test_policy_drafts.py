"""`xunjian policy draft`: a regulation's file in, a policy that passes lint and a list of the open sentences out."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from docx import Document

from monitors.errors import InvalidInput
from monitors.policy_drafts import draft_policy
from monitors.regulation_files import MAX_FILE, regulation_text
from tests.support.cli import run

TEXT = """示范大学新媒体管理办法
第一条 连续3个月未更新的账号，学校予以关停。
第二条 各单位应在账号开通后5个工作日内向党委宣传部备案。
第三条 长期不更新的网站应及时注销。
第四条 各单位应加强领导。
"""


def word(*paragraphs: str) -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.add_table(1, 1).cell(0, 0).text = "附表"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_the_command_writes_a_policy_and_what_is_open(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source, out = tmp_path / "demo-u.txt", tmp_path / "a" / "b"
    source.write_text(TEXT, encoding="utf-8")
    asked = ("policy", "draft", str(source), "--school", "示范大学", "--out", str(out))
    code, told, _ = run(capsys, *asked)
    assert (code, "3 个条款，其中 1 个待学校确认" in told) == (0, True)
    assert run(capsys, "policy", "lint", str(out / "demo-u.yaml"))[0] == 0
    found = json.loads((out / "demo-u.json").read_text("utf-8"))
    assert found["clauses"][0] == {
        "article": "第一条",
        "sentence": "连续3个月未更新的账号，学校予以关停。",
        "rule": "inactivity",
        "settings": {"limit": "3个月"},
        "number": 3,
        "unit": "month",
        "sure": 0.9,
        "to_confirm": False,
    }
    assert [(c["rule"], c["unit"], c["to_confirm"]) for c in found["clauses"][1:]] == [
        ("late_filing", "working_day", False),
        ("inactivity", None, True),
    ]
    assert found["open"] == ["各单位应加强领导。"]
    assert run(capsys, *asked)[0] == 0


def test_a_draft_that_somebody_changed_is_kept(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = tmp_path / "x.txt"
    source.write_text(TEXT, encoding="utf-8")
    asked = ("policy", "draft", str(source), "--school", "示范大学", "--code", "ours", "--out", str(tmp_path))
    assert run(capsys, *asked)[0] == 0
    (tmp_path / "ours.yaml").write_text("改过", encoding="utf-8")
    code, _, err = run(capsys, *asked)
    assert (code, "没有覆盖" in err) == (2, True)
    assert (tmp_path / "ours.yaml").read_text("utf-8") == "改过"


@pytest.mark.parametrize(
    "data", [TEXT.encode(), TEXT.encode("gb18030"), TEXT.encode("utf-8-sig"), TEXT.encode("utf-16")]
)
def test_encodings(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    assert regulation_text(tmp_path / "x").splitlines() == TEXT.splitlines()


def test_word(tmp_path: Path) -> None:
    (tmp_path / "x.docx").write_bytes(word(*TEXT.splitlines()))
    assert regulation_text(tmp_path / "x.docx").splitlines()[: len(TEXT.splitlines())] == TEXT.splitlines()
    drafted = draft_policy(tmp_path / "x.docx", school="示范大学", code="", today=date(2030, 1, 1))
    assert len(drafted.draft.clauses) == 3


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.txt", b"", "没有文字"),
        ("blank.md", "\ufeff \n\u3000".encode(), "没有文字"),
        ("a.pdf", b"%PDF-1.7 ...", "可能是 PDF"),
        ("a.txt", b"\x89PNG....", "可能是 PDF、图片"),
        ("a.txt", bytes(range(256)) * 9, "编码无法识别"),
        ("english.txt", b"Article 1. Accounts shall be updated every three months. " * 20, "大部分不是中文"),
        ("big.txt", b"x" * (MAX_FILE + 1), "过大"),
        ("long.txt", "一".encode() * 100_001, "超过 10 万字"),
        ("news.txt", "今天天气很好。".encode(), "没有找到“第一条”"),
        ("nobody.txt", "第一条 连续3个月未更新的予以关停。".encode(), "--school"),
        ("vague.txt", "第一条 武汉理工大学各单位应加强领导。".encode(), "没有读出"),
        ("broken.docx", b"PK\x03\x04" + b"x" * 99, "已损坏"),
        ("book.xlsx", zipped("xl/workbook.xml", b"<a/>"), "不是 Word 文档"),
        ("bad.docx", zipped("word/document.xml", b"<a>"), "不是 Word 文档"),
        ("bomb.docx", zipped("word/document.xml", b"<a>" + b" " * 41 * 2**20), "解压后过大"),
        ("auto.docx", word("总则", "账号应更新。"), "自动编号"),
    ],
)
def test_what_is_no_regulation(
    name: str, data: bytes, says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    code, _, err = run(capsys, "policy", "draft", str(tmp_path / name), "--out", str(tmp_path / "out"))
    assert (code, says in err) == (2, True), err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(TEXT, encoding="utf-8")
    code, _, err = run(
        capsys, "policy", "draft", str(tmp_path / "x.txt"), "--school", "示范大学", "--out", str(tmp_path / "x.txt")
    )
    assert (code, "无法写入目录" in err) == (2, True)
    assert run(capsys, "policy", "draft", "/nowhere.txt", "--out", str(tmp_path))[0] == 2


def test_a_code_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(InvalidInput, match="--code"):
        draft_policy(tmp_path / "x.txt", school="示范大学", code="../x", today=date(2030, 1, 1))
