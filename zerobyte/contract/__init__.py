"""The pydantic models on the wire and between processes.

The package imports pydantic alone, so every other package may use it.
"""
