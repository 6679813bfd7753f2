"""How rows are kept: connection, row base, sealed fields, lock leases and migrations.

Owns the one connection to SQLite (or the pool to PostgreSQL). Knows no feature by name except in
the list of modules that hold rows.
"""
