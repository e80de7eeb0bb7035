"""Looking for accounts, sites and apps that nobody filed."""
