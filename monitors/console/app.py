"""Puts the console together: routes, gate, static files, and pages for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from monitors.app_context import AppContext
from monitors.console import routes
from monitors.console.access import check_access
from monitors.console.api import routes as api
from monitors.console.api.errors import failure, is_api, wrong_parameters
from monitors.console.app_state import ConsoleState, keep_state
from monitors.console.headers import HEADERS
from monitors.console.middleware import AuthMiddleware, check_form
from monitors.console.rendering import STATIC, render
from monitors.console.requests import Requests
from monitors.metrics import registry_of
from storage.database import StorageError

log = structlog.get_logger()
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
SUBJECTS = (*(import_module(f"{routes.__name__}.{module.name}") for module in iter_modules(routes.__path__)), api)
"""One module a subject, each with its ``router``."""
TITLES = {403: "没有权限", 404: "没有找到", 405: "不能这样访问", 409: "没有保存", 503: "暂时不能使用"}


class Static(StaticFiles):
    """Our own style sheet and icon: their address changes with their content, so browsers may keep them."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """With a time to keep."""
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=604800"
        return response


def create_app(context: AppContext, *, lifespan: Lifespan | None = None, metrics: bool = True) -> FastAPI:
    """The console over a context. A ``lifespan`` may put its timetable into the application's `ConsoleState`."""
    app = FastAPI(
        title="校媒巡检",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(check_access), Depends(check_form)],
    )
    keep_state(app, ConsoleState(context, registry_of(context) if metrics else None))
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
    if is_api(request):
        return failure(error.status_code, sentence)
    return _page(request, error.status_code, sentence)


def _misspelt(request: Request, error: Exception) -> Response:
    if is_api(request) and isinstance(error, RequestValidationError):
        return failure(422, wrong_parameters(error))
    return _page(request, 422, "提交的内容过长或写法不对，请返回修改。")


def _no_storage(request: Request, error: Exception) -> Response:
    if is_api(request):
        return failure(503, str(error))
    # The page itself asks the database which school it shows, so this one is plain.
    return PlainTextResponse(str(error), 503)


def _broken(request: Request, error: Exception) -> Response:
    # The route and not the address: some addresses are one-time links. A case is named, for its number is no secret.
    about = {word: value for word, value in request.path_params.items() if word in ("number", "run", "job")}
    route = getattr(request.scope.get("route"), "path", "")
    log.error("console.failed", route=route, **about, error=f"{type(error).__name__}: {error}")
    if is_api(request):
        return failure(500, "系统出错，已记录。请稍后重试；若一直如此，请联系信息中心。")
    return PlainTextResponse("系统出错，已记录。请返回重试；若一直如此，请联系信息中心。", 500, headers=HEADERS)
