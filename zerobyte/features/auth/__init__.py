"""Authentication and authorization: accounts, sessions, organizations and members."""
