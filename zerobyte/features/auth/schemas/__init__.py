"""Requests and responses of `/api/auth` and `/api/v1/auth`, one topic per module."""
