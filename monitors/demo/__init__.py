"""The demo campus: a simulated university's whole online presence on loopback, for `xunjian serve --demo` and tests."""
