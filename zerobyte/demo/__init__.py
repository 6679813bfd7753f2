"""The demo: a temporary platform, one backup, one restore, one comparison.

`make demo` runs it and `make bench` measures with it. It uses the HTTP API as any client does and
imports no other package than core.
"""
