"""A small house filled by hand: two schools, hostile names, cases in every state, papers, evidence, a digest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from monitors.app_context import AppContext
from monitors.console import create_app
from tests.support.console import Browser, client_of, furnished_world
from tests.support.live import chromium
from tests.support.live import served as served_app

__all__ = ["chromium"]


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AppContext]:
    """A furnished context on SQLite."""
    opened = furnished_world(tmp_path)
    yield opened
    opened.store.close()


@pytest.fixture
def app(context: AppContext) -> FastAPI:
    """The console over it."""
    return create_app(context)


@pytest.fixture
def stranger(app: FastAPI) -> Iterator[Browser]:
    """A browser that is not signed in."""
    with client_of(app) as client:
        yield client


@pytest.fixture
def staff(app: FastAPI) -> Iterator[Browser]:
    """A browser that is signed in as 王老师."""
    with client_of(app) as client:
        assert client.sign_in().status_code == 303
        yield client


@pytest.fixture
def served(app: FastAPI) -> Iterator[str]:
    """The address of the console behind a real server."""
    with served_app(app) as base:
        yield base
