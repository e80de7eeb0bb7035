"""The answer to a form that was sent after its session had ended: what was typed is shown again, to be copied."""

from __future__ import annotations

import re
from html import escape

from fastapi import Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

SECRET = re.compile(r"csrf|password|token|code|secret", re.I)
"""Fields whose values are never shown again."""
TYPED = re.compile(r"[\u4e00-\u9fff]|https?://")
"""What a person wrote; the rest are numbers and marks of the form's own."""
MOST_BYTES = 2**20
"""What is read of a stranger's form: more than anybody types."""
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>登录已失效 · 校媒巡检</title><h1>登录已失效</h1>
<p>太久没有操作，登录已经失效，刚才提交的内容没有保存。请<a href="/login">重新登录</a>，回到原来的页面再填写一次。</p>{typed}"""
TEXT = """<p><label for="typed">刚才填写的文字在下面，登录前请先复制（附件需要重新选择）：</label></p>
<p><textarea id="typed" rows="16" cols="60" readonly>{text}</textarea></p>"""


async def lost_session(request: Request, most_fields: int) -> HTMLResponse:
    """401 with what was typed. ``request`` is read here and goes no further; a long one, which carries files, is not read,
    for nobody vouches for who sent it."""
    form = await _form_of(request, most_fields) if int(request.headers["content-length"]) <= MOST_BYTES else FormData()
    typed = [v for k, v in form.multi_items() if isinstance(v, str) and not SECRET.search(k) and TYPED.search(v)]
    text = TEXT.format(text=escape("\n".join(typed))) if typed else ""
    return HTMLResponse(PAGE.format(typed=text), 401)


async def _form_of(request: Request, most_fields: int) -> FormData:
    try:
        return await request.form(max_fields=most_fields)
    except HTTPException:  # no form at all
        return FormData()
