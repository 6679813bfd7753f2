"""The event streams of an organization; other features publish to them."""
