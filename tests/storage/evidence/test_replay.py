"""A WARC written by anybody is read as far as it can be read, and says what could not be."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.evidence import EvidenceArchive, EvidenceError, ReplayIndex
from tests.support.evidence import AT, BODY, page, sealed

Make = Callable[[WARCWriter], None]


def theirs(path: Path, make: Make, *, packed: bool = True) -> Path:
    with path.open("wb") as file:
        make(WARCWriter(file, gzip=packed, warc_version="1.0"))
    return path


def response(
    writer: WARCWriter, url: str, body: bytes, *headers: tuple[str, str], date: str | None = "2020-05-06T07:08:09Z"
) -> None:
    http = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), *headers], protocol="HTTP/1.1")
    record = writer.create_warc_record(
        url,
        "response",
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=http,
        warc_headers_dict={"WARC-Date": date or "x"},
    )
    if date is None:
        record.rec_headers.remove_header("WARC-Date")
    writer.write_record(record)


def chunked(body: bytes) -> bytes:
    return (
        b"".join(b"%x\r\n%s\r\n" % (len(body[i : i + 999]), body[i : i + 999]) for i in range(0, len(body), 999))
        + b"0\r\n\r\n"
    )


def test_our_own_archive_replays(tmp_path: Path) -> None:
    ids = sealed(tmp_path)
    wall = b"captcha" * 500
    with EvidenceArchive(tmp_path) as archive:
        archive.append(page(1, body=b"newest"), run_id="z")
        archive.append(page(2, body=wall, requested_url="http://short.cn/a"), run_id="z")
        archive.append(page(3, body=wall), run_id="z")
    index = ReplayIndex(tmp_path)
    assert not index.errors
    assert len(index) == len(ids) + 3
    found = index.recorded("https://x.example.edu.cn/1")
    assert [p.body for p in found] == [page(1).body, b"newest"]
    assert index.latest("HTTPS://X.example.edu.cn:443/3#top").body == wall  # type: ignore[union-attr]
    assert index.latest("http://short.cn/a").url == "https://x.example.edu.cn/2"  # type: ignore[union-attr]
    assert index.latest("https://x.example.edu.cn/none") is None
    assert sum(1 for _ in index) == len(index)
    assert "https://x.example.edu.cn/100" in index.urls()


@pytest.mark.parametrize("packed", [True, False])
def test_encodings_of_the_wire(tmp_path: Path, packed: bool) -> None:
    def make(writer: WARCWriter) -> None:
        response(writer, "https://a.cn/gzip", gzip.compress(BODY), ("Content-Encoding", "gzip"))
        response(writer, "https://a.cn/br", brotli.compress(BODY), ("Content-Encoding", "br"))
        response(writer, "https://a.cn/chunked", chunked(BODY), ("Transfer-Encoding", "chunked"))
        response(
            writer,
            "https://a.cn/both",
            chunked(gzip.compress(BODY)),
            ("Transfer-Encoding", "Chunked"),
            ("Content-Encoding", "GZIP"),
        )
        response(writer, "https://a.cn/lies", BODY, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
        response(writer, "https://a.cn/zstd", b"(\xb5/\xfd raw", ("Content-Encoding", "zstd"))
        response(writer, "https://a.cn/empty", b"", ("Content-Encoding", "gzip"))

    index = ReplayIndex(theirs(tmp_path / "theirs.warc.gz", make, packed=packed))
    assert not index.errors
    bodies = {p.url.rsplit("/", 1)[1]: p.body for p in index}
    assert all(bodies[name] == BODY for name in ("gzip", "br", "chunked", "both", "lies"))
    assert bodies["zstd"] == b"(\xb5/\xfd raw"
    assert bodies["empty"] == b""
    first = next(iter(index))
    assert first.fetched_at.isoformat() == "2020-05-06T15:08:09+08:00"
    assert first.headers == {"content-type": "text/html", "content-encoding": "gzip"}


def test_missing_dates_are_filled_only_from_the_recording(tmp_path: Path) -> None:
    def make(writer: WARCWriter) -> None:
        response(writer, "https://a.cn/never", BODY, date=None)
        response(writer, "https://a.cn/http", BODY, ("Date", "Tue, 05 May 2020 01:02:03 GMT"), date=None)
        response(writer, "https://a.cn/before", BODY, date=None)

    index = ReplayIndex(theirs(tmp_path / "undated.warc.gz", make))
    assert [p.url for p in index] == ["https://a.cn/http", "https://a.cn/before"]
    assert {p.fetched_at.isoformat() for p in index} == {"2020-05-05T09:02:03+08:00"}
    assert "没有时间" in index.errors[0]


def test_revisits_and_records_that_are_no_pages(tmp_path: Path) -> None:
    def make(writer: WARCWriter) -> None:
        writer.write_record(writer.create_warcinfo_record("x", {"software": "other"}))
        response(writer, "https://a.cn/1", BODY)
        digest = next(
            h
            for h in [
                writer.create_warc_record(
                    "https://a.cn/1",
                    "response",
                    payload=io.BytesIO(b"HTTP/1.1 200 OK\r\n\r\n" + BODY),
                    length=len(BODY) + 19,
                )
            ]
        )
        same = digest.rec_headers.get_header("WARC-Payload-Digest")
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_revisit_record("https://a.cn/2", same, "https://a.cn/1", "2020-05-06T07:08:09Z", http)
        )
        writer.write_record(
            writer.create_revisit_record(
                "https://a.cn/3", "sha1:NOBODYKNOWS", "https://a.cn/0", "2020-05-06T07:08:09Z", http
            )
        )
        writer.write_record(writer.create_warc_record("urn:x", "metadata", payload=io.BytesIO(b"a: b\r\n"), length=6))
        writer.write_record(
            writer.create_warc_record(
                "https://a.cn/1", "request", payload=io.BytesIO(b"GET / HTTP/1.1\r\n\r\n"), length=18
            )
        )

    index = ReplayIndex(theirs(tmp_path / "mixed.warc.gz", make))
    assert [(p.url, p.body) for p in index] == [("https://a.cn/1", BODY), ("https://a.cn/2", BODY)]
    assert len(index.errors) == 1
    assert "https://a.cn/3" in index.errors[0]


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_cut_in_the_middle_gives_what_is_readable(tmp_path: Path, packed: bool) -> None:
    def make(writer: WARCWriter) -> None:
        for number in range(5):
            response(writer, f"https://a.cn/{number}", BODY + bytes([number]) * 300)

    whole = theirs(tmp_path / "whole.warc.gz", make, packed=packed).read_bytes()
    cut = tmp_path / "cut.warc.gz"
    seen = set()
    for size in range(0, len(whole), max(1, len(whole) // 97)):
        cut.write_bytes(whole[:size])
        index = ReplayIndex(cut)
        pages = list(index)
        assert [p.body for p in pages] == [BODY + bytes([n]) * 300 for n in range(len(pages))]
        assert len(pages) < 5
        seen.add(len(pages))
        assert index.errors or not size, size
    assert seen == {0, 1, 2, 3, 4}


def test_damage_and_other_files(tmp_path: Path) -> None:
    def make(writer: WARCWriter) -> None:
        for number in range(4):
            response(writer, f"https://a.cn/{number}", BODY * 3)

    data = bytearray(theirs(tmp_path / "a.warc.gz", make).read_bytes())
    data[len(data) // 2 + 60] ^= 0xFF
    (tmp_path / "a.warc.gz").write_bytes(data)
    index = ReplayIndex(tmp_path / "a.warc.gz")
    assert 1 <= len(index) <= 3
    assert index.errors
    for name, content in {
        "text": b"hello\n" * 100,
        "html": b"<html></html>",
        "empty": b"",
        "zip": b"PK\x03\x04" + bytes(99),
    }.items():
        (tmp_path / name).write_bytes(content)
        found = ReplayIndex(tmp_path / name)
        assert len(found) == 0
        assert found.errors or name == "empty"
    one_block = tmp_path / "block.warc.gz"
    one_block.write_bytes(gzip.compress(theirs(tmp_path / "p.warc", make, packed=False).read_bytes()))
    assert [p.body for p in ReplayIndex(one_block)] == [BODY * 3] * 4
    with pytest.raises(EvidenceError, match="没有 WARC"):
        ReplayIndex(tmp_path / "nowhere")


def test_a_body_of_50_mb(tmp_path: Path) -> None:
    big = BODY * (50 * 1024 * 1024 // len(BODY))
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 1)

    def make(writer: WARCWriter) -> None:
        response(writer, "https://a.cn/big", big)
        response(writer, "https://a.cn/bomb", bomb, ("Content-Encoding", "gzip"))
        response(writer, "https://a.cn/after", BODY)

    index = ReplayIndex(theirs(tmp_path / "big.warc.gz", make))
    assert index.latest("https://a.cn/big").body == big  # type: ignore[union-attr]
    assert len(index.latest("https://a.cn/bomb").body) == 64 * 1024 * 1024  # type: ignore[union-attr]
    assert index.latest("https://a.cn/after").body == BODY  # type: ignore[union-attr]
    assert not index.errors


def test_an_archive_of_a_killed_writer_replays(tmp_path: Path) -> None:
    archive = EvidenceArchive(tmp_path)
    for number in range(5):
        archive.append(page(number))
    warc = next(tmp_path.glob("*/*.warc.gz"))
    warc.write_bytes(warc.read_bytes()[:-40])
    index = ReplayIndex(warc)
    assert [p.body for p in index] == [page(n).body for n in range(4)]
    assert "截断" in index.errors[0]
    assert index.latest("https://x.example.edu.cn/0").fetched_at == AT  # type: ignore[union-attr]
    archive._writer.close()  # type: ignore[union-attr]
