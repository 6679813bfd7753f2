"""Volumes: the folders that backups read, their state, and what lies in them."""
