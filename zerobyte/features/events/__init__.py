"""The event streams: what happens, told to whoever listens. Knows no other feature."""
