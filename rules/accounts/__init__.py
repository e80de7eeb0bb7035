"""Whose an account is, and what its observations say together."""
