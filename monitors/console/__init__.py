"""The web console: server-rendered pages for the people who work with the register and the cases."""

from monitors.console.app import create_app

__all__ = ["create_app"]
