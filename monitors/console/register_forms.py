"""What the register's pages share: forms of many fields, the schools a person may change, workbooks to take along."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from monitors.app_context import AppContext
from monitors.console.rendering import register_schools
from rules.people import Role, User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def typed_form(request: Request) -> FormData:
    """What was typed; `check_form` has read it before."""
    return await request.form()


def editor_schools(context: AppContext, user: User) -> dict[str, str]:
    """Schools whose register a person keeps, by code."""
    return {code: name for code, name in register_schools(context).items() if user.may({Role.EDITOR}, code)}


def workbook(name: str, data: bytes) -> Response:
    """A workbook to save."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    return Response(data, media_type=XLSX, headers={"content-disposition": disposition})
