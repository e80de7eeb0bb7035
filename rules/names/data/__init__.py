"""Data files of the name matcher, and the scripts that write them."""
