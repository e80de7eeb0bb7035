"""The use-cases: what the schedule, the command line and the console do, each once."""
