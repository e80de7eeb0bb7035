"""How the log looks: one event a line, for a person or as JSON, Beijing time with its zone, to standard error."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from monitors.clock import wall

Event = MutableMapping[str, Any]
_JSON = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)


def configure(form: str = "console") -> None:
    """Set up structlog for this process, as lines for a person (``console``) or one JSON object a line (``json``). Libraries that log the addresses they ask are kept quiet: a bot's key is in them."""
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            stamp,
            structlog.processors.format_exc_info,
            _JSON if form == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0),
        ],
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def stamp(_logger: Any, _method: str, event: Event) -> Event:
    """When, to the second, with the zone: a log is read beside pages in Beijing time and systems in UTC."""
    event["timestamp"] = wall().strftime("%Y-%m-%d %H:%M:%S%z")
    return event


def _to_stderr(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)  # looked up each time: whoever redirects it gets the log
