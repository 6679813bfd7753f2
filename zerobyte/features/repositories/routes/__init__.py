"""Routes of repositories, one module per topic, on the blueprint of `repositories`."""

from zerobyte.features.repositories.routes import maintenance, repositories
from zerobyte.features.repositories.routes.repositories import repositories_v1

# Importing a module adds its routes to the blueprint.
ROUTE_MODULES = (maintenance, repositories)

__all__ = ["ROUTE_MODULES", "repositories_v1"]
