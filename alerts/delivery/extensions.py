"""Channels that other packages bring: entry points of ``xunjian.channels``, each a `ChannelType` for URL schemes of its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from alerts.delivery.channels.base import ChannelType

GROUP = "xunjian.channels"


@dataclass(frozen=True, slots=True)
class ChannelExtension:
    """What one package offers under one name: a channel type, or why it cannot be used (a Chinese sentence)."""

    name: str
    package: str
    type: ChannelType | None
    problem: str = ""


@cache
def found(taken: frozenset[str]) -> tuple[ChannelExtension, ...]:
    """Every entry point, checked once a process; ``taken`` are the schemes of ours."""
    used, result = set(taken), []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        result.append(_checked(point, used))
        used |= set(result[-1].type.schemes) if result[-1].type else set()
    return tuple(result)


def _checked(point: EntryPoint, taken: Collection[str]) -> ChannelExtension:
    package = f"{point.dist.name} {point.dist.version}" if point.dist else "未知软件包"
    try:
        thing = point.load()
    except Exception as error:  # a package of others must not end the service; `xunjian doctor` says so
        return ChannelExtension(point.name, package, None, f"{point.value} 不能载入（{type(error).__name__}：{error}）")
    problem = misfit(thing, taken)
    return ChannelExtension(point.name, package, None if problem else thing, problem)


def misfit(thing: object, taken: Collection[str]) -> str:
    """Why something is no channel type; "" where it is one."""
    if not isinstance(thing, ChannelType):
        return f"应为 alerts.delivery.channels.base.ChannelType，实际为 {type(thing).__name__}"
    if not thing.schemes or not all(isinstance(each, str) and each for each in thing.schemes):
        return "没有写明地址的开头（schemes）"
    if clash := sorted(set(thing.schemes) & set(taken)):
        return f"地址开头 {clash[0]}:// 已有渠道使用"
    return "" if callable(thing.from_url) else "from_url 应为函数"
