"""The format of worker tokens: `zbw_<43 characters>:<host>`.

The first part is random and secret. The worker reads its host from the second part, because it
needs its queue before it can reach the API; the API reads the host from its own row.
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
    """Return the host that a worker token names. Raises ValueError for other texts."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise ValueError("not a worker's token")
    return unquote(found[2])


def hash_of(token: str) -> str:
    """Return the SHA-256 of a token's secret part in hex; the API stores only this."""
    return hashlib.sha256(token.partition(":")[0].encode()).hexdigest()
