"""A finding followed to its end: the case, its transitions, and what findings do to it."""
