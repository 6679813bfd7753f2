"""Routes of repositories and their snapshots, one module per topic, on one blueprint."""

from zerobyte.features.repositories.routes import (
    diffs,
    downloads,
    maintenance,
    repositories,
    tags,
)
from zerobyte.features.repositories.routes.repositories import repositories_v1

# Importing a module adds its routes to the blueprint.
ROUTE_MODULES = (diffs, downloads, maintenance, repositories, tags)

__all__ = ["ROUTE_MODULES", "repositories_v1"]
