"""The door for workers: claim, renew, progress, finish. Not part of the public API."""
