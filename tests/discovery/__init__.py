"""Discovery, from the query plan to a person's decision."""
