"""Where letters go: a channel is a URL in the settings; one module here per kind, found by its ``CHANNEL``."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from importlib import import_module

from alerts.delivery import extensions
from alerts.delivery.channels.base import Channel, ChannelConfig, ChannelError, ChannelType, DeliveryError
from alerts.delivery.extensions import ChannelExtension

__all__ = [
    "CHANNEL_TYPES",
    "SCHEMES",
    "Channel",
    "ChannelError",
    "ChannelExtension",
    "DeliveryError",
    "channel_extensions",
    "channels_help",
    "find_channels",
    "open_channel",
]


def find_channels(package: str, path: Iterable[str]) -> Iterator[ChannelType]:
    """What the modules of a package declare as ``CHANNEL``, in the order of their names."""
    for module in pkgutil.iter_modules(path):
        declared = getattr(import_module(f"{package}.{module.name}"), "CHANNEL", None)
        if isinstance(declared, ChannelType):
            yield declared


CHANNEL_TYPES = tuple(find_channels(__name__, __path__))
SCHEMES = {scheme: channel for channel in CHANNEL_TYPES for scheme in channel.schemes}


def channel_extensions() -> tuple[ChannelExtension, ...]:
    """What other packages offer, usable or not."""
    return extensions.found(frozenset(SCHEMES))


def channels_help() -> str:
    """How a channel is written, one way after the other, for the settings."""
    return " 或 ".join(channel.help for channel in CHANNEL_TYPES)


def open_channel(name: str, url: str, environ: Mapping[str, str], wall: Callable[[], datetime]) -> Channel:
    """The channel a settings URL names; ``wall`` is the real clock. Raises ChannelError with a Chinese sentence that repeats
    no secret."""
    scheme, schemes = url.partition("://")[0], SCHEMES
    if scheme not in SCHEMES:
        schemes = SCHEMES | {each: one.type for one in channel_extensions() if one.type for each in one.type.schemes}
    if scheme not in schemes:
        raise ChannelError(f"渠道“{name}”的地址应以 {'、'.join(f'{known}://' for known in schemes)} 开头")
    return schemes[scheme].from_url(ChannelConfig(name=name, url=url, environ=environ, wall=wall))
