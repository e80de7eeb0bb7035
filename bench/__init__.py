"""Measurements; each is a command that prints what docs/performance.md quotes."""
