"""Tests of notices, digests and their delivery."""
