"""`python -m monitors` is the `xunjian` command."""

from monitors.cli import main

main()
