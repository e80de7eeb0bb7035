"""Hands what the outbox holds to channels, once each, and keeps what the other side answered."""
