"""`/api/v1/`: accounts, cases, suspects, notices and coverage as the person behind the token may see them, and their OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from monitors.console.access import view_of
from monitors.console.api.models import (
    AccountModel,
    ApiError,
    ApiPage,
    CaseModel,
    CoverageModel,
    NoticeModel,
    SuspectModel,
)
from monitors.console.api.paging import Cursor, Limit, read, written
from monitors.console.rendering import world_of
from monitors.version import product_version
from rules.candidates import CandidateState
from rules.model import CaseState, Platform
from rules.people import Scope
from storage.keyset_pages import KeysetPages
from storage.notices import NoticeState

ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"model": ApiError, "description": "没有令牌，或令牌已失效"},
    403: {"model": ApiError, "description": "令牌或角色不能读取这项内容"},
    422: {"model": ApiError, "description": "参数写法不对"},
    503: {"model": ApiError, "description": "数据库暂时不能使用"},
}
bearer = HTTPBearer(auto_error=False, scheme_name="令牌", description="在“我的账号”页生成的令牌")
router = APIRouter(prefix="/api", responses=ERRORS, dependencies=[Depends(bearer)])
School = Annotated[str, Query(max_length=40, pattern=r"^[A-Za-z0-9_-]*$", description="学校代码，不填为全部")]


def scoped(scope: Scope) -> Callable[[Request], None]:
    """Dependency: 403 where the request came by a token that was not made for this."""

    def check(request: Request) -> None:
        scopes = request.state.session.scopes
        if scopes is not None and scope.value not in scopes:
            raise HTTPException(
                403, f"这个令牌不能读取{scope.label}。请在“我的账号”页生成一个包含{scope.label}的令牌。"
            )

    return check


def pages_of(request: Request) -> KeysetPages:
    """The pages of the store."""
    return world_of(request).store.keyset_pages


@router.get("/v1/accounts", dependencies=[Depends(scoped(Scope.ACCOUNTS))])
def accounts(
    request: Request, cursor: Cursor = "", limit: Limit = 50, school: School = "", platform: Platform | None = None
) -> ApiPage[AccountModel]:
    """台账中的账号和最近看到的情况，按学校和编号排列。"""
    wanted = {"school": school, "platform": platform or ""}
    page = pages_of(request).accounts(view_of(request), read(cursor, 2), limit, **wanted)
    return ApiPage(items=[AccountModel.of(line) for line in page.rows], next_cursor=written(page.next))


@router.get("/v1/cases", dependencies=[Depends(scoped(Scope.CASES))])
def cases(
    request: Request, cursor: Cursor = "", limit: Limit = 50, school: School = "", state: CaseState | None = None
) -> ApiPage[CaseModel]:
    """问题台账，按编号排列。"""
    page = pages_of(request).cases(view_of(request), read(cursor, 1), limit, school=school, state=state or "")
    return ApiPage(items=[CaseModel.of(case) for case in page.rows], next_cursor=written(page.next))


@router.get("/v1/suspects", dependencies=[Depends(scoped(Scope.SUSPECTS))])
def suspects(
    request: Request, cursor: Cursor = "", limit: Limit = 50, school: School = "", state: CandidateState | None = None
) -> ApiPage[SuspectModel]:
    """疑似账号，按学校和账号标识排列。没有人确认之前不是结论。"""
    page = pages_of(request).candidates(view_of(request), read(cursor, 2), limit, school=school, state=state or "")
    return ApiPage(items=[SuspectModel.of(found) for found in page.rows], next_cursor=written(page.next))


@router.get("/v1/notices", dependencies=[Depends(scoped(Scope.NOTICES))])
def notices(
    request: Request, cursor: Cursor = "", limit: Limit = 50, school: School = "", state: NoticeState | None = None
) -> ApiPage[NoticeModel]:
    """已生成的文书和发送情况，按编号排列；不含正文。"""
    page = pages_of(request).notices(view_of(request), read(cursor, 1), limit, school=school, state=state or "")
    return ApiPage(items=[NoticeModel.of(line) for line in page.rows], next_cursor=written(page.next))


@router.get("/v1/coverage", dependencies=[Depends(scoped(Scope.COVERAGE))])
def coverage(request: Request, school: School = "") -> ApiPage[CoverageModel]:
    """各学校各平台的掌握率；行数有限，不分页。"""
    view = view_of(request)
    rows = [
        CoverageModel.of(code, platform, figures, counted.at)
        for code, counted in sorted(world_of(request).store.coverage.all().items())
        if view.sees_school(code) and school in ("", code)
        for platform, figures in counted.platforms.items()
        if figures.accounts
    ]
    return ApiPage(items=rows, next_cursor=None)


@router.get("/openapi.json", include_in_schema=False)
def description() -> JSONResponse:
    """What the interface is, for programs."""
    found = get_openapi(
        title="校媒巡检",
        version=product_version(),
        description="只读接口。请求头写 Authorization: Bearer 令牌；令牌在“我的账号”页生成，只能看到本人能看到的内容。",
        routes=router.routes,
    )
    return JSONResponse(found)
