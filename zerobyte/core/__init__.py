"""Small tools for every package: errors, clock, ids, secrets, cron, child processes, paths."""
