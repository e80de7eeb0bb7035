"""A school's policy: its schema, its loader, and the files of five schools."""
