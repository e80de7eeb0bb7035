"""One module of routes per subject; each handler reads, asks one use-case, and renders or redirects."""
