"""Every platform Xunjian reads: one file each, loaded when first asked for, and the table of what each can prove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from crawler.platforms import extensions
from crawler.platforms.extensions import PlatformExtension
from crawler.platforms.spec import PlatformSpec
from rules.model import ClaimType, Platform

_HERE = {module.name for module in iter_modules(__path__)}
MODULES = {platform.value: platform.value for platform in Platform if platform in _HERE} | {"sogou": "wechat.sogou"}
"""Key → module here: a platform that is read has the module of its name. "sogou" is no platform of its own: the WeChat
accounts as that search engine shows them."""
ALIASES = {"appstore": "app", "htmldate": "website"}


def platform_extensions() -> Mapping[str, PlatformExtension]:
    """What other packages offer, usable or not, by name."""
    return extensions.found(frozenset(MODULES))


class _Specs(Mapping[str, PlatformSpec]):
    """Specs by platform value or alias; a platform's module is imported when it is first looked up."""

    def __getitem__(self, key: str) -> PlatformSpec:
        if ALIASES.get(key, key) not in MODULES:
            extension = platform_extensions().get(key)
            if extension is None or extension.spec is None:
                raise KeyError(key)
            return extension.spec
        module = import_module(f"crawler.platforms.{MODULES[ALIASES.get(key, key)]}")
        spec: PlatformSpec = module.SPEC
        return spec

    def __iter__(self) -> Iterator[str]:
        return iter([*MODULES, *ALIASES, *(name for name, each in platform_extensions().items() if each.spec)])

    def __len__(self) -> int:
        return len(list(iter(self)))


SPECS: Mapping[str, PlatformSpec] = _Specs()


def spec_of(key: str | Platform) -> PlatformSpec:
    """The spec of a Platform, its value or an alias. Raises KeyError where there is none."""
    return SPECS[str(key)]


CAN = {
    ClaimType.ACTIVE: "在更新",
    ClaimType.INACTIVE: "未更新",
    ClaimType.NAME: "名称",
    ClaimType.BODY: "主体",
    ClaimType.GONE: "已注销",
}


def can(proves: ClaimType) -> str:
    """What a source can show, in Chinese."""
    return "、".join(label for proof, label in CAN.items() if proof & proves) or "仅作线索"


def table() -> str:
    """Markdown: every source of every platform, in order of worth, and what it can prove."""
    lines = ["| 平台 | 来源 | 代码 | 能证明 | 说明 |", "|---|---|---|---|---|"]
    for platform in dict.fromkeys(SPECS[key].platform for key in MODULES):
        for source in SPECS[platform.value].sources:
            row = (platform.label, source.label, f"`{source.code}`", can(source.proves), source.note)
            lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)
