"""Repositories, their snapshots, and restoring from them."""
