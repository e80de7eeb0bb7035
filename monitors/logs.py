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


def configure(form: str = "console", least: int = logging.INFO) -> None:
    """Set up structlog for this process, as lines for a person (``console``) or one JSON object a line (``json``), from the
    level ``least`` on: a command says what went wrong only, the service what happened. What libraries say goes the same way."""
    for library in ("httpx", "httpcore"):  # they log the addresses they ask: a bot's key is in them
        logging.getLogger(library).setLevel(logging.WARNING)
    root = logging.getLogger()
    root.handlers = [each for each in root.handlers if not isinstance(each, LibraryHandler)] + [LibraryHandler()]
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(least),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            stamp,
            drop_empty,
            structlog.processors.format_exc_info,
            _JSON if form == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0),
        ],
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


class LibraryHandler(logging.Handler):
    """Hands what a library logs as a warning or worse (a page that broke, a task that nobody awaited) to our own log, where
    it is masked and formed as any other line."""

    def __init__(self) -> None:
        """Warnings and errors only."""
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        said = {"library": record.name, "text": record.getMessage(), "exc_info": record.exc_info}
        structlog.get_logger().log(record.levelno, "library.said", **said)


def stamp(_logger: Any, _method: str, event: Event) -> Event:
    """When, to the second, with the zone: a log is read beside pages in Beijing time and systems in UTC."""
    event["timestamp"] = wall().strftime("%Y-%m-%d %H:%M:%S%z")
    return event


def drop_empty(_logger: Any, _method: str, event: Event) -> Event:
    """A word without a value (no error, no case) is left out; 0 and False are values."""
    return {word: value for word, value in event.items() if value is not None and value not in ("", [], {}, ())}


def _to_stderr(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)  # looked up each time: whoever redirects it gets the log
