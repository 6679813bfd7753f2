"""Conversion of account rows to API schemas, one topic per module."""
