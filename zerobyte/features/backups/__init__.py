"""Backup schedules: their rows, their due times, and the jobs of their runs."""
