"""The outbox folder as people and Windows see it: names of numbers and units, no letter lost to another of the same name."""

from __future__ import annotations

from pathlib import Path

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
