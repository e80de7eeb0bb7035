"""A backup made while others write, restored elsewhere and verified; what is refused, and why."""

from __future__ import annotations

import sqlite3
import subprocess
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from monitors.errors import InvalidInput
from monitors.jobs.backup import MANIFEST, create_backup
from monitors.jobs.restore import DamagedBackup, restore_backup
from monitors.settings import Settings, load_settings
from rules.model import Filing, Platform
from storage.database import StorageError
from storage.evidence import EvidenceArchive, VerifyStatus, verify
from storage.store import Store
from storage.timestamps import Timestamp
from tests.conftest import NOW
from tests.support.cli import run
from tests.support.evidence import page, sealed

FILING = Filing(
    id="F-1", school="sias", platform=Platform.WEIBO, name="西亚斯图书馆", account_id="9000000002", unit="图书馆"
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data directory with a register, sealed evidence, a policy file and a letter in the folder."""
    made = load_settings(data=tmp_path / "data")
    store = Store(made.database)
    store.filings.save([FILING], by="测试", now=NOW)
    sealed(made.data / "evidence")
    store.chain_heads.save(EvidenceArchive(made.data / "evidence").heads(), NOW)
    store.close()
    for name in ("settings.toml", "policies/sias.yaml", "outbox/一/通知.txt", "serve.lock", "outbox/.unfinished.1/x"):
        (made.data / name).parent.mkdir(parents=True, exist_ok=True)
        (made.data / name).write_text(f"# {name}\n", encoding="utf-8")
    return made


def test_everything_comes_back_and_verifies(settings: Settings, tmp_path: Path) -> None:
    made = create_backup(settings, tmp_path / "b", NOW)
    done = restore_backup(tmp_path / "b", tmp_path / "new", fingerprint=made.fingerprint)
    assert done.evidence.status is VerifyStatus.VERIFIED
    assert (tmp_path / "new/policies/sias.yaml").read_text("utf-8") == "# policies/sias.yaml\n"
    assert (tmp_path / "new/outbox/一/通知.txt").exists()
    assert not (tmp_path / "new/serve.lock").exists()
    assert not (tmp_path / "new/outbox/.unfinished.1").exists()
    store = Store(load_settings(data=tmp_path / "new").database)
    assert [each.name for each in store.filings.all()] == ["西亚斯图书馆"]
    store.close()
    assert all(not path.stat().st_mode & 0o077 for path in (tmp_path / "b").rglob("*"))
    subprocess.run(["sha256sum", "-c", "--quiet", "--strict", MANIFEST], cwd=tmp_path / "b", check=True)


def test_while_the_service_writes(settings: Settings, tmp_path: Path) -> None:
    """Rows and pages go on during the backup; what it holds is whole, and every row it holds has its evidence."""
    over, archive, store = threading.Event(), EvidenceArchive(settings.data / "evidence"), Store(settings.database)

    def write() -> None:
        number = 1000
        while not over.is_set():
            number += 1
            archive.append(page(number), run_id="live")
            archive.sync()
            store.filings.save([replace(FILING, id=f"F-{number}", account_id=str(number))], by="测试", now=NOW)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(3):
            create_backup(settings, tmp_path / f"b{turn}", NOW)
    finally:
        over.set()
        writer.join()
        archive.close()
        store.close()
    for turn in range(3):
        done = restore_backup(tmp_path / f"b{turn}", tmp_path / f"n{turn}")
        assert done.evidence.status is VerifyStatus.VERIFIED, str(done.evidence)
    assert verify(tmp_path / "n2/evidence").records > verify(tmp_path / "n0/evidence").records - 1 > 0


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


Tamper = Callable[[Path], object]


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (lambda b: _flip(next(b.glob("evidence/*/*.warc.gz"))), "与清单不符"),
        (lambda b: _flip(b / "xunjian.db"), "与清单不符"),
        (lambda b: (b / "files/policies/sias.yaml").write_text("x"), "与清单不符"),
        (lambda b: (b / "files/policies/sias.yaml").unlink(), "缺少"),
        (lambda b: (b / "files/policies/extra.yaml").write_text("x"), "多出"),
        (lambda b: (b / MANIFEST).unlink(), "没有做完"),
    ],
)
def test_a_changed_backup_is_refused_and_nothing_is_left(
    settings: Settings, tmp_path: Path, tamper: Tamper, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    create_backup(settings, tmp_path / "b", NOW)
    tamper(tmp_path / "b")
    code, _, err = run(capsys, "backup", "restore", str(tmp_path / "b"), "--to", str(tmp_path / "new"))
    assert (code, says in err) == (1, True), err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "data"]


def test_whoever_writes_the_manifest_anew_is_found_by_fingerprint_and_chain(settings: Settings, tmp_path: Path) -> None:
    made = create_backup(settings, tmp_path / "b", NOW)
    warc = next((tmp_path / "b").glob("evidence/*/*.warc.gz"))
    _flip(warc)
    lines = [line for line in (tmp_path / "b" / MANIFEST).read_text().splitlines() if not line.endswith(warc.name)]
    digest = subprocess.run(["sha256sum", str(warc)], capture_output=True, text=True, check=True).stdout.split()[0]
    lines.append(f"{digest}  {warc.relative_to(tmp_path / 'b')}")
    (tmp_path / "b" / MANIFEST).write_text("\n".join(lines) + "\n")
    with pytest.raises(DamagedBackup, match="存证核验不一致"):
        restore_backup(tmp_path / "b", tmp_path / "new")
    with pytest.raises(DamagedBackup, match="指纹"):
        restore_backup(tmp_path / "b", tmp_path / "new", fingerprint=made.fingerprint)


def test_where_a_backup_cannot_go(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="里面"):
        create_backup(settings, settings.data / "backup", NOW)
    create_backup(settings, tmp_path / "b", NOW)
    with pytest.raises(InvalidInput, match="不是空的"):
        create_backup(settings, tmp_path / "b", NOW)
    with pytest.raises(InvalidInput, match="不是空目录"):
        restore_backup(tmp_path / "b", settings.data)
    with pytest.raises(StorageError, match="找不到数据库"):
        create_backup(load_settings(data=tmp_path / "nothing"), tmp_path / "c", NOW)


def test_hard_links_only_for_what_never_changes(settings: Settings, tmp_path: Path) -> None:
    archive = EvidenceArchive(settings.data / "evidence")
    archive.append(page(1), run_id="open")
    create_backup(settings, tmp_path / "b", NOW, link=True)
    links = {path.name.split("-")[0]: path.stat().st_nlink for path in (tmp_path / "b").glob("evidence/*/*.warc.gz")}
    assert links == {"r0": 2, "r1": 2, "open": 1}
    archive.close()
    assert restore_backup(tmp_path / "b", tmp_path / "new").evidence.status is VerifyStatus.VERIFIED


def test_a_backup_migrates_nothing_and_an_old_one_is_migrated_when_restored(tmp_path: Path) -> None:
    packed = Path(__file__).parents[2] / "contracts" / "installation_0_1_0.tar.xz"
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path / "old", filter="data")
    before = _revision(tmp_path / "old/xunjian.db")
    create_backup(load_settings(data=tmp_path / "old"), tmp_path / "b", NOW)
    assert _revision(tmp_path / "old/xunjian.db") == _revision(tmp_path / "b/xunjian.db") == before
    done = restore_backup(tmp_path / "b", tmp_path / "new")
    assert _revision(tmp_path / "new/xunjian.db") != before
    assert done.evidence.status is not VerifyStatus.FAILED


def _revision(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_postgresql(fresh_postgres: str, postgres: str, tmp_path: Path) -> None:
    import psycopg

    plain = fresh_postgres.replace("+psycopg", "")
    settings = load_settings(data=tmp_path / "data", database_url=plain)
    store = Store(settings.database)
    store.filings.save([FILING], by="测试", now=NOW)
    store.close()
    sealed(settings.data / "evidence")
    create_backup(settings, tmp_path / "b", NOW)
    with pytest.raises(InvalidInput, match="--database-url"):
        restore_backup(tmp_path / "b", tmp_path / "new")
    with pytest.raises(StorageError, match="不是空的"):
        restore_backup(tmp_path / "b", tmp_path / "new", database_url=plain)
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE restored")
    try:
        done = restore_backup(tmp_path / "b", tmp_path / "new", database_url=f"{postgres}/restored")
        restored = Store(load_settings(data=tmp_path / "new", database_url=f"{postgres}/restored").database)
        assert [each.name for each in restored.filings.all()] == ["西亚斯图书馆"]
        restored.close()
    finally:
        with psycopg.connect(f"{postgres}/postgres", autocommit=True) as admin:
            admin.execute("DROP DATABASE restored WITH (FORCE)")
    assert done.evidence.status is VerifyStatus.VERIFIED


def test_a_disk_without_room_is_told(settings: Settings, tmp_path: Path) -> None:
    target = Path("/dev/full/x")
    with pytest.raises(StorageError, match="没有完成"):
        create_backup(settings, target, NOW)
    assert not (tmp_path / "b").exists()


def test_evidence_that_does_not_fit_its_time_stamps_is_not_restored(settings: Settings, tmp_path: Path) -> None:
    store = Store(settings.database)
    store.timestamps.add(Timestamp(day=NOW.date(), head="a1" * 32, stamped_at=NOW, token=b""))
    store.close()
    create_backup(settings, tmp_path / "b", NOW)
    with pytest.raises(DamagedBackup, match="2026-11-21 的时间戳"):
        restore_backup(tmp_path / "b", tmp_path / "new")
    assert not (tmp_path / "new").exists()
