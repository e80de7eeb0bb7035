"""The commands by subject; each is a few lines over a use-case."""
