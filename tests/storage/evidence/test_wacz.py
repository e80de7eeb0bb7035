"""A WACZ package holds the archive's own records, byte for byte, where its index says they are."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from storage.evidence import EvidenceArchive
from storage.evidence.wacz import surt, write_wacz
from tests.support.evidence import AT, BODY, page, sealed


def packed(root: Path, out: Path, wanted: list[str]) -> tuple[zipfile.ZipFile, list[str]]:
    _, missing = write_wacz(out, EvidenceArchive(root), wanted, title="示范大学图书馆", created=AT)
    return zipfile.ZipFile(out), missing


def test_each_record_is_where_the_index_says_and_hashes_to_its_id(tmp_path: Path) -> None:
    ids = sealed(tmp_path / "a")
    records, missing = write_wacz(tmp_path / "p.wacz", EvidenceArchive(tmp_path / "a"), ids, title="t", created=AT)
    assert missing == []
    assert [record.evidence for record in records] == ids
    with zipfile.ZipFile(tmp_path / "p.wacz") as package:
        data = package.read("archive/data.warc.gz")
        lines = gzip.decompress(package.read("indexes/index.cdx.gz")).decode().splitlines()
    for record in records:
        member = data[record.offset : record.offset + record.length]
        assert hashlib.sha256(member).hexdigest() == record.sha256
        assert record.evidence.endswith("." + record.sha256[:24])
    assert lines == sorted(lines)
    for line in lines:
        entry = json.loads(line.split(" ", 2)[2])
        found = next(iter(ArchiveIterator(io.BytesIO(data[int(entry["offset"]) :]))))
        assert found.rec_headers.get_header("WARC-Target-URI") == entry["url"]


def test_every_part_is_described_and_the_description_sealed(tmp_path: Path) -> None:
    package, _ = packed(tmp_path / "a", tmp_path / "p.wacz", sealed(tmp_path / "a"))
    with package:
        described = package.read("datapackage.json")
        parts = json.loads(described)["resources"]
        assert {part["path"] for part in parts} | {"datapackage.json", "datapackage-digest.json"} == set(
            package.namelist()
        )
        for part in parts:
            assert part["hash"] == "sha256:" + hashlib.sha256(package.read(part["path"])).hexdigest()
        seal = json.loads(package.read("datapackage-digest.json"))
        assert seal["hash"] == "sha256:" + hashlib.sha256(described).hexdigest()
        assert package.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED


def test_what_a_record_refers_to_comes_with_it(tmp_path: Path) -> None:
    with EvidenceArchive(tmp_path / "a") as archive:
        first = archive.append(page(1, body=BODY), run_id="r")
        again = archive.append(page(2, body=BODY), run_id="r")
    records, _ = write_wacz(tmp_path / "p.wacz", EvidenceArchive(tmp_path / "a"), [again], title="t", created=AT)
    assert [record.evidence for record in records] == [first, again]


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    ids = sealed(tmp_path / "a")
    for name in ("1", "2"):
        packed(tmp_path / "a", tmp_path / name, ids)[0].close()
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_a_damaged_or_missing_page_is_named(tmp_path: Path) -> None:
    ids = sealed(tmp_path / "a")
    file = next((tmp_path / "a").rglob("r0-*.warc.gz"))
    offset = int(ids[2].split(".")[2])
    body = bytearray(file.read_bytes())
    body[offset + 30] ^= 1
    file.write_bytes(bytes(body))
    package, missing = packed(tmp_path / "a", tmp_path / "p.wacz", [*ids, "2026-11-21.r9-1-000.0." + "0" * 24])
    package.close()
    assert missing == [ids[2], "2026-11-21.r9-1-000.0." + "0" * 24]


def test_an_account_without_a_page_still_gives_a_whole_package(tmp_path: Path) -> None:
    package, missing = packed(tmp_path / "a", tmp_path / "p.wacz", [])
    with package:
        assert package.testzip() is None
        assert gzip.decompress(package.read("indexes/index.cdx.gz")) == b""
    assert missing == []


def test_addresses_sort_by_their_host() -> None:
    assert surt("https://Lib.BIT.edu.cn/News?id=3") == "cn,edu,bit,lib)/news?id=3"
    assert surt("http://a.cn:8080") == "cn,a:8080)/"
