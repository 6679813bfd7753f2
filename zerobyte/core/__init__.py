"""Small pure tools that every room may use: errors, clock, ids, secrets, cron, processes, paths."""
