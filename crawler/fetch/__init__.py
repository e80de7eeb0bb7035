"""Fetching: one job, one child process, polite to every host, kept from private addresses."""
