"""Vocabulary to JSON text and back, checked by pydantic: how documents look in the database."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Built once per kind: building one costs a thousand times what using it does."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def dump(value: Any, kind: Any = None) -> str:
    """The document of a dataclass; default values are left out so that a million rows stay small."""
    adapter = _adapter(kind or type(value))
    return adapter.dump_json(value, exclude_defaults=True).decode()


def load(kind: type[T], document: str) -> T:
    """The dataclass of a document. Raises pydantic.ValidationError when the document is not of that kind.

    A field that the kind does not have is refused: read as a default, a renamed field would lose what it held.
    """
    value: T = _adapter(kind).validate_json(document, extra="forbid")
    return value
