"""The annual review's pack of the demo campus: whole, repeatable, and checked by python3 alone."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitors.app_context import AppContext
from monitors.errors import InvalidInput
from monitors.jobs.review_pack import INDEX, MANIFEST, ReviewReport, build_review

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def built(demo_world: AppContext, tmp_path_factory: pytest.TempPathFactory) -> ReviewReport:
    now = demo_world.clock()
    return build_review(demo_world, "demo", now.year, tmp_path_factory.mktemp("review") / "pack", now)


def verified(folder: Path) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py")], capture_output=True, text=True, timeout=60, check=False
    )
    return run.returncode, run.stdout


def test_the_pack_is_whole(built: ReviewReport, demo_world: AppContext) -> None:
    folder = built.folder
    assert built.accounts == len(demo_world.store.filings.all("demo"))
    assert built.pages > 50
    assert built.missing == 0
    assert len(list(folder.glob("审核表/*/*.docx"))) == built.accounts
    assert len(list(folder.glob("自查表/*.docx"))) == built.units
    for name in ("年审总表.xlsx", "观察方法说明.docx", INDEX, MANIFEST, "verify.py"):
        assert (folder / name).stat().st_size > 0
    assert not list(folder.parent.glob(".pack-*"))
    assert verified(folder) == (0, "核对完毕：全部一致。\n")


def test_the_same_input_gives_the_same_bytes(built: ReviewReport, demo_world: AppContext, tmp_path: Path) -> None:
    now = demo_world.clock()
    build_review(demo_world, "demo", now.year, tmp_path / "again", now)
    assert (tmp_path / "again" / MANIFEST).read_bytes() == (built.folder / MANIFEST).read_bytes()


def _flip(path: Path, at: int) -> None:
    body = bytearray(path.read_bytes())
    body[at] ^= 1
    path.write_bytes(bytes(body))


def _reworked(folder: Path) -> None:
    """Evidence exchanged and the manifest made to fit: the ids still tell."""
    one, other = sorted(folder.glob("存证/*.wacz"), key=lambda path: path.stat().st_size)[-2:]
    shutil.copy(other, one)
    lines = [line.partition("  ")[2] for line in (folder / MANIFEST).read_text("utf-8").splitlines()]
    text = "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in lines)
    (folder / MANIFEST).write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda folder: _flip(folder / "年审总表.xlsx", 500), "内容有改动：年审总表.xlsx"),
        (lambda folder: _flip(next(folder.glob("存证/*.wacz")), 900), "存证"),
        (lambda folder: next(folder.glob("自查表/*.docx")).unlink(), "缺少文件：自查表/"),
        (lambda folder: (folder / "审核表" / "新.docx").write_bytes(b"x"), "多出的文件：审核表/新.docx"),
        (lambda folder: (folder / INDEX).unlink(), INDEX),
        (lambda folder: (folder / MANIFEST).unlink(), "不能核对"),
        (_reworked, "存证与编号不符"),
    ],
)
def test_any_harm_is_found(built: ReviewReport, tmp_path: Path, harm: Callable[[Path], object], told: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(built.folder, folder)
    harm(folder)
    code, text = verified(folder)
    assert code == 1
    assert told in text


def test_what_cannot_be_built_is_said_and_leaves_nothing(demo_world: AppContext, tmp_path: Path) -> None:
    now = demo_world.clock()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("a")
    with pytest.raises(InvalidInput, match="不是空文件夹"):
        build_review(demo_world, "demo", now.year, tmp_path / "full", now)
    with pytest.raises(InvalidInput, match="还没有开始"):
        build_review(demo_world, "demo", now.year + 1, tmp_path / "b", now)
    with pytest.raises(InvalidInput, match="台账是空的"):
        build_review(demo_world, "bit", now.year, tmp_path / "c", now)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]
