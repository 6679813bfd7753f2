"""Notification destinations: configuration, delivery and status."""
