"""Which notices are due, what they say, and how they are delivered."""
