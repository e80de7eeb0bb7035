"""Who signs in: accounts, passwords, sessions, the campus login."""
