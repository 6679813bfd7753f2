"""The audit trail: who did what, when, from where and with what result.

It is only added to; age alone ends a line.
"""
