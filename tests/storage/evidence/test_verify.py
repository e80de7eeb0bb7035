"""Every change is found, innocent crashes are not called tampering, and three answers stay three answers."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import time
from itertools import pairwise
from pathlib import Path

import pytest

from storage.evidence import EvidenceArchive, VerifyStatus, verify
from storage.evidence.chain import GENESIS, Manifest, line, read
from tests.support.evidence import page, sealed

MUTATIONS = 2400


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed archive of two files, eight pages each."""
    root = tmp_path_factory.mktemp("original")
    sealed(root)
    return root


@pytest.fixture
def root(original: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    shutil.copytree(original, tmp_path / "a")
    return tmp_path / "a"


def offsets(warc: Path) -> list[int]:
    chain = warc.with_name(warc.name.removesuffix(".warc.gz") + ".chain")
    return [entry["offset"] for entry in read(chain.read_bytes()).entries[1:]] + [warc.stat().st_size]


def pieces(path: Path) -> list[bytes]:
    """Records of a WARC, lines of a chain."""
    data = path.read_bytes()
    if path.suffix == ".chain":
        return data.splitlines(keepends=True)
    at = offsets(path)
    return [data[a:b] for a, b in pairwise(at)]


def mutate(data: bytes, parts: list[bytes], dice: random.Random) -> bytes:
    kind, at = dice.randrange(9), dice.randrange(len(data))
    if kind <= 2:
        return data[:at] + bytes([data[at] ^ dice.randrange(1, 256)]) + data[at + 1 :]
    if kind == 3:
        return data[:at] + data[at + dice.randrange(1, 40) :]
    if kind == 4:
        return data[:at] + dice.randbytes(dice.randrange(1, 20)) + data[at:]
    if kind == 5:
        return data[:at]
    one, two = sorted(dice.sample(range(len(parts)), 2))
    if kind == 6:
        parts[one], parts[two] = parts[two], parts[one]
    elif kind == 7:
        parts.insert(two, parts[one])
    else:
        del parts[one]
    return b"".join(parts)


def test_every_mutation_is_found(root: Path) -> None:
    dice = random.Random(20261121)
    heads = EvidenceArchive(root).heads()
    files = {path: (path.read_bytes(), pieces(path)) for path in sorted(root.rglob("*")) if path.is_file()}
    assert len(files) == 5
    assert verify(root, heads).status is VerifyStatus.VERIFIED
    tried = 0
    while tried < MUTATIONS:
        path = dice.choice(list(files))
        data, parts = files[path]
        changed = mutate(data, list(parts), dice)
        if changed == data:
            continue
        path.write_bytes(changed)
        tried += 1
        assert verify(root, heads).status is VerifyStatus.FAILED, (path.name, tried)
        alone = verify(root).status
        assert alone is VerifyStatus.FAILED or (path.name == "manifest.chain" and alone is VerifyStatus.UNVERIFIABLE), (
            path.name
        )
        path.write_bytes(data)
    assert verify(root, heads).status is VerifyStatus.VERIFIED


def test_each_byte_of_a_small_file_matters(tmp_path: Path) -> None:
    """Gzip headers included: mtime, flags and operating system bytes change nothing on reading, yet are found."""
    with EvidenceArchive(tmp_path) as archive:
        archive.append(page(1, body=b"x"))
    for path in tmp_path.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        for at in range(len(data)):
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            assert verify(tmp_path).status is not VerifyStatus.VERIFIED, (path.name, at)
        if data:
            path.write_bytes(data)
    assert verify(tmp_path).status is VerifyStatus.VERIFIED


def test_removed_added_and_exchanged_files_are_found(root: Path) -> None:
    warcs = sorted(root.glob("*/*.warc.gz"))
    chains = [w.with_name(w.name.removesuffix(".warc.gz") + ".chain") for w in warcs]
    kept = {path: path.read_bytes() for path in [*warcs, *chains, root / "manifest.chain"]}

    def restore() -> None:
        for path, data in kept.items():
            path.write_bytes(data)
        assert verify(root).status is VerifyStatus.VERIFIED

    for gone in [[warcs[0]], [chains[1]], [warcs[1], chains[1]]]:
        for path in gone:
            path.unlink()
        assert verify(root).status is VerifyStatus.FAILED
        restore()
    (root / "manifest.chain").unlink()
    assert verify(root).status is VerifyStatus.FAILED  # the files are there, the list is not
    restore()
    for one, two in ((warcs[0], warcs[1]), (chains[0], chains[1])):
        one.write_bytes(kept[two])
        two.write_bytes(kept[one])
    assert verify(root).status is VerifyStatus.FAILED
    restore()
    extra = warcs[0].with_name("r7-1-000.warc.gz")
    extra.write_bytes(kept[warcs[0]])
    assert "不在清单" in str(verify(root))
    extra.unlink()
    restore()


def test_the_first_bad_record_is_named(root: Path) -> None:
    warc = sorted(root.glob("*/*.warc.gz"))[0]
    data, at = bytearray(warc.read_bytes()), offsets(warc)
    data[at[4] + 20] ^= 1
    warc.write_bytes(data)
    bad = verify(root).first_bad
    assert bad is not None
    assert (bad.record, bad.offset) == (5, at[4])
    assert bad.file == f"{warc.parent.name}/{warc.name}"


def rewrite(root: Path) -> None:
    """Somebody removes the last record everywhere and computes every hash anew."""
    warc = sorted(root.glob("*/*.warc.gz"))[-1]
    chain = warc.with_name(warc.name.removesuffix(".warc.gz") + ".chain")
    links = read(chain.read_bytes())
    last = links.entries[-1]
    warc.write_bytes(warc.read_bytes()[: last["offset"]])
    chain.write_bytes(b"".join(chain.read_bytes().splitlines(keepends=True)[:-1]))
    entries = Manifest(root).read().entries
    entries[-1] |= {"records": len(links.entries) - 2, "bytes": last["offset"], "head": links.hashes[-2]}
    text, head = b"", GENESIS
    for entry in entries:
        part, head = line(head, entry)
        text += part
    (root / "manifest.chain").write_bytes(text)


def test_a_complete_forgery_needs_the_heads_kept_elsewhere(root: Path) -> None:
    heads = EvidenceArchive(root).heads()
    rewrite(root)
    assert verify(root).status is VerifyStatus.VERIFIED  # what a chain alone cannot show
    report = verify(root, heads)
    assert report.status is VerifyStatus.FAILED
    assert "链首" in str(report)


def test_one_file_alone(root: Path, tmp_path: Path) -> None:
    warc = sorted(root.glob("*/*.warc.gz"))[0]
    chain = warc.with_name(warc.name.removesuffix(".warc.gz") + ".chain")
    assert verify(warc).status is VerifyStatus.VERIFIED
    away = tmp_path / warc.name
    shutil.copy(warc, away)
    assert verify(away).status is VerifyStatus.UNVERIFIABLE
    shutil.copy(chain, tmp_path)
    assert verify(away).status is VerifyStatus.UNVERIFIABLE  # all matched, but nothing says it is all
    head = read(chain.read_bytes()).head
    assert verify(away, {f"{warc.parent.name}/{warc.name}": head}).status is VerifyStatus.VERIFIED
    away.write_bytes(away.read_bytes()[:-30])
    assert verify(away).status is VerifyStatus.FAILED


def test_nothing_is_not_verified(tmp_path: Path) -> None:
    assert verify(tmp_path).status is VerifyStatus.UNVERIFIABLE
    assert verify(tmp_path / "missing").status is VerifyStatus.UNVERIFIABLE
    (tmp_path / "others.warc.gz").write_bytes(b"\x1f\x8b")
    assert "没有校验链" in str(verify(tmp_path / "others.warc.gz"))


def unsealed(root: Path) -> tuple[Path, Path, tuple[int, int], list[str]]:
    """An archive whose writer died after five pages. Its WARC, chain, their sizes before the last page, and the ids."""
    archive = EvidenceArchive(root, sync_every=1000)
    ids = [archive.append(page(n), request_headers={"a": "b"}) for n in range(4)]
    writer = archive._writer
    assert writer is not None
    chain = writer.path.with_name(writer.path.name.removesuffix(".warc.gz") + ".chain")
    before = (writer.offset, writer.chain_size)
    ids.append(archive.append(page(4), request_headers={"a": "b"}))
    writer.close()
    return writer.path, chain, before, ids


def test_a_torn_tail_is_no_tampering(tmp_path: Path) -> None:
    warc, chain, (end, links), ids = unsealed(tmp_path)
    data, text = warc.read_bytes(), chain.read_bytes()
    manifest = (tmp_path / "manifest.chain").read_bytes()
    assert "不能排除" in str(verify(tmp_path))
    cuts = [(cut, links) for cut in range(end, len(data), 7)] + [
        (len(data), cut) for cut in range(links, len(text), 13)
    ]
    for cut, link in cuts:
        warc.write_bytes(data[:cut])
        chain.write_bytes(text[:link])
        report = verify(tmp_path)
        assert report.status is VerifyStatus.UNVERIFIABLE, (cut, link)
        assert bool(report.torn) == (cut > end or link > links)
        archive = EvidenceArchive(tmp_path)
        assert [i for i, _ in archive.pages()][:4] == ids[:4]
        assert archive.seal_abandoned()
        assert verify(tmp_path).status is VerifyStatus.VERIFIED
        if cut > end:  # once sealed, the torn bytes are vouched for too
            warc.write_bytes(data[: cut - 1] + bytes([data[cut - 1] ^ 1]))
            assert verify(tmp_path).status is VerifyStatus.FAILED
        (tmp_path / "manifest.chain").write_bytes(manifest)


def test_a_record_the_chain_knows_and_the_file_lacks_is_a_failure(tmp_path: Path) -> None:
    warc, _, (end, _), _ = unsealed(tmp_path)
    warc.write_bytes(warc.read_bytes()[:end])
    report = verify(tmp_path)
    assert report.status is VerifyStatus.FAILED
    assert "截断" in str(report)
    assert EvidenceArchive(tmp_path).seal_abandoned() == []


def test_a_torn_manifest_line_is_cut_off_by_the_next_writer(root: Path) -> None:
    manifest = root / "manifest.chain"
    for cut in (1, 30, 70, 200):
        manifest.write_bytes(manifest.read_bytes() + (b"0" * 64 + b' {"event":"open","file":"2026-11-21/zz' * 4)[:cut])
        assert verify(root).status is VerifyStatus.UNVERIFIABLE
        with EvidenceArchive(root) as archive:
            archive.append(page(cut), run_id=f"after{cut}")
        assert verify(root).status is VerifyStatus.VERIFIED


def seal_what_is_left(root: Path) -> None:
    EvidenceArchive(root).seal_abandoned()


def test_several_processes_seal_once(tmp_path: Path) -> None:
    for _ in range(10):
        archive = EvidenceArchive(tmp_path)
        archive.append(page(1))
        archive._writer.close()  # type: ignore[union-attr]
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=seal_what_is_left, args=(tmp_path,)) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(30)
    report = verify(tmp_path)
    assert (report.status, report.files) == (VerifyStatus.VERIFIED, 10), str(report)


