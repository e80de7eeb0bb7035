"""Where letters go: a channel is a URL in the settings, one module here per scheme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from alerts.delivery.channels import files, smtp
from alerts.delivery.channels.base import Channel, ChannelError, DeliveryError

__all__ = ["SCHEMES", "Channel", "ChannelError", "DeliveryError", "open_channel"]

SCHEMES: dict[str, Callable[[str, str, Mapping[str, str]], Channel]] = {
    "file": files.from_url,
    "smtp": smtp.from_url,
    "smtps": smtp.from_url,
}
"""By the scheme of the URL; a further channel is one more line."""


def open_channel(name: str, url: str, environ: Mapping[str, str]) -> Channel:
    """The channel a settings URL names. Raises ChannelError with a Chinese sentence that repeats no secret."""
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise ChannelError(f"渠道“{name}”的地址应以 {'、'.join(f'{known}://' for known in SCHEMES)} 开头")
    return SCHEMES[scheme](name, url, environ)
