"""Rows of accounts as the API shows them, one family in each file."""
