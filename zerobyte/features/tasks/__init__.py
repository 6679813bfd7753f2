"""Tasks: every piece of work that was asked for, its progress, its end and its history."""
