"""How the JSON interface says that something went wrong: one Chinese sentence, whatever it was."""

from __future__ import annotations

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from monitors.console.headers import HEADERS

PREFIX = "/api/"
FIELDS = {
    "limit": "limit 应为 1 到 200 的整数",
    "cursor": "cursor 过长，请原样使用上一页给出的 next_cursor",
    "school": "school 应为学校代码，由字母、数字、- 和 _ 组成",
    "platform": "platform 不是已知的平台代码",
    "state": "state 不是已知的状态代码",
}
"""What is wrong with a parameter that was refused."""


def is_api(request: Request) -> bool:
    """True for an address of the JSON interface."""
    return request.url.path.startswith(PREFIX)


def failure(status: int, sentence: str) -> JSONResponse:
    """An error as a program reads it."""
    headers = HEADERS | ({"www-authenticate": "Bearer"} if status == 401 else {})
    return JSONResponse({"message": sentence}, status, headers=headers)


def wrong_parameters(error: RequestValidationError) -> str:
    """Which parameters were refused, and how they are written."""
    names = dict.fromkeys(str(each["loc"][-1]) for each in error.errors())
    return "；".join(FIELDS.get(name, "参数写法不对") for name in names) + "。写法见 /api/openapi.json。"
