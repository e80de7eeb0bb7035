"""What papers look like: blocks, Word files, sheets."""
