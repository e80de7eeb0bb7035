"""The demo campus at one glance: the context, its application, its server, its register, and the truth about it."""

from __future__ import annotations

from monitors.demo.activity import DemoAccount, DemoCampus, DemoPost, ExpectedState
from monitors.demo.app import campus_app
from monitors.demo.register import (
    EXPECTED,
    Canary,
    Expected,
    demo_canaries,
    demo_filings,
    public_url,
)
from monitors.demo.replay import replay_filings, replay_pages
from monitors.demo.server import CampusServer
from storage.filings import key_of

__all__ = [
    "EXPECTED",
    "CampusServer",
    "Canary",
    "DemoAccount",
    "DemoCampus",
    "DemoPost",
    "Expected",
    "ExpectedState",
    "campus_app",
    "demo_canaries",
    "demo_filings",
    "key_of",
    "public_url",
    "replay_filings",
    "replay_pages",
]
