"""Benchmarks: the overhead of Zerobyte over bare restic, measured in one run.

Owns figures for people to read; nothing here passes or fails, and no test asserts on a time.
"""
