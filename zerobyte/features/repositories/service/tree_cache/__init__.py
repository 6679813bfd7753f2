"""The local cache of snapshot listings: one SQLite file with compressed blocks of entries."""
