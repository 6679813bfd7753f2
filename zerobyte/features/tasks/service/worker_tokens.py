"""Issue, verify, list, revoke and rotate the tokens of workers.

Accepted hashes are cached in memory for one second, so that not every call of a worker queries the
database. A revoked token is rejected after one second at most.
"""

import asyncio
import hmac
from pathlib import Path
from typing import Final

from zerobyte.core import blocking, clock, worker_tokens
from zerobyte.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from zerobyte.core.log import get_logger
from zerobyte.db.errors import ignore_unavailable_database
from zerobyte.features.tasks.models import WorkerToken

log = get_logger(__name__)

LOCAL_ID: Final = "local"
"""Id of the row of the local worker's token, which the supervisor replaces at each start."""
_RELOAD_S: Final = 1.0
_USED_EVERY_MS: Final = 60_000
_READ_LIMIT_S: Final = 10.0
_HOST_CHARACTERS: Final = 255
_NEW_ONE: Final = "Issue a new one with `zerobyte worker-token HOST` where the API runs"
_FORMER: Final = f"This worker's token was signed by an earlier version. {_NEW_ONE}"
_UNKNOWN: Final = f"The worker's token is not valid, or was revoked. {_NEW_ONE}"
_NOT_FOUND: Final = "There is no such worker token"
_IS_LOCAL: Final = "The token of the worker beside the API changes with each start of `serve`"


class WorkerTokens:
    """The credentials of all workers."""

    def __init__(self) -> None:
        self._accepted: dict[str, WorkerToken] = {}
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    async def verify(self, token: str) -> str:
        """Return the host that a token was issued for. Raises Unauthenticated."""
        if not token.startswith(worker_tokens.PREFIX):
            raise Unauthenticated(_FORMER if "." in token else _UNKNOWN)
        await self._read_again()
        hashed = worker_tokens.hash_of(token)
        row = self._accepted.get(hashed)
        if row is None or not hmac.compare_digest(row.token_hash, hashed):
            raise Unauthenticated(_UNKNOWN)
        await self._note_use(row)
        return str(row.host)

    async def _read_again(self) -> None:
        async with self._reading:
            now = clock.monotonic()
            if self._read_at is not None and now - self._read_at < _RELOAD_S:
                return
            rows = await WorkerToken.filter(revoked_at__isnull=True)
            self._accepted = {row.token_hash: row for row in rows}
            self._read_at = now

    async def _note_use(self, row: WorkerToken) -> None:
        now = clock.now_ms()
        if row.last_used_at is not None and abs(now - row.last_used_at) < _USED_EVERY_MS:
            return
        row.last_used_at = now
        with ignore_unavailable_database():
            await WorkerToken.filter(id=row.id).update(last_used_at=now)

    async def issue(self, host: str) -> tuple[WorkerToken, str]:
        """Create a token for the worker of a host. Its text is returned only here.

        Raises Invalid if the host name is not valid.
        """
        name = host.strip()
        if not name or len(name) > _HOST_CHARACTERS or not name.isprintable():
            raise Invalid.at(["host"], "The host needs a name of 1 to 255 printable characters")
        token = worker_tokens.generate(name)
        row = await WorkerToken.create(host=name, token_hash=worker_tokens.hash_of(token))
        self._read_at = None
        return row, token

    async def listing(self) -> list[WorkerToken]:
        """List all tokens including revoked ones, oldest first."""
        return await WorkerToken.all().order_by("created_at", "id")

    async def revoke(self, token_id: str) -> WorkerToken:
        """Revoke a token. Raises NotFound."""
        row = await self._of(token_id)
        if row.revoked_at is None:
            row.revoked_at = clock.now_ms()
            await row.save(update_fields=["revoked_at"])
        self._read_at = None
        return row

    async def rotate(self, token_id: str) -> tuple[WorkerToken, str]:
        """Replace the secret of a token; the previous secret becomes invalid.

        Raises
            NotFound    the token does not exist.
            Conflict    the token was revoked, or belongs to the local worker.
        """
        row = await self._of(token_id)
        if row.id == LOCAL_ID:
            raise Conflict(f"{_IS_LOCAL}; restart it to get a new one")
        if row.revoked_at is not None:
            raise Conflict("The token was revoked. Issue a new one")
        token = worker_tokens.generate(str(row.host))
        row.token_hash = worker_tokens.hash_of(token)
        row.created_at, row.last_used_at = clock.now_ms(), None
        await row.save()
        self._read_at = None
        return row, token

    async def register_local(self, file: Path, host: str) -> None:
        """Accept the token that the supervisor created for the local worker.

        Without a file no worker has the token of an earlier start, so that token is deleted.
        """
        token = await blocking.run_blocking(lambda: _text_of(file), limit_s=_READ_LIMIT_S)
        await WorkerToken.filter(id=LOCAL_ID).delete()
        if token is not None and token.startswith(worker_tokens.PREFIX):
            hashed = worker_tokens.hash_of(token)
            await WorkerToken.create(id=LOCAL_ID, host=host, token_hash=hashed)
        self._read_at = None

    async def _of(self, token_id: str) -> WorkerToken:
        row = await WorkerToken.get_or_none(id=token_id)
        if row is None:
            raise NotFound(_NOT_FOUND)
        return row


def _text_of(file: Path) -> str | None:
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        log.warning("the local worker's token cannot be read", error=type(error).__name__)
        return None
