"""API schemas of API keys; only a new key includes the key itself."""

from zerobyte.core import clock
from zerobyte.features.auth.models import ApiKey
from zerobyte.features.auth.schemas.api_keys import ApiKeyView, NewApiKey


def key_view(row: ApiKey) -> ApiKeyView:
    """Return an existing key, without the key itself."""
    return ApiKeyView(
        id=row.id,
        name=row.name,
        created_at=clock.iso(row.created_at),
        expires_at=_iso(row.expires_at),
        last_request_at=_iso(row.last_request_at),
    )


def new_key_view(row: ApiKey, key: str) -> NewApiKey:
    """Return a new key, with the key itself."""
    return NewApiKey(**key_view(row).model_dump(), key=key)


def _iso(epoch_ms: int | None) -> str | None:
    return None if epoch_ms is None else clock.iso(epoch_ms)
