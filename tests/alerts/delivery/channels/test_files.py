"""The outbox folder as people and Windows see it: names of numbers and units, no letter lost to another of the same name."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from alerts.delivery.channels.base import DeliveryError
from alerts.delivery.channels.files import FileChannel, plain_name
from alerts.messages import OutgoingMessage


def letter(id: str, folder: str) -> OutgoingMessage:
    return OutgoingMessage(id=id, subject="", text=id, html="", folder=folder)


def test_two_letters_of_one_name_lie_side_by_side(tmp_path: Path) -> None:
    channel = FileChannel("file0", tmp_path)
    name = "校媒巡整〔2026〕16号 艺术学院"
    for id in ("A/rectification", "B/rectification", "A/rectification"):
        channel.send(letter(id, name), "")
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, f"{name}（2）"]
    assert (tmp_path / name / "正文.txt").read_text("utf-8") == "A/rectification", "the second delivery changed nothing"


def test_a_folder_s_name_holds_nothing_that_windows_forbids() -> None:
    assert plain_name('校媒巡整〔2026〕1号 a/b:c*?"<>|%.d\\e') == "校媒巡整〔2026〕1号 a b c d e"
    assert plain_name("...") == "文书"
    assert len(plain_name("院" * 200)) == 60


def test_a_full_disk_holds_the_letter_and_leaves_nothing_half(tmp_path: Path) -> None:
    """The system refuses to make a file longer, as it does on a full disk; later there is room again."""
    channel, paper = FileChannel("file0", tmp_path / "outbox"), letter("A/rectification", "整改通知书")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        with pytest.raises(DeliveryError, match="无法写入") as full:
            channel.send(paper, "")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert full.value.channel_down, "no letter is blamed"
    assert list((tmp_path / "outbox").iterdir()) == []
    assert channel.send(paper, "").startswith("已存入")
