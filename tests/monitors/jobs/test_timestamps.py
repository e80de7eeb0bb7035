"""Once a day the archive's head is signed outside; what is rewritten afterwards is found, database and all."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitors.app_context import AppContext
from monitors.jobs.timestamps import doctor_rows, stamp_head
from monitors.settings import load_settings
from monitors.timestamp_authority import TimestampError
from rules.model import BEIJING
from storage.evidence import EvidenceArchive
from storage.evidence.chain import MANIFEST, Manifest
from storage.store import Store
from tests.support.cli import run
from tests.support.evidence import AT, page, sealed
from tests.support.timestamp_authority import Authority, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(tmp_path_factory.mktemp("tsa") / "ours") as authority:
        yield authority


@pytest.fixture
def authority(served: Authority) -> Authority:
    served.fault = ""
    return served


@pytest.fixture
def context(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppContext]:
    monkeypatch.setenv("XUNJIAN_TIMESTAMP_URL", authority.url)
    monkeypatch.setenv("XUNJIAN_TIMESTAMP_CA", str(authority.root))
    settings = load_settings(data=tmp_path / "data")
    sealed(settings.data / "evidence")
    store = Store(settings.database)
    yield AppContext(settings, store, lambda: AT)
    store.close()


def stamp(context: AppContext, days: int = 0) -> None:
    context.clock = lambda: AT + timedelta(days=days)
    asyncio.run(stamp_head(context))


def add_record(context: AppContext, number: int) -> None:
    with EvidenceArchive(context.evidence) as archive:
        archive.append(page(number), run_id=f"later{number}")


def verified(context: AppContext, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code, out, _ = run(capsys, "--data", str(context.settings.data), "evidence", "verify")
    return code, out


def test_one_a_day_and_the_archive_goes_on(context: AppContext, capsys: pytest.CaptureFixture[str]) -> None:
    first = Manifest(context.evidence).read().head
    stamp(context)
    add_record(context, 50)
    stamp(context)
    stamp(context, days=1)
    kept = context.store.timestamps.all()
    assert [each.day for each in kept] == [AT.date(), AT.date() + timedelta(days=1)]
    assert [each.head for each in kept] == [first, Manifest(context.evidence).read().head]
    code, out = verified(context, capsys)
    assert (code, "核验一致：3 个文件" in out) == (0, True), out


def test_a_second_stamp_of_a_day_never_replaces_the_first(context: AppContext) -> None:
    stamp(context)
    (kept,) = context.store.timestamps.all()
    context.store.timestamps.add(replace(kept, head="0" * 64))
    assert context.store.timestamps.all() == [kept]


def test_a_failed_day_is_told_and_tried_again(context: AppContext, authority: Authority) -> None:
    authority.fault = "error"
    with pytest.raises(TimestampError):
        stamp(context)
    assert context.store.timestamps.newest() is None
    assert [row[1] for row in doctor_rows(context.settings, context.store, AT)] == ["warn"]
    authority.fault = ""
    stamp(context)
    kept = context.store.timestamps.newest()
    assert kept is not None
    at = kept.stamped_at
    assert [row[1] for row in doctor_rows(context.settings, context.store, at)] == ["ok"]
    (late,) = doctor_rows(context.settings, context.store, at + timedelta(days=3))
    assert late[1] == "warn"
    assert "2026-11-21" in late[2]


def test_nothing_is_asked_where_there_is_nothing_to_sign(context: AppContext, authority: Authority) -> None:
    authority.fault = "error"  # would be told if it were asked
    shutil.rmtree(context.evidence)
    context.evidence.mkdir()
    stamp(context)
    assert context.store.timestamps.all() == []
    (context.evidence / MANIFEST).write_bytes(b"no link\n")
    with pytest.raises(TimestampError, match="不衔接"):
        stamp(context)


def begin_anew(context: AppContext) -> None:
    """Somebody writes another archive in the place of the first, whole by itself."""
    shutil.rmtree(context.evidence)
    sealed(context.evidence, records=3)


def remove_manifest_end(context: AppContext) -> None:
    """The last file and the end of the list with it."""
    manifest = context.evidence / MANIFEST
    name = Manifest(context.evidence).read().entries[-1]["file"]
    manifest.write_bytes(b"".join(manifest.read_bytes().splitlines(keepends=True)[:-2]))
    for path in context.evidence.glob(name.removesuffix(".warc.gz") + "*"):
        path.unlink()


def empty_manifest(context: AppContext) -> None:
    begin_anew(context)
    shutil.rmtree(context.evidence)
    context.evidence.mkdir()
    (context.evidence / MANIFEST).touch()


@pytest.mark.parametrize("forge", [begin_anew, remove_manifest_end, empty_manifest])
def test_a_rewritten_archive_is_found_by_a_time_stamp(
    context: AppContext, capsys: pytest.CaptureFixture[str], forge: Callable[[AppContext], None]
) -> None:
    stamp(context)
    forge(context)
    code, out = verified(context, capsys)
    assert code == 1
    assert "2026-11-21 的时间戳所证明的链首不符" in out


@pytest.mark.parametrize("column", ["head", "stamped_at"])
def test_an_edited_row_no_longer_fits_its_token(
    context: AppContext, capsys: pytest.CaptureFixture[str], column: str
) -> None:
    """Archive and database are rewritten together: the signature is what cannot be."""
    stamp(context)
    begin_anew(context)
    value = Manifest(context.evidence).read().head if column == "head" else "2020-01-01 00:00:00.000000"
    with sqlite3.connect(context.settings.data / "xunjian.db") as database:
        database.execute(f"UPDATE timestamp SET {column} = ?", (value,))
    database.close()
    code, out = verified(context, capsys)
    assert code == 1
    assert "2026-11-21 的时间戳：" in out


def test_without_the_certificate_the_head_is_compared_still(
    context: AppContext, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp(context)
    monkeypatch.delenv("XUNJIAN_TIMESTAMP_URL")
    monkeypatch.delenv("XUNJIAN_TIMESTAMP_CA")
    code, out = verified(context, capsys)
    assert code == 0
    assert "只核对了时间戳所签的链首" in out
    with sqlite3.connect(context.settings.data / "xunjian.db") as database:
        database.execute("UPDATE timestamp SET head = ?", (Manifest(context.evidence).read().hashes[0],))
    database.close()
    code, out = verified(context, capsys)
    assert code == 1
    assert "与数据库里的记录不符" in out


def test_openssl_verifies_what_is_written_out(
    context: AppContext, authority: Authority, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    stamp(context)
    out = tmp_path / "时间戳 一"
    code, said, _ = run(capsys, "--data", str(context.settings.data), "evidence", "timestamps", "--out", str(out))
    assert code == 0
    command = said.splitlines()[-1]
    assert command.startswith("openssl ts -verify")
    assert "Verification: OK" in subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout
    head = (out / "2026-11-21.head").read_text("ascii")
    assert head in Manifest(context.evidence).read().hashes
    (out / "2026-11-21.head").write_text("0" * 64)
    assert subprocess.run(command, shell=True, capture_output=True).returncode != 0
    code, said, _ = run(capsys, "--data", str(context.settings.data), "evidence", "timestamps", "--format", "json")
    (row,) = json.loads(said)
    assert (code, row["day"], row["head"]) == (0, "2026-11-21", head)
    kept = context.store.timestamps.newest()
    assert kept is not None
    assert row["stamped_at"] == kept.stamped_at.astimezone(BEIJING).isoformat(timespec="seconds")
