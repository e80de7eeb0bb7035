"""A page that has not changed is a reference to the record that holds it, in whatever file, and every reader follows it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio

from storage.evidence import EvidenceArchive, EvidenceError, ReferenceLost, ReplayIndex, VerifyStatus, verify
from storage.evidence.wacz import write_wacz
from storage.evidence.writer import chain_path
from tests.support.evidence import BODY, page

FIRST = page(1, body=BODY)
AGAIN = replace(FIRST, fetched_at=FIRST.fetched_at + timedelta(days=1), address="10.0.0.2")
UNMODIFIED = replace(
    AGAIN, fetched_at=AGAIN.fetched_at + timedelta(days=1), status=304, body=b"", headers={"etag": '"1"'}
)


def recorded(root: Path) -> tuple[str, str, str]:
    """The whole page, the same body a day later, and "not modified" the day after that: three files of three days."""
    with EvidenceArchive(root) as archive:
        first = archive.append(FIRST, run_id="r0")
    with EvidenceArchive(root) as archive:
        again = archive.append(AGAIN, run_id="r1", same_as=first)
    with EvidenceArchive(root) as archive:
        unmodified = archive.append(UNMODIFIED, run_id="r2", same_as=again)
    return first, again, unmodified


def file_of(root: Path, evidence: str) -> Path:
    day, name, *_ = evidence.split(".")
    return root / day / f"{name}.warc.gz"


def test_each_comes_back_whole_at_its_own_time(tmp_path: Path) -> None:
    first, again, unmodified = recorded(tmp_path)
    archive = EvidenceArchive(tmp_path)
    stored = archive.get(unmodified)
    assert (stored.body, stored.status, stored.headers) == (BODY, 200, FIRST.headers)
    assert (stored.fetched_at, stored.address) == (UNMODIFIED.fetched_at, "10.0.0.2")
    assert (archive.get(again).body, archive.get(again).fetched_at) == (BODY, AGAIN.fetched_at)
    assert [found.body for _, found in archive.pages()] == [BODY] * 3
    sizes = [file_of(tmp_path, each).stat().st_size for each in (first, again, unmodified)]
    assert max(sizes[1:]) < sizes[0] * 2, "a reference carries no body"


def test_the_records_are_revisits_as_the_standard_has_them(tmp_path: Path) -> None:
    ids = recorded(tmp_path)
    heads = []
    for evidence in ids:
        path = file_of(tmp_path, evidence)
        with pytest.raises(SystemExit) as ended:
            warcio(["check", str(path)])
        assert ended.value.code == 0
        with path.open("rb") as file:
            heads.append(next(each.rec_headers for each in ArchiveIterator(file) if each.rec_type != "warcinfo"))
    first, again, unmodified = heads
    names = ("WARC-Record-ID", "WARC-Target-URI", "WARC-Date")
    refers = ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date")
    for head, to in ((again, first), (unmodified, again)):
        assert head.get_header("WARC-Type") == "revisit"
        assert [head.get_header(name) for name in refers] == [to.get_header(name) for name in names]
        assert head.get_header("WARC-Payload-Digest") == first.get_header("WARC-Payload-Digest")
    profiles = [head.get_header("WARC-Profile").rpartition("/")[2] for head in (again, unmodified)]
    assert profiles == ["identical-payload-digest", "server-not-modified"]


def test_verify_follows_and_says_what_is_missing(tmp_path: Path) -> None:
    first, again, unmodified = recorded(tmp_path)
    assert EvidenceArchive(tmp_path).verify().status is VerifyStatus.VERIFIED
    lost = file_of(tmp_path, first)
    for path in (lost, chain_path(lost)):
        path.unlink()
    report = EvidenceArchive(tmp_path).verify()
    assert report.status is VerifyStatus.FAILED, "a file of the manifest is gone"
    assert any(first in said and "页面没有变化" in said for said in report.missing)
    alone = EvidenceArchive(tmp_path).verify().missing
    assert not any(again in said for said in alone), "what it refers to is there, though it holds no bytes itself"
    for evidence in (again, unmodified):
        with pytest.raises(EvidenceError, match=r"页面没有变化.*不能读取"):
            EvidenceArchive(tmp_path).get(evidence)


def test_one_file_alone_is_unverifiable_where_it_refers_to_nothing(tmp_path: Path) -> None:
    first, again, _ = recorded(tmp_path / "a")
    assert verify(file_of(tmp_path / "a", again)).status is VerifyStatus.VERIFIED
    file_of(tmp_path / "a", first).unlink()
    report = verify(file_of(tmp_path / "a", again))
    assert report.status is VerifyStatus.UNVERIFIABLE
    assert first in report.missing[0]


def test_a_recording_replays_as_if_each_page_had_come_whole(tmp_path: Path) -> None:
    _, _, unmodified = recorded(tmp_path)
    for path in (tmp_path, file_of(tmp_path, unmodified)):
        index = ReplayIndex(path)
        latest = index.latest(FIRST.url)
        assert index.errors == []
        assert latest is not None
        assert (latest.body, latest.status, latest.fetched_at) == (BODY, 200, UNMODIFIED.fetched_at)


def test_a_recording_without_the_page_leaves_it_out_and_says_so(tmp_path: Path) -> None:
    first, _, unmodified = recorded(tmp_path)
    file_of(tmp_path, first).unlink()
    index = ReplayIndex(file_of(tmp_path, unmodified))
    assert len(index) == 0
    assert "找不到原始内容" in index.errors[0]


def test_a_package_takes_along_all_that_its_records_refer_to(tmp_path: Path) -> None:
    first, again, unmodified = recorded(tmp_path / "a")
    write_wacz(
        tmp_path / "p.wacz", EvidenceArchive(tmp_path / "a"), [unmodified], title="t", created=UNMODIFIED.fetched_at
    )
    with zipfile.ZipFile(tmp_path / "p.wacz") as package:
        package.extract("archive/data.warc.gz", tmp_path)
    index = ReplayIndex(tmp_path / "archive/data.warc.gz")
    assert index.errors == []
    assert [found.body for found in index.recorded(FIRST.url)] == [BODY] * 3
    (lost := file_of(tmp_path / "a", first)).unlink()
    _, missing = write_wacz(
        tmp_path / "q.wacz", EvidenceArchive(tmp_path / "a"), [again], title="t", created=AGAIN.fetched_at
    )
    assert missing == [again], lost


def test_nothing_is_written_that_would_refer_to_nothing(tmp_path: Path) -> None:
    first, *_ = recorded(tmp_path)
    file_of(tmp_path, first).write_bytes(b"")
    with EvidenceArchive(tmp_path) as archive:
        with pytest.raises(ReferenceLost):
            archive.append(AGAIN, run_id="r3", same_as=first)
        with pytest.raises(ReferenceLost):
            archive.append(UNMODIFIED, run_id="r3", same_as="2026-11-20.r0-1-000.0." + "0" * 24)
        whole = archive.append(AGAIN, run_id="r3")
    assert EvidenceArchive(tmp_path).get(whole).body == BODY


def test_another_body_is_never_called_the_same(tmp_path: Path) -> None:
    first, *_ = recorded(tmp_path)
    with EvidenceArchive(tmp_path) as archive, pytest.raises(ValueError, match="another body"):
        archive.append(replace(AGAIN, body=BODY + b"!"), run_id="r3", same_as=first)
