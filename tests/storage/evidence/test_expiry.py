"""Records expire with a tombstone: their place is kept, the archive stays verified, and a killed process leaves nothing for long."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from storage.evidence import EvidenceArchive, EvidenceError, EvidenceExpired, ReplayIndex, VerifyStatus, verify
from storage.evidence.chain import MANIFEST, Manifest, read
from storage.evidence.expiry import expire
from storage.evidence.tombstone import STORED_MOST, ExpiredRecord, Tombstone, evidence_id, tombstones_in
from storage.evidence.writer import chain_path
from tests.support.evidence import AT, BODY, page, sealed
from tests.support.evidence_expiries import buried

WHY = ("personal_account", "个人账号资料保存期满")


def test_a_record_goes_and_its_place_stays(tmp_path: Path) -> None:
    ids = sealed(tmp_path)
    before = {path: path.stat().st_size for path in tmp_path.glob("*/*.warc.gz")}
    heads = EvidenceArchive(tmp_path).heads()
    told = expire(tmp_path, {ids[0]: WHY, ids[9]: WHY}, AT, dry=True)
    assert [tombstone.evidence for tombstone in told.done] == sorted([ids[0], ids[9]])
    assert EvidenceArchive(tmp_path).heads() == heads, "only said"
    assert expire(tmp_path, {ids[0]: WHY, ids[9]: WHY}, AT).bytes == told.bytes
    archive = EvidenceArchive(tmp_path)
    report = archive.verify(heads)
    assert report.status is VerifyStatus.VERIFIED, "a head kept before is still found"
    assert report.expired == {ids[0], ids[9]}
    assert "2 份存证已按规定到期销毁" in str(report)
    assert {path: path.stat().st_size for path in before} == before
    with pytest.raises(EvidenceExpired, match="已按规定到期销毁"):
        archive.get(ids[0])
    left = dict(archive.pages())
    assert left.keys() == {*ids} - {ids[0], ids[9]}
    index = ReplayIndex(tmp_path)
    assert (len(index), index.errors, index.latest(page(0).url)) == (14, [], None)
    whole = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert page(0).url.encode() + b'"' not in whole, "no address in the chain either"
    for path in before:
        with path.open("rb") as file:
            kinds = [record.rec_type for record in ArchiveIterator(file)]
        assert len(kinds) == len(read(chain_path(path).read_bytes(), expirable=True).entries) - 1
        assert "metadata" in kinds


def test_what_stays_and_why(tmp_path: Path) -> None:
    with EvidenceArchive(tmp_path) as archive:
        whole = archive.append(page(1, BODY), run_id="a")
        again = archive.append(page(2, BODY), run_id="a")
        shot_of = archive.append(page(3), run_id="a")
        shot = archive.append_resource(page(3).url, b"PNG" * 300, "image/png", page(3).fetched_at, run_id="a")
        damaged = archive.append(page(4), run_id="a")
        after = archive.append(page(5, same := b"<p>x</p>" * 9), run_id="a")
    with EvidenceArchive(tmp_path) as archive:
        refers = archive.append(page(6, same), run_id="b", same_as=after)
    warc = tmp_path / f"{damaged.partition('.')[0]}" / f"{damaged.split('.')[1]}.warc.gz"
    data = bytearray(warc.read_bytes())
    data[int(damaged.split(".")[2]) + 40] ^= 1
    warc.write_bytes(data)
    writing = EvidenceArchive(tmp_path)
    open_one = writing.append(page(7), run_id="c")
    strange = "2026-11-21.elsewhere-1-000.0." + "0" * 24
    told = expire(tmp_path, dict.fromkeys([whole, after, shot_of, damaged, open_one, strange], WHY), AT)
    assert {tombstone.evidence: len(tombstone.records) for tombstone in told.done} == {shot_of: 2}, "its screenshot too"
    reasons = {whole: "引用", after: "引用", damaged: "与校验链不一致", open_one: "尚未封存"}
    assert told.left.keys() == reasons.keys()
    assert all(why in told.left[id] for id, why in reasons.items())
    assert told.elsewhere == {strange}
    assert EvidenceArchive(tmp_path).get(refers).body == same
    told = expire(tmp_path, dict.fromkeys([whole, again, after, refers], WHY), AT)
    assert {one.evidence for one in told.done} == {whole, again, after, refers}, "with what refers to it, it may go"
    with pytest.raises(EvidenceError):
        EvidenceArchive(tmp_path).get(shot)
    writing.close()


@pytest.mark.parametrize("reached", ["tombstones", "half a filler", "fillers"])
def test_the_next_start_finishes_what_a_kill_left(tmp_path: Path, reached: str) -> None:
    ids = sealed(tmp_path / "a", runs=1)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    wanted = {ids[0]: WHY, ids[4]: WHY}
    done = expire(tmp_path / "b", wanted, AT).done
    root = tmp_path / "a"
    for tombstone in done:
        Manifest(root).add(tombstone.link())
    name, record = done[0].file, done[0].records[0]
    if reached == "fillers":
        (root / name).write_bytes((tmp_path / "b" / name).read_bytes())
    elif reached == "half a filler":
        with (root / name).open("r+b") as file:
            file.seek(record.offset)
            file.write(done[0].filler(record)[: record.length // 2])
    report = verify(root)
    assert report.status is VerifyStatus.FAILED
    assert report.first_bad
    assert "evidence expire" in report.first_bad.reason, "says what finishes it"
    assert expire(root, wanted, AT).done == done
    assert verify(root).status is VerifyStatus.VERIFIED
    same = {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert same == {path: (tmp_path / "b" / path).read_bytes() for path in same}


def _expire_slowly(root: Path, ids: list[str]) -> None:
    for id in ids:
        expire(root, {id: WHY}, AT)


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """kill -9, again and again: nothing else is touched, and in the end all of it is gone."""
    ids = sealed(tmp_path, records=40)
    kept = {id: EvidenceArchive(tmp_path).get(id).body for id in ids[::2]}
    going, dice = ids[1::2], random.Random(16)
    fork = multiprocessing.get_context("fork")
    for _ in range(6):
        child = fork.Process(target=_expire_slowly, args=(tmp_path, going))
        child.start()
        time.sleep(dice.uniform(0.01, 0.12))
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        begun = tombstones_in(Manifest(tmp_path).read())
        report = verify(tmp_path)
        assert all("evidence expire" in bad.reason for bad in report.failures), report
        assert begun.keys() <= {*going}
    expire(tmp_path, dict.fromkeys(going, WHY), AT)
    report = verify(tmp_path)
    assert (report.status, report.expired) == (VerifyStatus.VERIFIED, {*going})
    assert {id: EvidenceArchive(tmp_path).get(id).body for id in kept} == kept
    assert not list(tmp_path.rglob("*.new"))


def test_a_backup_of_hard_links_keeps_its_bytes(tmp_path: Path) -> None:
    ids = sealed(tmp_path / "a", runs=1)
    shutil.copytree(tmp_path / "a", tmp_path / "b", copy_function=os.link)
    (tmp_path / "b" / MANIFEST).unlink()
    shutil.copy2(tmp_path / "a" / MANIFEST, tmp_path / "b" / MANIFEST)
    expire(tmp_path / "a", {ids[2]: WHY}, AT)
    assert verify(tmp_path / "b").status is VerifyStatus.VERIFIED
    assert EvidenceArchive(tmp_path / "b").get(ids[2]).url == page(2).url
    assert verify(tmp_path / "a").expired == {ids[2]}


def test_a_lone_file_says_what_cannot_be_told_without_its_manifest(tmp_path: Path) -> None:
    ids = sealed(tmp_path / "a", runs=1)
    expire(tmp_path / "a", {ids[2]: WHY}, AT)
    (warc,) = (tmp_path / "a").glob("*/*.warc.gz")
    assert verify(warc).status is VerifyStatus.VERIFIED
    (tmp_path / "a" / MANIFEST).unlink()
    report = verify(warc)
    assert report.status is VerifyStatus.UNVERIFIABLE
    assert any("到期销毁" in said for said in report.missing)


def test_a_chain_that_calls_a_record_expired_proves_nothing(tmp_path: Path) -> None:
    """Bytes and chain as a rule would leave them, and no tombstone: the manifest is asked."""
    ids = sealed(tmp_path / "a", runs=1)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (tombstone,) = expire(tmp_path / "b", {ids[3]: WHY}, AT).done
    files = {
        path.relative_to(tmp_path / "a").as_posix(): path.read_bytes()
        for path in (tmp_path / "a").rglob("*")
        if path.is_file()
    }
    for name, data in buried(files, tombstone).items():
        (tmp_path / "a" / name).write_bytes(data)
    report = verify(tmp_path / "a")
    assert report.first_bad
    assert "没有到期销毁的登记" in report.first_bad.reason
    with pytest.raises(EvidenceError, match="可能被改动"):
        EvidenceArchive(tmp_path / "a").get(ids[3])


@pytest.mark.parametrize("length", [200, 4000, STORED_MOST, STORED_MOST + 23, 2 * STORED_MOST + 28, 1_000_003])
def test_a_filler_is_exactly_as_long(length: int, tmp_path: Path) -> None:
    record = ExpiredRecord(241, length, "a" * 64, "b" * 64, "c" * 64)
    name = "2026-11-21/r0-1-000.warc.gz"
    tombstone = Tombstone(evidence_id(name, 241, "a" * 64), name, *WHY, "2026-11-21T01:30:00Z", (record,))
    filler = tombstone.filler(record)
    assert len(filler) == length
    (tmp_path / "x.warc.gz").write_bytes(filler)
    with (tmp_path / "x.warc.gz").open("rb") as file:
        (found,) = [(each.rec_type, len(each.content_stream().read())) for each in ArchiveIterator(file)]
    assert found[0] == "metadata"
    assert ReplayIndex(tmp_path).errors == []
