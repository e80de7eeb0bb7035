"""Masks phones and mail addresses in whatever is logged: a log is copied about more freely than the register."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import structlog

from alerts.sanitize import mask_personal_data


def mask_personal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: the same entry with personal data masked in every text, inside lists and mappings too."""
    return {name: _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_personal_data(value)
    if isinstance(value, dict):
        return {_masked(key): _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value


def mask_logs() -> None:
    """Put the processor before whatever writes the entry, whoever configured the rest; once."""
    processors = list(structlog.get_config()["processors"])
    if mask_personal not in processors:
        structlog.configure(processors=[*processors[:-1], mask_personal, processors[-1]])
