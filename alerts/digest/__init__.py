"""A day's summary for one school: its data, and what is said first."""
