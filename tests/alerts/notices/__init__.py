"""What papers say: facts, wording, joint letters."""
