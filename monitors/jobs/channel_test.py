"""`xunjian notices test`: one harmless message through one channel, outside the outbox."""

from __future__ import annotations

import os
from datetime import datetime

from alerts.brief import BriefLine
from alerts.delivery.channels import ChannelError, open_channel
from alerts.messages import MessageKind, OutgoingMessage
from monitors.clock import wall
from monitors.settings import Settings


def try_channel(settings: Settings, channel: str, to: str, now: datetime) -> list[tuple[str, str]]:
    """Send it to everybody the channel names, or to ``to``; what each target answered. ``channel`` is a URL, or the place of
    one in the settings, counted from 1. Raises ChannelError and DeliveryError."""
    way = open_channel("测试", _url(settings, channel), os.environ, wall)
    readers = (to,) if to else settings.digest_recipients[:1]
    message = _message(now, readers, settings.base_url)
    targets = way.targets(message)
    if not targets:
        raise ChannelError("没有收件人：请用 --to 写一个邮箱地址，或在设置中填写 digest_recipients")
    return [(target, way.send(message, target)) for target in targets]


def _url(settings: Settings, channel: str) -> str:
    if not channel.isdigit():
        return channel
    urls = settings.channels
    if not 1 <= int(channel) <= len(urls):
        raise ChannelError(f"设置 channels 里没有第 {channel} 项，共 {len(urls)} 项")
    return urls[int(channel) - 1].get_secret_value()


def _message(now: datetime, readers: tuple[str, ...], base_url: str) -> OutgoingMessage:
    text = "这是一条测试消息，用来确认通知渠道可以使用，不需要任何处理。"
    return OutgoingMessage(
        id=f"test/{now:%Y%m%dT%H%M%S}",
        subject="校媒巡检：通知渠道测试",
        text=f"{text}\n",
        html=f"<p>{text}</p>",
        recipients=readers,
        dated=now,
        kind=MessageKind.TEST,
        brief=(BriefLine(text, 1),),
        link=base_url.rstrip("/"),
    )
