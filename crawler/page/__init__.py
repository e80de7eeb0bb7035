"""A page's bytes and what they are: block pages, dates, extraction helpers that every platform uses."""
