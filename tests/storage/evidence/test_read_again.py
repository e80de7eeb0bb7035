"""`xunjian evidence replay`: differences in words that a person reads, a lone file, and what is no part of an archive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from rules.accounts.state import apply_observation
from storage.evidence import EvidenceArchive, StoredPage
from storage.store import Store
from tests.conftest import NOW
from tests.support.cli import run
from tests.support.website_shapes import framed, items

KEY, URL = "website:jwc.example.edu.cn", "http://jwc.example.edu.cn/tzgg.htm"
BODY = framed("通知公告-示范大学教务处", items(["2026-11-18", "2026-11-02", "2026-10-11"])).encode()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two runs with a file each; the second observation says another day and outcome than its bytes."""
    store = Store(f"sqlite:///{tmp_path / 'xunjian.db'}")
    for run_id in ("one", "two"):
        with EvidenceArchive(tmp_path / "evidence") as archive:
            evidence = archive.append(StoredPage(URL, BODY, NOW), run_id=run_id)
        seen = replace(parse_page(Page(URL, BODY, NOW), "website"), evidence=evidence)
        seen = replace(seen, posts=(), name="别处") if run_id == "two" else seen
        store.observations.record(run_id, [(KEY, seen)], apply_observation)
    store.close()
    return tmp_path


def test_what_differs_is_told_in_words(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    code, out, _ = run(capsys, "--data", str(data), "evidence", "replay")
    assert code == 1
    assert "最近发布：记录为“无”，重新读取为“2026-11-18 00:00”" in out
    assert "名称：记录为“别处”，重新读取为“示范大学教务处”" in out
    assert not {"datetime", "Outcome", "None", "last_post_at", "tzinfo"} & set(out.replace("(", " ").split())
    assert "一致 1，不一致 1，存证缺失 0" in out


def test_one_file_is_asked_about_alone(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    one, two = (next((data / "evidence").glob(f"*/{run_id}-*.warc.gz")) for run_id in ("one", "two"))
    code, out, _ = run(capsys, "--data", str(data), "evidence", "replay", str(one))
    assert (code, out.strip()) == (0, "一致 1，不一致 0，存证缺失 0")
    code, out, _ = run(capsys, "--data", str(data), "evidence", "replay", str(two))
    assert code == 1
    assert "一致 0，不一致 1，存证缺失 0" in out


def test_a_file_from_elsewhere_is_refused_and_an_empty_archive_says_so(
    capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path
) -> None:
    stray = tmp_path / "stray.warc.gz"
    stray.write_bytes(b"x")
    code, _, err = run(capsys, "--data", str(data), "evidence", "replay", str(stray))
    assert code == 2
    assert "不是存证目录里的 WARC 文件" in err
    other = tmp_path / "evidence" / "2026-11-20"
    other.mkdir()
    (other / "x.warc.gz").write_bytes(b"")
    code, out, _ = run(capsys, "--data", str(data), "evidence", "replay", str(other / "x.warc.gz"))
    assert code == 0
    assert "没有出自这里的观察" in out
