"""Tests of monitors.jobs."""
