"""The worker API: claim, renew, progress, finish. It is not part of the public API."""
