"""Puts the console together: routes, gate, static files, and pages for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from monitors.app_context import AppContext
from monitors.console.access import check_access
from monitors.console.middleware import HEADERS, AuthMiddleware, check_form
from monitors.console.rendering import STATIC, render
from monitors.console.requests import Requests
from monitors.console.routes import (
    accounts,
    audit,
    campus,
    cases,
    evidence,
    filings,
    login,
    me,
    notices,
    operations,
    policies,
    register,
    register_bulk,
    register_import,
    scan,
    setup,
    suspects,
    today,
    users,
)
from monitors.metrics import registry_of
from storage.database import StorageError

log = structlog.get_logger()
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
SUBJECTS = (
    login,
    campus,
    setup,
    me,
    today,
    register,
    register_bulk,
    filings,
    register_import,
    accounts,
    suspects,
    cases,
    scan,
    notices,
    evidence,
    policies,
    operations,
    users,
    audit,
)
TITLES = {403: "没有权限", 404: "没有找到", 405: "不能这样访问", 409: "没有保存", 503: "暂时不能使用"}


class Static(StaticFiles):
    """Our own style sheet and icon: their address changes with their content, so browsers may keep them."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """With a time to keep."""
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=604800"
        return response


def create_app(context: AppContext, *, lifespan: Lifespan | None = None, metrics: bool = True) -> FastAPI:
    """The console over a context. A ``lifespan`` may put its timetable into ``app.state.timetable``."""
    app = FastAPI(
        title="校媒巡检",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(check_access), Depends(check_form)],
    )
    app.state.context, app.state.metrics = context, registry_of(context) if metrics else None
    app.state.tasks = set()
    for subject in SUBJECTS:
        app.include_router(subject.router)
    app.mount("/static", Static(directory=STATIC), name="static")
    app.add_middleware(AuthMiddleware, context=context)
    app.add_middleware(Requests)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misspelt)
    app.add_exception_handler(StorageError, _no_storage)
    app.add_exception_handler(Exception, _broken)
    return app


def _page(request: Request, status: int, sentence: str) -> HTMLResponse:
    return render(request, "error.html", TITLES.get(status, "出错了"), status=status, sentence=sentence)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = "没有这个页面。" if error.detail in ("Not Found", "Method Not Allowed") else str(error.detail)
    return _page(request, error.status_code, sentence)


def _misspelt(request: Request, error: Exception) -> Response:
    return _page(request, 422, "提交的内容过长或写法不对，请返回修改。")


def _no_storage(request: Request, error: Exception) -> Response:
    # The page itself asks the database which school it shows, so this one is plain.
    return PlainTextResponse(str(error), 503)


def _broken(request: Request, error: Exception) -> Response:
    log.error("console.failed", path=request.url.path, error=f"{type(error).__name__}: {error}")
    return PlainTextResponse("系统出错，已记录。请返回重试；若一直如此，请联系信息中心。", 500, headers=HEADERS)
