"""Each host keeps evidence in a folder of its own; the shared store has what is sealed, whole, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitors import clock
from monitors.app_context import AppContext
from monitors.errors import InvalidInput
from monitors.jobs import doctor_cluster
from monitors.jobs.evidence_store import keep_heads, one_folder, upload_sealed, verify_all
from monitors.settings import load_settings
from storage.evidence import EvidenceError, VerifyReport, VerifyStatus
from storage.evidence.chain import MANIFEST
from storage.evidence_uploads import file_of
from storage.store import Store
from tests.support.evidence import page, sealed
from tests.support.object_store import bucket


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A shared folder, and a bucket."""
    if request.param == "folder":
        yield str(tmp_path / "store")
        return
    with bucket(monkeypatch) as url:
        yield url


def host(tmp_path: Path, name: str, store: Store, place: str) -> AppContext:
    """One host of several on a database."""
    return AppContext(load_settings(data=tmp_path / name, evidence_store=place), store, clock.wall)


def checked(context: AppContext, **stamped: str) -> VerifyReport:
    return verify_all(context.settings, context.store.chain_heads.all(), stamped)


def test_the_store_has_the_evidence_of_all_hosts(place: str, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/x.sqlite")
    one, two, office = (host(tmp_path, name, store, place) for name in ("one", "two", "office"))
    ids = [*sealed(one.evidence), *sealed(two.evidence, records=3)]  # both hosts call their files r0-PID-000
    with one.archive() as open_still:
        late = open_still.append(page(900), run_id="late")
        assert store.evidence_uploads.missing(ids) == set(ids)
        assert [upload_sealed(each) for each in (one, two, one, office)] == [2, 2, 0, 0]
        keep_heads(one)
        assert not store.evidence_uploads.missing(ids)
        assert store.evidence_uploads.missing([late]) == {late}
        with pytest.raises(EvidenceError, match="不存在"):
            office.archive().get(late)
    assert [office.archive().get(id).body for id in ids[:8]] == [one.archive().get(id).body for id in ids[:8]]
    assert office.archive().get(ids[-1]).url == "https://x.example.edu.cn/102"
    report = checked(office, **{"2026-11-21": store.chain_heads.all()[f"shared/{folder_of(two)}"]})
    assert (report.status, report.files) == (VerifyStatus.VERIFIED, 4), str(report)
    assert upload_sealed(one) == 1
    assert (checked(one).status, checked(one).files) == (VerifyStatus.VERIFIED, 3 + 5)
    assert checked(office, **{"2026-11-22": "ab" * 32}).first_bad is not None, "stamped, and in nobody's chain"
    store.close()


def folder_of(context: AppContext) -> str:
    return (context.evidence / "folder.name").read_text()


def test_what_was_changed_or_lost_in_the_store_is_found(tmp_path: Path) -> None:
    store, place = Store(f"sqlite:///{tmp_path}/x.sqlite"), tmp_path / "store"
    one, two = (host(tmp_path, name, store, str(place)) for name in ("one", "two"))
    ids = sealed(one.evidence)
    sealed(two.evidence)
    upload_sealed(one)
    upload_sealed(two)
    copy = place / folder_of(one)
    warc = copy / file_of(ids[0])

    def found() -> str:
        bad = checked(two).first_bad
        return f"{bad.file} {bad.reason}" if bad else ""

    assert not found()
    whole = warc.read_bytes()
    warc.write_bytes(whole[:300] + bytes([whole[300] ^ 1]) + whole[301:])
    assert file_of(ids[0]) in found()
    warc.unlink()
    assert "不见了" in found()
    warc.write_bytes(whole)
    manifest = (copy / MANIFEST).read_bytes()
    (copy / MANIFEST).write_bytes(b"".join(manifest.splitlines(keepends=True)[:-2]))
    assert "链首不符" in found()
    (copy / MANIFEST).unlink()
    assert "没有这个目录的清单" in found()
    store.close()


def test_a_manifest_that_was_tampered_with_never_replaces_a_good_copy(tmp_path: Path) -> None:
    store, place = Store(f"sqlite:///{tmp_path}/x.sqlite"), tmp_path / "store"
    one = host(tmp_path, "one", store, str(place))
    sealed(one.evidence)
    upload_sealed(one)
    good = (place / folder_of(one) / MANIFEST).read_bytes()
    local = one.evidence / MANIFEST
    local.write_bytes(b"".join(good.splitlines(keepends=True)[:-2]))
    with pytest.raises(EvidenceError, match="不衔接"):
        upload_sealed(one)
    assert (place / folder_of(one) / MANIFEST).read_bytes() == good
    store.close()


def test_a_store_that_is_away_is_told_and_uploaded_to_later(tmp_path: Path) -> None:
    store, place = Store(f"sqlite:///{tmp_path}/x.sqlite"), tmp_path / "store"
    one = host(tmp_path, "one", store, str(place))
    ids = sealed(one.evidence)
    place.write_text("no folder")
    with pytest.raises(EvidenceError, match="evidence_store"):
        upload_sealed(one)
    assert store.evidence_uploads.missing(ids) == set(ids)
    place.unlink()
    assert upload_sealed(one) == 2
    store.close()


def test_the_doctor_says_whether_the_store_can_be_used(tmp_path: Path) -> None:
    store, place = Store(f"sqlite:///{tmp_path}/x.sqlite"), tmp_path / "store"
    one, alone = host(tmp_path, "one", store, str(place)), host(tmp_path, "two", store, "")
    sealed(one.evidence)
    upload_sealed(one)
    assert list(doctor_cluster.rows(alone)) == []
    assert list(doctor_cluster.rows(one)) == [("共用存证", "ok", f"{place}，已有 1 个存证目录")]
    other = host(tmp_path, "three", store, "nowhere://bucket")
    assert [(name, state) for name, state, _ in doctor_cluster.rows(other)] == [("共用存证", "fail")]
    store.close()


def test_without_a_store_workers_share_the_services_folder(fresh_postgres: str, tmp_path: Path) -> None:
    store = Store(fresh_postgres)
    serving, beside, elsewhere = (
        AppContext(load_settings(data=tmp_path / name, database_url=fresh_postgres), store, clock.wall)
        for name in ("a", "a", "b")
    )
    one_folder(serving, serving=True)
    one_folder(beside, serving=False)
    with pytest.raises(InvalidInput, match="evidence_store"):
        one_folder(elsewhere, serving=False)
    ((name, state, note),) = doctor_cluster.rows(serving)
    assert (name, state) == ("执行程序", "fail")
    assert "没有正在运行的 xunjian worker" in note
    store.close()
