"""How the tests start Chromium, and the sizes they look at pages in."""

from __future__ import annotations

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
SIZES = {"wide": (1280, 900), "phone": (390, 844)}
