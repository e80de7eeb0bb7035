"""How a page joins the console: its module in routes/ says here who reaches it, and what it adds to every page."""

from __future__ import annotations

from collections.abc import Mapping

from monitors.console.access import ACCESS, OPEN, Roles
from monitors.console.rendering import FLASH_MESSAGES, NAV


def add_page(
    *,
    access: Mapping[tuple[str, str], Roles],
    nav: tuple[str, str] | None = None,
    messages: Mapping[str, str] | None = None,
) -> None:
    """Enter routes into the one table of `monitors.console.access`, a page into the navigation, sentences for `redirect_after`.

    Raises ValueError where a route would open without signing in (those stand in the table itself, where all are read
    together), or where a route or a sentence is there already.
    """
    for route, roles in access.items():
        if roles == OPEN or route in ACCESS:
            raise ValueError(f"{route}: a page of its own is new, and opens to nobody who is not signed in")
    if taken := set(messages or {}) & set(FLASH_MESSAGES):
        raise ValueError(f"a page already says {sorted(taken)}")
    ACCESS.update(access)
    FLASH_MESSAGES.update(messages or {})
    if nav:
        NAV.append(nav)
