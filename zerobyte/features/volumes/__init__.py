"""Volumes: the folders and shares that are backed up."""
