"""Documents of ours that carry their own style, shown inside our page and without any power."""

from __future__ import annotations

from fastapi.responses import HTMLResponse

FOREIGN_PAGE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-top-navigation-by-user-activation"
)
"""For documents made by us that carry their own style: no script, no form, no request, shown inside our page only.

They keep our origin, for else a Strict cookie would stay home when a link in them is followed; without scripts that
gives them nothing."""
FRAMED = {"content-security-policy": FOREIGN_PAGE, "x-frame-options": "SAMEORIGIN"}


def framed(html: str) -> HTMLResponse:
    """A document with its own style; its links lead the whole window."""
    return HTMLResponse(f'<base target="_top">{html}', headers=FRAMED)
