"""Keeps the data directory to its owner: 0700 for folders, 0600 for files, whoever made them when."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

FOLDER, FILE = 0o700, 0o600


def open_to_others(data: Path) -> Iterator[Path]:
    """Everything under the data directory, itself included, that group or others could reach. Links are not followed."""
    for folder, _, files in os.walk(data):
        for path in (Path(folder), *(Path(folder, name) for name in files)):
            if not path.is_symlink() and _mode(path) & (stat.S_IRWXG | stat.S_IRWXO):
                yield path


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:  # gone in between, or not ours to look at
        return 0


def keep_private(data: Path) -> int:
    """Mend what is open to others, and make what this process makes from now on private. Returns how many were mended.

    A file that belongs to somebody else is left as it is; `xunjian doctor` still names it.
    """
    os.umask(0o077)
    mended = 0
    for path in list(open_to_others(data)):
        try:
            path.chmod(FOLDER if path.is_dir() else FILE)
            mended += 1
        except OSError:
            continue
    return mended
