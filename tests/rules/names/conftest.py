"""The schools that the tests of the name matcher protect."""

from pathlib import Path

import pytest

from rules.names import Matcher
from tests.support.names import protected

SHARED = Path(__file__).resolve().parents[4] / "shared"


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    """One matcher for all tests: it is meant to be kept."""
    return Matcher(protected())


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared names, or a skip where they are not there."""
    if not (SHARED / "names" / "labelled.tsv").exists():
        pytest.skip("the shared names (../shared/names) are not on this machine")
    return SHARED
