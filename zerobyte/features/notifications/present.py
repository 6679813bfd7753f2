"""Convert destination rows to the response model."""

from typing import Any

from zerobyte.features.notifications import models, schemas


def destination(row: models.Destination, *, config: dict[str, Any]) -> schemas.Destination:
    """Return the response model of a destination; `config` is its masked config.

    The stored row is not validated: a row that a newer rule would reject is still shown.
    """
    values = {name: getattr(row, name) for name in schemas.Destination.model_fields}
    return schemas.Destination.model_construct(None, **{**values, "config": config})
