"""帮助: one page a task, in plain words; each screen links to its own."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from monitors.console.help_topics import BY_CODE, TOPICS
from monitors.console.rendering import render

router = APIRouter()


@router.get("/help")
def contents(request: Request) -> HTMLResponse:
    """The tasks of the person who asks first, then the others'."""
    user = request.state.session.user
    mine = [topic for topic in TOPICS if user.may(topic.roles)]
    others = [topic for topic in TOPICS if topic not in mine]
    return render(request, "help.html", "帮助", mine=mine, others=others)


@router.get("/help/{topic}")
def page(request: Request, topic: str) -> HTMLResponse:
    """One task."""
    if topic not in BY_CODE:
        raise HTTPException(404, "没有这一页帮助，请从帮助目录查找。")
    return render(request, f"help/{topic}.html", f"帮助：{BY_CODE[topic].title}", topic=BY_CODE[topic])
