"""A channel's URL taken apart: the key in the host's place, options behind it, secrets from environment or file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from alerts.delivery.channels.base import ChannelConfig, ChannelError
from alerts.messages import MessageKind

COMMON = {"base", "for", "school", "timeout", "ca", "proxy"}
"""Options of every channel that speaks HTTP."""
SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class ChannelUrl:
    """``scheme://key?option=value``. The key keeps its case and may hold a path."""

    config: ChannelConfig
    key: str = field(repr=False)
    options: Mapping[str, str] = field(repr=False)

    def secret(self, option: str, written: str = "") -> str:
        """A secret: as written, or from the variable ``option_env``, or the first line of the file ``option_file``; "" where
        there is none. Raises ChannelError."""
        name = self.config.name
        if variable := self.options.get(f"{option}_env"):
            if variable not in self.config.environ:
                raise ChannelError(f"渠道“{name}”缺少环境变量 {variable}（{option}_env），请设置后重新启动")
            return self.config.environ[variable].strip()
        if file := self.options.get(f"{option}_file"):
            try:
                return Path(file).read_text("utf-8").strip()
            except (OSError, ValueError) as error:
                raise ChannelError(f"渠道“{name}”的密钥文件 {file} 无法读取，请检查路径和权限") from error
        return written or self.options.get(option, "")

    def base(self, usual: str) -> str:
        """Where the requests go: the vendor, or a gateway in its place. Raises ChannelError."""
        base = self.options.get("base", usual).rstrip("/")
        if not re.match(r"https?://[^/?#]+", base):
            raise ChannelError(f"渠道“{self.config.name}”的 base 应以 https:// 开头，如 https://gateway.example.edu.cn")
        return base

    def kinds(self, usual: Collection[MessageKind]) -> frozenset[MessageKind]:
        """Which messages the channel takes, ``for=digest,alert``. Raises ChannelError."""
        written = self.options.get("for")
        if not written:
            return frozenset(usual)
        known = {kind.value: kind for kind in MessageKind if kind is not MessageKind.TEST}
        if wrong := [word for word in written.split(",") if word not in known]:
            can = "、".join(f"{code}（{kind.label}）" for code, kind in known.items())
            raise ChannelError(f"渠道“{self.config.name}”的 for 中“{wrong[0]}”不认识，可用 {can}")
        return frozenset(known[word] for word in written.split(","))

    def seconds(self) -> float:
        """How long a whole exchange may take. Raises ChannelError."""
        written = self.options.get("timeout", str(SECONDS))
        if not re.fullmatch(r"\d{1,3}(\.\d+)?", written) or float(written) == 0:
            raise ChannelError(f"渠道“{self.config.name}”的 timeout 应为秒数，例如 15")
        return float(written)


def channel_url(config: ChannelConfig, allowed: Collection[str]) -> ChannelUrl:
    """The parts of ``config.url``; also reads ``wecom://KEY&base=…``, as it stands in some settings. Raises ChannelError."""
    rest = config.url.partition("://")[2]
    key, mark, query = rest.partition("?")
    if not mark:
        key, _, query = rest.partition("&")
    try:
        options = dict(parse_qsl(query, strict_parsing=True)) if query else {}
    except ValueError as error:
        raise ChannelError(f"渠道“{config.name}”的地址写法有误，选项应写成 名=值，用 & 隔开") from error
    secrets = {f"{name}_{kind}" for name in (*allowed, "key") for kind in ("env", "file")}
    if unknown := set(options) - COMMON - set(allowed) - secrets:
        raise ChannelError(f"渠道“{config.name}”有不认识的选项：{'、'.join(sorted(unknown))}")
    return ChannelUrl(config, unquote(key.rstrip("/")), options)
