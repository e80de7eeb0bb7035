"""An example of both kinds of extension."""
