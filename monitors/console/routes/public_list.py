"""公示: the registered accounts of a school for anybody, searchable without script. Open only once it was published."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from monitors.console.public_pages import (
    PER_PAGE,
    newest_published,
    public_accounts,
    public_list,
    public_one,
    values_of,
)
from monitors.console.rendering import ENVIRONMENT, Pager, world_of

router = APIRouter()


@router.get("/public/{school}")
def public(
    request: Request,
    school: str,
    q: Annotated[str, Query(max_length=100)] = "",
    account: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The list under the words that were looked for, or one account."""
    context = world_of(request)
    campaign = newest_published(context, school)
    if campaign is None:
        raise HTTPException(404, "没有公示的名单。")
    style, here = ENVIRONMENT.globals["style"], f"/public/{quote(school)}"
    values = values_of(context, campaign, context.clock()) | {"style": style, "search": here, "words": q}
    found = public_accounts(context, school, q)
    if account:
        one = next((each for each in public_accounts(context, school) if each.id == account), None)
        if one is None:
            raise HTTPException(404, "公示名单里没有这个账号。")
        return HTMLResponse(public_one(values | {"back": here, "total": 0}, one))
    pager = Pager(page, len(found), PER_PAGE, {"q": q})
    shown = found[pager.offset : pager.offset + PER_PAGE]
    links = {each.id: f"{here}?account={quote(each.id, safe='')}" for each in shown}
    return HTMLResponse(public_list(values | {"pager": pager, "total": len(found)}, shown, links))
