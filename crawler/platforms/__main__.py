"""Writes the table of sources into docs/platforms.md: `python -m crawler.platforms`."""

from __future__ import annotations

import re
from pathlib import Path

from crawler.platforms import table

DOCUMENT = Path(__file__).parents[2] / "docs" / "platforms.md"
PLACE = re.compile(r"(?<=<!-- table -->\n).*?(?=\n<!-- /table -->)", re.S)

if __name__ == "__main__":
    DOCUMENT.write_text(PLACE.sub(lambda _: table(), DOCUMENT.read_text("utf-8"), count=1), "utf-8")
