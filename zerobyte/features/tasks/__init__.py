"""Tasks: their rows, their progress and end, and their history."""
