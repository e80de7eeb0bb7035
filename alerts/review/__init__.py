"""The annual review's papers: the table of all accounts, a form for each, a self-check sheet for each unit."""
