"""Tests of the evidence archive."""
