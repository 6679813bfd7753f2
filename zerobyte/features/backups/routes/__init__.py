"""Routes of schedules and their mirrors, one module per topic, on one blueprint."""

from zerobyte.features.backups.routes import mirrors, schedules
from zerobyte.features.backups.routes.schedules import backups_v1

# Importing a module adds its routes to the blueprint.
ROUTE_MODULES = (mirrors, schedules)

__all__ = ["ROUTE_MODULES", "backups_v1"]
