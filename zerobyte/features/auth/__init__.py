"""Accounts, sessions, organizations and their members: who asks, and what they may do."""
