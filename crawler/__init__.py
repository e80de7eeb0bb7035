"""Public pages in, observations and evidence out."""
