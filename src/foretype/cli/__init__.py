"""The command line, one file a subcommand; each has `register(subparsers)` and sets `func`."""
