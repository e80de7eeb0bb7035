"""`python -m monitors` is the `xunjian` command."""

from monitors.cli.main import main

main()
