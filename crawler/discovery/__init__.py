"""Looking for accounts nobody filed: where to search, what is due, what an answer shows, which hosts and copies to look at."""
