"""The shell around the rest: clock, settings, commands, schedule, console, metrics, demo."""
