"""What `/api/auth` and `/api/v1/auth` read and answer, one family in each file."""
