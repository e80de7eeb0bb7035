"""Where a failure stands is named exactly: file, record counted from 1, offset; for the manifest, its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.evidence import verify
from storage.evidence.chain import MANIFEST, Manifest
from storage.evidence.report import VerifyFailure, VerifyReport
from tests.support.evidence import sealed


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two sealed files of three pages: a manifest of four lines."""
    sealed(tmp_path, records=3)
    assert len(Manifest(tmp_path).read().entries) == 4
    return tmp_path


def of_manifest(report: VerifyReport) -> list[tuple[int, int, str]]:
    return [(bad.record, bad.offset, bad.reason) for bad in report.failures if bad.file == MANIFEST]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_changed_line_of_the_manifest_is_named(root: Path, number: int) -> None:
    lines = (root / MANIFEST).read_bytes().splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(b"warc", b"wark")
    (root / MANIFEST).write_bytes(b"".join(lines))
    ((record, offset, reason),) = of_manifest(verify(root))
    assert (record, offset) == (number, 0)
    assert reason.startswith("清单")


def files(root: Path) -> list[str]:
    return [f"{path.parent.name}/{path.name}" for path in sorted(root.glob("*/*.warc.gz"))]


def test_lines_that_contradict_each_other_are_named(root: Path) -> None:
    first, _ = files(root)
    manifest = Manifest(root)
    manifest.add({"event": "open", "file": first})  # 5: opened a second time
    manifest.add({"event": "seal", "file": first})  # 6: sealed a second time
    manifest.add({"event": "seal", "file": "2026-11-21/other.warc.gz"})  # 7: sealed, never opened
    manifest.add({"event": "moved", "file": first})  # 8: no event of ours
    assert of_manifest(verify(root)) == [(number, 0, "清单内容前后矛盾") for number in (5, 6, 7, 8)]


def test_a_manifest_that_was_removed_and_a_file_it_does_not_know(root: Path) -> None:
    heads = {MANIFEST: Manifest(root).read().head}
    (root / MANIFEST).unlink()
    failures = verify(root, heads).failures
    assert failures == [
        VerifyFailure(MANIFEST, 0, 0, "清单被删除"),
        *(VerifyFailure(name, 0, 0, "文件不在清单中") for name in files(root)),
    ]


def test_what_a_person_reads_names_the_place() -> None:
    report = VerifyReport(files=2, records=5, bytes=70)
    report.failures += [VerifyFailure(MANIFEST, 3, 0, "清单内容前后矛盾"), VerifyFailure("a.warc.gz", 0, 0, "不见了")]
    assert str(report).splitlines() == [
        "核验不一致：2 个文件，5 条记录，70 字节",
        f"不一致：{MANIFEST} 第 3 条记录（偏移 0）清单内容前后矛盾",
        "不一致：a.warc.gz 不见了",
    ]
