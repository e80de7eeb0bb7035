"""What goes into the archive comes out as it was, in WARC that others read, from any number of writers."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import resource
import subprocess
import sys
import zlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.page.page import Page
from rules.model import BEIJING
from storage.evidence import EvidenceArchive, EvidenceError, VerifyStatus, verify
from tests.support.evidence import AT, BODY, page, sealed

TOKEN = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12).map(lambda s: "x" + s)
VALUE = st.text(
    st.characters(min_codepoint=33, exclude_characters="\x7f\x85\xa0", exclude_categories=("Cs", "Z", "Cc")),
    max_size=30,
)
PAGES = st.builds(
    Page,
    url=st.text(st.characters(min_codepoint=33, exclude_categories=("Cs", "Cc", "Z")), max_size=40).map(
        lambda s: "https://a.edu.cn/" + s.replace("<", "").replace(">", "")
    ),
    body=st.binary(max_size=2000),
    fetched_at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda d: d.replace(tzinfo=BEIJING)),
    status=st.integers(100, 999),
    headers=st.dictionaries(TOKEN, VALUE, max_size=5),
    requested_url=st.sampled_from(["", "https://a.edu.cn/asked"]),
    address=st.sampled_from(["", "10.1.2.3", "2001:db8::1"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.lists(PAGES, min_size=1, max_size=4))
def test_every_page_comes_back_as_it_was(pages: list[Page], tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("a")
    with EvidenceArchive(root, sync_every=1000) as archive:
        ids = [archive.append(p, request_headers={"a": "b"}) for p in pages]
        assert [Page(**vars(archive.get(i))) for i in ids] == pages
    assert verify(root).status is VerifyStatus.VERIFIED


def test_the_field_s_own_checker_passes(tmp_path: Path) -> None:
    ids = sealed(tmp_path)
    with EvidenceArchive(tmp_path) as archive:
        archive.append(page(500), run_id="again")
        archive.append(page(501, body=page(500).body), run_id="again")  # a revisit
        archive.append(
            Page("https://x.edu.cn/名 称?q=\n1", "正文".encode(), AT, 404, {"坏 头": "值\r\n注入: x"}, "", ""),
            run_id="again",
        )
        shot = archive.append_resource("https://x.edu.cn/1", b"\x89PNG....", "image/png", AT, run_id="again")
        archive.append(page(9), run_id="again", kind="conversion")
        assert archive.get(shot).body == b"\x89PNG...."
        assert archive.get(shot).headers["content-type"] == "image/png"
    files = sorted(tmp_path.glob("*/*.warc.gz"))
    assert len(ids) == 16
    assert len(files) == 3
    checked = subprocess.run(
        [Path(sys.executable).with_name("warcio"), "check", "-v", *files], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "digest pass" in checked.stdout
    assert "\r\n注入".encode() not in gzip.decompress(files[0].read_bytes())


def test_identical_bodies_are_stored_once_per_file(tmp_path: Path) -> None:
    wall = os.urandom(20_000)
    with EvidenceArchive(tmp_path) as archive:
        ids = [archive.append(page(n, body=wall)) for n in range(20)]
        assert {archive.get(i).body for i in ids} == {wall}
        assert [archive.get(i).url for i in ids] == [page(n).url for n in range(20)]
    assert sum(f.stat().st_size for f in tmp_path.glob("*/*.warc.gz")) < 40_000
    assert verify(tmp_path).status is VerifyStatus.VERIFIED


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, br"])
def test_headers_never_lie_about_the_body(tmp_path: Path, encoding: str) -> None:
    """Scrapy hands over decoded bodies under the headers of the wire: the WARC must stay readable for everybody."""
    headers = {"content-encoding": encoding, "transfer-encoding": "chunked", "content-length": "17"}
    with EvidenceArchive(tmp_path) as archive:
        kept = archive.get(archive.append(page(1, headers=headers)))
    assert (kept.body, kept.headers) == (page(1).body, headers)


def test_a_body_still_encoded_is_decoded_on_the_way_out(tmp_path: Path) -> None:
    packed = gzip.compress(BODY)
    with EvidenceArchive(tmp_path) as archive:
        kept = archive.get(archive.append(page(1, body=packed, headers={"content-encoding": "gzip"})))
    assert kept.body == BODY
    with gzip.open(next(tmp_path.glob("*/*.warc.gz"))) as file:
        assert packed in file.read()


def test_pages_are_listed_by_day_and_run(tmp_path: Path) -> None:
    ids = sealed(tmp_path)
    with EvidenceArchive(tmp_path) as archive:
        late = archive.append(Page("https://x.edu.cn/", BODY, AT + timedelta(days=1)), run_id="r9")
        assert late.startswith("2026-11-22.r9-")
        assert [i for i, _ in archive.pages()] == [*ids, late]
        assert [i for i, _ in archive.pages(day="2026-11-21", run_id="r1")] == ids[8:]
        assert [p.url for i, p in archive.pages(run_id="r9")] == ["https://x.edu.cn/"]


@pytest.mark.parametrize(
    "wrong", ["", "x", "2026-11-21.r0-1.0.zz", "../../etc/passwd", "2026-11-21.r0-1-000.0." + "0" * 24]
)
def test_an_unknown_id_is_refused_in_plain_words(tmp_path: Path, wrong: str) -> None:
    sealed(tmp_path, 1, 1)
    with pytest.raises(EvidenceError, match="存证"):
        EvidenceArchive(tmp_path).get(wrong)


def test_an_id_pins_the_bytes(tmp_path: Path) -> None:
    """Whoever replaces a record and rewrites the chain is found by the ids that rows cite."""
    cited = sealed(tmp_path, 1, 1)[0]
    warc = next(tmp_path.glob("*/*.warc.gz"))
    offset = int(cited.split(".")[2])
    data = warc.read_bytes()
    forged = zlib.compressobj(9, zlib.DEFLATED, 31)
    warc.write_bytes(data[:offset] + forged.compress(b"WARC/1.1\r\n") + forged.flush() + data[offset:])
    with pytest.raises(EvidenceError, match="不符"):
        EvidenceArchive(tmp_path).get(cited)


def test_a_naive_time_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="aware"):
        EvidenceArchive(tmp_path).append(Page("https://x.edu.cn/", b"", datetime(2026, 1, 1)))
    assert not list(tmp_path.iterdir())


def write_some(root: Path, run: str, records: int) -> None:
    with EvidenceArchive(root, sync_every=1000) as archive:
        for number in range(records):
            archive.append(page(number), run_id=run)


def test_many_processes_write_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=write_some, args=(tmp_path, f"run{n % 2}", 60)) for n in range(6)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    report = verify(tmp_path)
    assert (report.status, report.files, report.records) == (VerifyStatus.VERIFIED, 6, 6 * 61), str(report)
    assert len(list(EvidenceArchive(tmp_path).pages())) == 360


def _append_and_close(archive: EvidenceArchive) -> None:
    archive.append(page(2), run_id="r")
    archive.close()


def test_a_forked_child_begins_its_own_file(tmp_path: Path) -> None:
    with EvidenceArchive(tmp_path) as archive:
        archive.append(page(1), run_id="r")
        child = multiprocessing.get_context("fork").Process(target=_append_and_close, args=(archive,))
        child.start()
        child.join(30)
        assert child.exitcode == 0
        archive.append(page(3), run_id="r")
    report = verify(tmp_path)
    assert (report.status, report.files, report.records) == (VerifyStatus.VERIFIED, 2, 5), str(report)


def fill_the_disk(root: Path, limit: int, said: multiprocessing.SimpleQueue[list[str]]) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    archive, kept, errors = EvidenceArchive(root), [], []
    for number in range(40):
        try:
            kept.append(archive.append(page(number, body=os.urandom(3000))))
        except EvidenceError as error:
            errors.append(str(error))
    assert errors
    assert all("磁盘空间不足" in text for text in errors)
    archive.close()
    said.put(kept)


@pytest.mark.parametrize("limit", [100, 700, 4_000, 20_000, 50_001])
def test_a_full_disk_leaves_nothing_half_recorded(tmp_path: Path, limit: int) -> None:
    context = multiprocessing.get_context("fork")
    said = context.SimpleQueue()
    child = context.Process(target=fill_the_disk, args=(tmp_path, limit, said))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    kept = said.get()
    archive = EvidenceArchive(tmp_path)
    assert [i for i, _ in archive.pages()] == kept
    archive.seal_abandoned()
    report = verify(tmp_path)
    assert not report.failures, str(report)
    assert report.status is VerifyStatus.VERIFIED or not report.records


def test_no_permission_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EvidenceError, match="存证"):
        EvidenceArchive(tmp_path / "file").append(page(1))
