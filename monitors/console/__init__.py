"""The web console: server-rendered pages for the people who work with the register and the cases."""
