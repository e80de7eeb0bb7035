"""A channel that writes one line a message: ``lines:///var/log/xunjian/messages``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from alerts.delivery.channels.base import ChannelConfig, ChannelError, ChannelType, DeliveryError
from alerts.messages import OutgoingMessage


@dataclass(frozen=True, slots=True)
class LinesChannel:
    """A file that grows by a line a message."""

    confirms_receipt: ClassVar[bool] = False

    name: str
    file: Path

    def check(self) -> None:
        """The folder has to be there. Raises DeliveryError."""
        if not self.file.parent.is_dir():
            raise DeliveryError(f"目录 {self.file.parent} 不存在", channel_down=True)

    def targets(self, letter: OutgoingMessage) -> tuple[str, ...]:
        """One line, whoever it is for."""
        return ("",)

    def send(self, letter: OutgoingMessage, target: str) -> str:
        """Append the line. Raises DeliveryError."""
        try:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(f"{letter.id}\t{letter.subject}\n")
        except OSError as error:
            raise DeliveryError(f"不能写入 {self.file}：{error.strerror}", channel_down=True) from error
        return f"已写入 {self.file}"


def from_url(config: ChannelConfig) -> LinesChannel:
    """Read the URL. Raises ChannelError."""
    path = config.url.removeprefix("lines://")
    if not path.startswith("/"):
        raise ChannelError(f"渠道“{config.name}”应写成 lines:///绝对路径")
    return LinesChannel(config.name, Path(path))


CHANNEL = ChannelType(("lines",), "lines:///文件", LinesChannel.confirms_receipt, from_url)
