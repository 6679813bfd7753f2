"""The words spoken between processes and on the wire.

Owns the pydantic models that more than one room needs. Knows no database, no HTTP server, no
Prefect and no driver: it imports pydantic alone.
"""
