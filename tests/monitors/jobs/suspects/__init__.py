"""Decisions on suspects and what they set going."""
