"""Write letters into a folder, for a clerk to print or another program to fetch: ``file:///dir``."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote, unquote, urlsplit

from alerts.delivery.channels.base import ChannelConfig, ChannelError, ChannelType, DeliveryError
from alerts.messages import OutgoingMessage

ID_FILE = "编号.txt"
"""In each folder: the id of its letter, by which a second delivery is seen to be the same."""
FORBIDDEN, LONGEST = '.<>:"/\\|?*%', 60


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A folder per letter, named after its number and unit; there completely or not at all."""

    confirms_receipt: ClassVar[bool] = False

    name: str
    folder: Path

    def check(self) -> None:
        """See whether the folder can be written. Raises DeliveryError."""
        place = self.folder
        while not place.exists():
            place = place.parent
        if not (place.is_dir() and os.access(place, os.W_OK)):
            raise DeliveryError(f"{self.folder} 不能写入，请检查目录和权限", channel_down=True)

    def targets(self, letter: OutgoingMessage) -> tuple[str, ...]:
        """One copy, whoever the letter is for."""
        return ("",)

    def send(self, letter: OutgoingMessage, target: str) -> str:
        """Write the folder aside, then rename it into place. A letter that is there already is left alone."""
        self._clean()
        final = self._place(letter)
        if final.exists():
            return f"已在 {final}"
        aside = self.folder / f".{final.name}.{os.getpid()}"
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            for name, data in _contents(letter).items():
                with (aside / name).open("wb") as file:
                    file.write(data)
                    os.fsync(file.fileno())
            aside.rename(final)
        except OSError as error:
            shutil.rmtree(aside, ignore_errors=True)
            if not final.exists():  # another worker may have been first: then it is delivered
                raise DeliveryError(f"无法写入 {final}：{error.strerror}", channel_down=True) from error
        return f"已存入 {final}"

    def _place(self, letter: OutgoingMessage) -> Path:
        """The letter's folder: the one that bears its id already, else the first free one of its name. A name is one that
        Windows can hold; no dot, for a name that begins with one is hidden, and ours for what is not finished."""
        name = plain_name(letter.folder) if letter.folder else quote(letter.id, safe="").replace(".", "%2E")
        place, count = self.folder / name, 1
        while place.exists() and letter.folder and _id_of(place) != letter.id:
            count += 1
            place = self.folder / f"{name}（{count}）"
        return place

    def _clean(self) -> None:
        """Remove what killed writers left unfinished: their letters are written anew."""
        for left in self.folder.glob(".*.*"):
            writer = left.name.rpartition(".")[2]
            if writer.isdigit() and not Path(f"/proc/{writer}").exists() and Path("/proc/self").exists():
                shutil.rmtree(left, ignore_errors=True)


def plain_name(text: str) -> str:
    """A file name for Windows, Linux and people: no character that either forbids, no dot, not too long for a path."""
    kept = "".join(" " if character in FORBIDDEN or not character.isprintable() else character for character in text)
    return " ".join(kept.split())[:LONGEST] or "文书"


def _id_of(place: Path) -> str:
    try:
        return (place / ID_FILE).read_text("utf-8").strip()
    except OSError:
        return ""


def _contents(letter: OutgoingMessage) -> dict[str, bytes]:
    stem = Path(letter.attachments[0].name).stem if letter.attachments else "正文"
    texts = {f"{stem}.txt": letter.text.encode(), f"{stem}.html": letter.html.encode()}
    texts |= {ID_FILE: letter.id.encode()} if letter.folder else {}
    return texts | {attachment.name: attachment.data for attachment in letter.attachments}


def from_url(config: ChannelConfig) -> FileChannel:
    """``file:///var/lib/xunjian/outbox``. Raises ChannelError."""
    name, parts = config.name, urlsplit(config.url)
    if parts.netloc or not parts.path.startswith("/"):
        raise ChannelError(f"渠道“{name}”应写成 file:///绝对路径")
    return FileChannel(name, Path(unquote(parts.path)))


CHANNEL = ChannelType(("file",), "file:///目录", FileChannel.confirms_receipt, from_url)
