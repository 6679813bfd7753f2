"""Convert rows of worker tokens to response models."""

from typing import Any

from zerobyte.features.system.schemas import IssuedWorkerToken, WorkerTokenView
from zerobyte.features.tasks.models import WorkerToken
from zerobyte.features.tasks.service.worker_tokens import LOCAL_ID


def worker_token(row: WorkerToken) -> WorkerTokenView:
    """Return the response model of a token, without its secret."""
    return WorkerTokenView(**_fields(row))


def issued_worker_token(row: WorkerToken, token: str) -> IssuedWorkerToken:
    """Return the response model of a new token, with its secret."""
    return IssuedWorkerToken(**_fields(row), token=token)


def _fields(row: WorkerToken) -> dict[str, Any]:
    return {
        "id": row.id,
        "host": row.host,
        "issued_at": row.created_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
        "is_local": row.id == LOCAL_ID,
    }
