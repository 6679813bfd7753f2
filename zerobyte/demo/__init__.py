"""The product seen by a customer: a platform of its own, one backup, one restore, one proof.

Owns what `make demo` does and what `make bench` measures with. It speaks HTTP like anybody else
and refuses to import any room but core.
"""
