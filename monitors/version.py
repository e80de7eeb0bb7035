"""Which version of the product this is."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def product_version() -> str:
    """From the project's own file where it runs from its folder, else from the installed package."""
    if PROJECT.is_file():
        return str(tomllib.loads(PROJECT.read_text("utf-8"))["project"]["version"])
    try:
        return version("xunjian")
    except PackageNotFoundError:
        return "未知"
