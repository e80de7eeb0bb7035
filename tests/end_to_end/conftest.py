"""A context of its own for every test."""

from tests.support.contexts import context

__all__ = ["context"]
