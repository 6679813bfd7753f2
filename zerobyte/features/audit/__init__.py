"""The audit log: actor, action, time, address and result.

It is append-only; entries are removed only because of their age.
"""
