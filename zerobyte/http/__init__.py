"""What every route shares: endpoint, errors, actor, documents, streams, limits, headers."""
