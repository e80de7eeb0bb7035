"""Whether a browser starts is asked of the browser, not of the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.fetch.browser import browser_fault, find_browser


def test_an_installed_browser_and_its_driver_start() -> None:
    """What the other tests use."""
    found = find_browser()
    assert found
    assert browser_fault(found) is None


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo 'error while loading shared libraries: libx.so.1' >&2; exit 127", "libx.so.1"),
        ("exit 3", "3"),
    ],
)
def test_one_that_does_not_start_is_told(tmp_path: Path, script: str, told: str) -> None:
    """It stands there and cannot run."""
    broken = tmp_path / "chromium"
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    fault = browser_fault(str(broken))
    assert fault is not None
    assert fault.startswith("chromium: ")
    assert told in fault


def test_a_file_that_is_no_program_is_told(tmp_path: Path) -> None:
    """Not executable."""
    (tmp_path / "chromium").write_text("text")
    assert "chromium" in str(browser_fault(str(tmp_path / "chromium")))
