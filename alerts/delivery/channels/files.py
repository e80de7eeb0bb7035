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


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A folder per letter, named after its id; there completely or not at all."""

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
        # No dot either: a name that begins with one is hidden, and ours for what is not finished.
        final = self.folder / quote(letter.id, safe="").replace(".", "%2E")
        self._clean()
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

    def _clean(self) -> None:
        """Remove what killed writers left unfinished: their letters are written anew."""
        for left in self.folder.glob(".*.*"):
            writer = left.name.rpartition(".")[2]
            if writer.isdigit() and not Path(f"/proc/{writer}").exists() and Path("/proc/self").exists():
                shutil.rmtree(left, ignore_errors=True)


def _contents(letter: OutgoingMessage) -> dict[str, bytes]:
    stem = Path(letter.attachments[0].name).stem if letter.attachments else "正文"
    texts = {f"{stem}.txt": letter.text.encode(), f"{stem}.html": letter.html.encode()}
    return texts | {attachment.name: attachment.data for attachment in letter.attachments}


def from_url(config: ChannelConfig) -> FileChannel:
    """``file:///var/lib/xunjian/outbox``. Raises ChannelError."""
    name, parts = config.name, urlsplit(config.url)
    if parts.netloc or not parts.path.startswith("/"):
        raise ChannelError(f"渠道“{name}”应写成 file:///绝对路径")
    return FileChannel(name, Path(unquote(parts.path)))


CHANNEL = ChannelType(("file",), "file:///目录", FileChannel.confirms_receipt, from_url)
