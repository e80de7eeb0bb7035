"""A text that a regular expression finds: signatures say what a wall looks like, and a simulation needs such a wall."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

# The parser of the standard library has no public name; its old one (sre_parse) warns since 3.11.
_PARSER: Any = import_module("re._parser")


@cache
def example(pattern: str | re.Pattern[str]) -> str:
    """The shortest text along the first alternatives. Raises ValueError where the pattern holds what is not known here."""
    text = "".join(_part(str(op), value) for op, value in _PARSER.parse(_source(pattern)))
    if not re.search(pattern, text):
        raise ValueError(f"{text!r} is no example of {_source(pattern)!r}")
    return text


def _source(pattern: str | re.Pattern[str]) -> str:
    return pattern.pattern if isinstance(pattern, re.Pattern) else pattern


def _sequence(parsed: Any) -> str:
    return "".join(_part(str(op), value) for op, value in parsed)


def _part(op: str, value: Any) -> str:
    match op:
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL" | "ANY":
            return "某"
        case "MAX_REPEAT" | "MIN_REPEAT":
            return _sequence(value[2]) * int(value[0])
        case "SUBPATTERN":
            return _sequence(value[3])
        case "BRANCH":
            return _sequence(value[1][0])
        case "IN":
            return _one_of(value)
        case "AT" | "ASSERT_NOT":  # `example` looks whether the text is one all the same
            return ""
    raise ValueError(f"an example of {op} is not known")


def _one_of(choices: Any) -> str:
    op, value = next((str(op), value) for op, value in choices)
    match op:
        case "LITERAL":
            return chr(value)
        case "RANGE":
            return chr(value[0])
        case "CATEGORY":
            return "0" if str(value) == "CATEGORY_DIGIT" else " " if str(value) == "CATEGORY_SPACE" else "a"
        case "NEGATE":
            return "某"
    raise ValueError(f"an example of {op} is not known")
