"""The text of a worker's token: `zbw_<43 characters>:<host>`.

The first part is random and is the secret. The host is only a note for the worker, which must
know its queue before it can reach the API; the API takes the host from its own row.
"""

import hashlib
import re
import secrets
from typing import Final
from urllib.parse import quote, unquote

PREFIX: Final = "zbw_"
LOCAL_HOST: Final = "local"
"""The host of the worker that runs beside the API; volumes and runs are there by default."""
_TOKEN: Final = re.compile(r"(zbw_[A-Za-z0-9_-]{43}):([^:\s]+)")
_RANDOM_BYTES: Final = 32


def generate(host: str) -> str:
    """Return a new random token for the worker of a host."""
    return f"{PREFIX}{secrets.token_urlsafe(_RANDOM_BYTES)}:{quote(host, safe='')}"


def host_of(token: str) -> str:
    """Return the host that a token names. Raises ValueError when it is not a worker's token."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise ValueError("not a worker's token")
    return unquote(found[2])


def hash_of(token: str) -> str:
    """Return the SHA-256 of a token's secret part in hex; nothing else of it is stored."""
    return hashlib.sha256(token.partition(":")[0].encode()).hexdigest()
