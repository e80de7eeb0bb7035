"""How long scans are kept."""

from __future__ import annotations

import shutil
from datetime import datetime

from monitors.app_context import AppContext
from rules.model import BEIJING


def forget_scans(context: AppContext, before: datetime) -> int:
    """Forget the scans that began earlier, and the pictures and reports of all that: a pasted account may be a person's
    own. What became a suspect or a case has its own evidence. Returns how many scans."""
    folders = context.settings.data / "scans"
    for folder in folders.iterdir() if folders.is_dir() else ():
        if datetime.fromtimestamp(folder.stat().st_mtime, BEIJING) < before:
            shutil.rmtree(folder, ignore_errors=True)
    return context.store.scans.delete_before(before)
