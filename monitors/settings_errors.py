"""Settings that cannot be used, told with the file and line, variable or option where each was written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from monitors.settings_names import PREFIX, former_names
from monitors.validation import sentence

TOML_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")
SECRET = re.compile(r"secret|token|password|database_url|channels", re.I)


def explain(
    error: ValidationError, *, file: Path, given: Mapping[str, Any], environ: Mapping[str, str], known: Iterable[str]
) -> str:
    """Every problem on a line of its own: where, what, what to write."""
    return "\n".join(f"  {_line(dict(each), file, given, environ, tuple(known))}" for each in error.errors())


def _line(
    found: Mapping[str, Any], file: Path, given: Mapping[str, Any], environ: Mapping[str, str], known: tuple[str, ...]
) -> str:
    place = tuple(str(part) for part in found["loc"])
    name, root = ".".join(place), place[0] if place else ""
    source = _source(place, file, given, environ)
    if found["type"] == "extra_forbidden" and len(place) == 1:
        alike = get_close_matches(root, known, 1, 0.6)
        return f"{source}：没有“{root}”这个设置" + (f"，是不是 {alike[0]}？" if alike else "，请核对 docs/settings.md")
    written = "" if SECRET.search(name) or isinstance(found["input"], dict) else f"“{found['input']}”"
    return f"{source}：{name} 写的是{written}，{sentence(found)}" if written else f"{source}：{name} {sentence(found)}"


def _source(place: tuple[str, ...], file: Path, given: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    root = place[0] if place else ""
    if given.get(root) is not None:
        return f"命令行 --{root}"
    variables = {name.upper(): name for name in environ}
    for name in (root, *former_names(root)):
        if variable := variables.get(f"{PREFIX}{name}".upper()):
            return f"环境变量 {variable}"
    line = next(filter(None, (_line_of((name, *place[1:]), file) for name in (root, *former_names(root)))), 0)
    return f"{file}" + (f" 第 {line} 行" if line else "")


def _line_of(place: tuple[str, ...], file: Path) -> int:
    """Where a setting stands in the file: the deepest of its names that is found, in order; 0 where none is."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return 0
    at = 0
    for name in place:
        if name.isdigit():
            continue
        word = re.compile(rf"""^\s*(\[+[^\]]*["'.]?)?["']?{re.escape(name)}["']?\s*(=|\]|\.)""")
        at = next((n for n in range(max(at, 1), len(lines) + 1) if word.search(lines[n - 1])), at)
    return at


def explain_toml(error: Exception, file: Path) -> str:
    """A file that is no TOML, or cannot be read at all."""
    if isinstance(error, tomllib.TOMLDecodeError):
        found = TOML_PLACE.search(str(error))
        where = f"第 {found[1]} 行第 {found[2]} 列" if found and found[1] else "末尾"
        return f"设置文件 {file} {where}的写法不对：文字要写在引号里，列表写在方括号里，一行一项 名 = 值。"
    if isinstance(error, UnicodeDecodeError):
        return f"设置文件 {file} 不是 UTF-8 编码，请另存为 UTF-8。"
    if isinstance(error, OSError):
        return f"不能读取设置文件 {file}（{error.strerror}），请检查权限。"
    return f"读不懂设置：{file} 或 {PREFIX} 环境变量中有一项的写法不对（列表和表在环境变量里要写成 JSON）。"
