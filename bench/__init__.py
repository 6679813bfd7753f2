"""What Zerobyte costs on top of bare restic, measured on this machine in one run.

Owns figures for people to read; nothing here passes or fails, and no test asserts on a time.
"""
