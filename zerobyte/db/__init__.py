"""Persistence: connection, row base, encrypted configs, leases and migrations.

Only the list of model modules in `connection` names features.
"""
