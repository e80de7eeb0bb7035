"""One document to one addressee: which are owed, and what each says."""
