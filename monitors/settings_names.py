"""Names that settings once had: still read, from the file and the environment, and said to be old."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, InitSettingsSource, TomlConfigSettingsSource

PREFIX = "XUNJIAN_"
RENAMED = {
    "children": "crawl_processes",
    "child_seconds": "crawl_timeout_seconds",
    "child_memory_mb": "crawl_memory_mb",
    "shard": "accounts_per_process",
}
"""Old name → new name. Where both are given, the new one counts."""


def former_names(name: str) -> list[str]:
    """What a setting was called before."""
    return [old for old, new in RENAMED.items() if new == name]


class SettingsFile(TomlConfigSettingsSource):
    """settings.toml, its old names read as the new ones."""

    def __call__(self) -> dict[str, Any]:
        """The file's settings by their present names."""
        return _renewed(super().__call__())


class FormerVariables(InitSettingsSource):
    """Variables of the environment under the names they once had."""

    def __init__(self, settings_cls: type[BaseSettings], environ: Mapping[str, str]) -> None:
        """Reads only the old names; the others are pydantic's."""
        super().__init__(settings_cls, {RENAMED[old]: environ[variable] for variable, old in _former(environ).items()})


def former_name_warnings(file: Path, environ: Mapping[str, str]) -> list[str]:
    """One sentence for each old name in use, with where it stands and what to write instead."""
    found = [
        f"环境变量 {variable} 已改名，请改用 {PREFIX}{RENAMED[old].upper()}"
        for variable, old in sorted(_former(environ).items())
    ]
    try:
        written = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError):  # told by whoever loads the settings
        written = {}
    return found + [f"{file} 里的 {old} 已改名，请改用 {new}" for old, new in RENAMED.items() if old in written]


def unknown_variables(environ: Mapping[str, str], known: Iterable[str], mentioned: str) -> list[str]:
    """One sentence for each variable that looks like a setting and is none, with the nearest name that is one.

    One that is empty says nothing. ``mentioned``: the text of the settings that may name variables of their own (channel addresses).
    """
    names = {f"{PREFIX}{name}".upper() for name in known} | {f"{PREFIX}SMTP_PASSWORD"}
    old = {f"{PREFIX}{name}".upper() for name in RENAMED}
    written = (name for name, value in environ.items() if name.upper().startswith(PREFIX) and value.strip())
    strange = (name for name in written if name.upper() not in names | old and name not in mentioned)
    return [_unknown(name, names) for name in sorted(strange)]


def _unknown(variable: str, names: Iterable[str]) -> str:
    alike = get_close_matches(variable.upper(), sorted(names), 1, 0.6)
    advice = f"是不是 {alike[0]}？" if alike else "请核对 docs/settings.md"
    return f"环境变量 {variable}：没有与它对应的设置，{advice}不需要时请删除这个变量"


def _former(environ: Mapping[str, str]) -> dict[str, str]:
    """Variables under an old name → that name in small letters."""
    called = {f"{PREFIX}{old}".upper(): old for old in RENAMED}
    return {variable: called[variable.upper()] for variable in environ if variable.upper() in called}


def _renewed(given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in given.items() if name not in RENAMED}
    return {RENAMED[name]: value for name, value in given.items() if name in RENAMED} | kept
