"""Readers that other packages bring: entry points of ``xunjian.platforms``, each a `PlatformSpec` for a platform without a reader."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from crawler.platforms.spec import PageSource, PlatformSpec
from rules.model import ClaimType, Platform

GROUP = "xunjian.platforms"


@dataclass(frozen=True, slots=True)
class PlatformExtension:
    """What one package offers under one name: a spec, or why it cannot be used (a Chinese sentence)."""

    name: str
    package: str
    spec: PlatformSpec | None
    problem: str = ""


@cache
def found(taken: frozenset[str]) -> Mapping[str, PlatformExtension]:
    """Every entry point by its name, checked once a process; ``taken`` are the platforms that have a reader of ours."""
    return {
        point.name: _checked(point, taken) for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)
    }


def _checked(point: EntryPoint, taken: Collection[str]) -> PlatformExtension:
    package = f"{point.dist.name} {point.dist.version}" if point.dist else "未知软件包"
    try:
        thing = point.load()
    except Exception as error:  # a package of others must not end the service; `xunjian doctor` says so
        return PlatformExtension(
            point.name, package, None, f"{point.value} 不能载入（{type(error).__name__}：{error}）"
        )
    problem = misfit(point.name, thing, taken)
    return PlatformExtension(point.name, package, None if problem else thing, problem)


def misfit(name: str, thing: object, taken: Collection[str]) -> str:
    """Why something is no reader for the platform of this name; "" where it is one."""
    if name not in list(Platform):
        return f"没有平台 {name}，可用 {'、'.join(code for code in Platform if code not in taken)}"
    if name in taken:
        return f"{Platform(name).label}已有自带的读取程序，不能替换"
    if not isinstance(thing, PlatformSpec):
        return f"应为 crawler.platforms.spec.PlatformSpec，实际为 {type(thing).__name__}"
    if thing.platform != name:
        return f"声明的平台是 {thing.platform}，与名称 {name} 不一致"
    if not thing.sources or not all(isinstance(source, PageSource) for source in thing.sources):
        return "没有任何页面来源（sources）"
    codes = [source.code for source in thing.sources]
    if len(set(codes)) != len(codes):
        return "页面来源的代码有重复"
    if not all(callable(each) for source in thing.sources for each in (source.matches, source.read, source.urls)):
        return "页面来源的 matches、read、urls 应为函数"
    if not all(isinstance(source.proves, ClaimType) for source in thing.sources):
        return "页面来源的 proves 应为 ClaimType"
    if not thing.hosts:
        return "没有写明可以访问的主机（hosts）"
    return "" if thing.delay_seconds >= 1 else "两次访问的间隔（delay_seconds）不能小于 1 秒"