def test_a_live_archive_verifies(tmp_path: Path) -> None:
    with EvidenceArchive(tmp_path) as archive:
        archive.append(page(1))
        report = verify(tmp_path)
        assert report.status is VerifyStatus.VERIFIED
        assert "正在写入" in str(report)
        assert archive.seal_abandoned() == []
        heads = archive.heads()
        archive.append(page(2))
    assert len(heads) == 2
    assert verify(tmp_path, heads).status is VerifyStatus.VERIFIED


def write_for_ever(root: Path, pipe: int) -> None:
    archive = EvidenceArchive(root, sync_every=16)
    for number in range(100_000):
        evidence = archive.append(page(number, body=os.urandom(4000)), request_headers={"a": "b"})
        os.write(pipe, evidence.encode() + b"\n")
        if number % 40 == 39:
            archive.close()


@pytest.mark.parametrize("seed", range(24))
def test_kill_9_never_costs_what_was_acknowledged(tmp_path: Path, seed: int) -> None:
    reading, writing = os.pipe()
    child = multiprocessing.get_context("fork").Process(target=write_for_ever, args=(tmp_path, writing))
    child.start()
    os.close(writing)
    time.sleep(random.Random(seed).uniform(0.005, 0.12))
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join(30)
    with os.fdopen(reading, "rb") as pipe:
        ids = [text.decode() for text in pipe.read().split(b"\n")[:-1]]
    archive = EvidenceArchive(tmp_path)
    found = [i for i, _ in archive.pages()]
    assert found[: len(ids)] == ids
    assert len(found) <= len(ids) + 1
    assert verify(tmp_path).status is not VerifyStatus.FAILED
    archive.seal_abandoned()
    report = verify(tmp_path)
    assert not report.failures, str(report)
    assert report.status is VerifyStatus.VERIFIED or not report.records
    with archive:
        archive.append(page(1), run_id="next")
    assert verify(tmp_path).status is VerifyStatus.VERIFIED


def test_a_report_is_plain_json_friendly(root: Path) -> None:
    report = verify(root)
    assert json.dumps([report.status, report.files, report.records])
    assert str(report).startswith("核验一致：2 个文件")
