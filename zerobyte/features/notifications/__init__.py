"""Notification destinations: whom the platform tells, how, and whether it worked last time."""
