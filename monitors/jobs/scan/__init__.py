"""One suspect, looked at now."""
