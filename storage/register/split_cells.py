"""Several accounts that somebody wrote into one cell, as a row each; only where it is plain which name belongs to which."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storage.register import addresses, values
from storage.register.headings import ID_OR_URL
from storage.register.sheets import Formula, Value

_PLACES = ("url", "account_id", ID_OR_URL)
_SEPARATED = re.compile(r"\s*[、，；,;/\n]\s*")
_IDS = re.compile(r"[A-Za-z0-9_-]{4,}(?:\s*[、，；,;\n]\s*[A-Za-z0-9_-]{4,})+")
MOST = 20
"""A cell with more is a list that belongs into rows of its own."""


def split_row(cells: Sequence[Value], fields: Sequence[str | None]) -> list[list[Value]]:
    """The rows that a row stands for: itself, or one for each address or id in its cell. Names are shared out where there
    are as many, or are the same for all; anything else is left as it is, to be refused."""
    several = {at: found for at, field in enumerate(fields) if len(found := _accounts(cells[at], field)) > 1}
    counts = {len(found) for found in several.values()}
    if len(counts) != 1 or (count := counts.pop()) > MOST:
        return [list(cells)]
    alone = any(
        cells[at] not in (None, "") for at, field in enumerate(fields) if field in _PLACES and at not in several
    )
    names = {at: _SEPARATED.split(values.text(cell)) for at, cell in enumerate(cells) if _is_name(cell, fields[at])}
    if alone or any(len(found) not in (1, count) or "" in found for found in names.values()):
        return [list(cells)]
    shared = several | {at: found for at, found in names.items() if len(found) == count}
    return [
        [shared[at][n] if at in shared else None if n and fields[at] == "id" else cell for at, cell in enumerate(cells)]
        for n in range(count)
    ]


def _is_name(cell: Value, field: str | None) -> bool:
    return field == "name" and isinstance(cell, str) and not isinstance(cell, Formula)


def _accounts(cell: Value, field: str | None) -> list[str]:
    """The different addresses or ids of a cell."""
    if field not in _PLACES or not isinstance(cell, str) or isinstance(cell, Formula):
        return []
    found = addresses.different(values.text(cell)) if field != "account_id" else []
    if not found and field != "url" and _IDS.fullmatch(values.text(cell)):
        found = list(dict.fromkeys(re.split(r"\s*[、，；,;\n]\s*", values.text(cell))))
    return found
