"""What the campus is asked and what it answers: two small values, and the ways to make the second."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitors.demo.accounts import HERE

MARK = "演示"
"""Stands in every title and footer, so that no demo page is ever taken for a real one."""


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """One request, as far as anybody here looks at it."""

    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    query_string: str = ""
    body: bytes = b""
    authorization: str = ""

    def get(self, name: str) -> str:
        """One query parameter, empty where it is missing."""
        return self.query.get(name, "")


@dataclass(frozen=True, slots=True)
class DemoResponse:
    """One response. ``delay`` in seconds; ``cut``: the connection breaks in the middle of the body."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    cut: bool = False


@cache
def _jinja() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=StrictUndefined, auto_reload=False,
    )  # fmt: skip


def render(template: str, **context: Any) -> str:
    """A template as text. Raises jinja2 errors, which are bugs of ours."""
    return _jinja().get_template(template).render(mark=MARK, **context)


def page(template: str, *, status: int = 200, **context: Any) -> DemoResponse:
    """An HTML page from a template."""
    return DemoResponse(render(template, **context).encode(), status)


def xml(template: str, **context: Any) -> DemoResponse:
    """An RSS feed from a template."""
    return DemoResponse(render(template, **context).encode(), kind="text/xml; charset=utf-8")


def answer_json(value: Any, status: int = 200) -> DemoResponse:
    """A JSON answer as APIs give it."""
    return DemoResponse(json.dumps(value, ensure_ascii=False).encode(), status, "application/json; charset=utf-8")


def redirect(url: str, status: int = 302) -> DemoResponse:
    """A redirect."""
    return DemoResponse(b"", status, headers=(("location", url),))


def missing(text: str = "404 Not Found") -> DemoResponse:
    """A plain 404."""
    return page("notice.html", status=404, title=text, text=text)
