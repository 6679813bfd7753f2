"""Backup schedules: what is backed up where and when, and what one run of it needs."""
