"""A small house filled by hand: two schools, hostile names, cases in every state, papers, evidence, a digest."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from monitors.app_context import AppContext
from monitors.console import create_app
from tests.conftest import _free_port
from tests.support.chromium import ARGS, CHROMIUM
from tests.support.console import Browser, client_of, furnish, open_world


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AppContext]:
    """A furnished context on SQLite."""
    opened = open_world(tmp_path)
    furnish(opened)
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
    """The console behind a real server on loopback."""
    port = _free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """One browser for the module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()
