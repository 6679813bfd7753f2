"""Detects at start that APP_SECRET differs from the secret that encrypted the stored data.

One row of `app_metadata` holds a fingerprint of the secret. Only the first start and `rekey` write
it: after a wrong secret the operator may restore the right one.
"""

import hashlib
from typing import Final

from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.core.secrets import Sealer, derive
from zerobyte.features.auth.models import AppMetadata, Organization
from zerobyte.features.auth.service.organizations import password_aad

_log = get_logger(__name__)
_KEY: Final = "key_check"
_LETTERS: Final = 32
_SAMPLE: Final = 20
DIFFERENT: Final = (
    "APP_SECRET is not the one that the stored secrets were encrypted with. Put the former secret "
    "back, or stop Zerobyte and run `zerobyte rekey`"
)


def fingerprint(app_secret: str) -> str:
    """Return a one-way fingerprint of the secret."""
    return hashlib.sha256(derive(app_secret, "zerobyte:key-check")).hexdigest()[:_LETTERS]


class KeyCheck:
    """Compares the configured secret with the secret of the stored data."""

    def __init__(self, app_secret: str, sealer: Sealer) -> None:
        self._fingerprint = fingerprint(app_secret)
        self._sealer = sealer
        self._is_different = False

    async def run(self) -> bool:
        """Compare once at start; log and return False if the secrets differ.

        An installation without a fingerprint gets one, unless its encrypted texts do not open.
        """
        stored = await stored_fingerprint()
        if stored is None:
            self._is_different = not await self._opens_stored_texts()
            if not self._is_different:
                # Another process may insert first; keep its row.
                await AppMetadata.bulk_create(
                    [AppMetadata(key=_KEY, value=self._fingerprint)], ignore_conflicts=True
                )
        else:
            self._is_different = stored != self._fingerprint
        if self._is_different:
            _log.error(DIFFERENT)
        return not self._is_different

    async def problem(self) -> str | None:
        """Return the problem that was found at start; for readiness."""
        return DIFFERENT if self._is_different else None

    async def _opens_stored_texts(self) -> bool:
        """Return True if at least one encrypted text opens, or there is none.

        Every organization has one from its creation. One of them may be damaged or left over from
        an interrupted change of the secret, so one that opens is enough.
        """
        rows = await Organization.all().order_by("-created_at", "id").limit(_SAMPLE)
        texts = [row for row in rows if Sealer.is_sealed(row.repository_password)]
        return not texts or any(self._opens(row) for row in texts)

    def _opens(self, row: Organization) -> bool:
        try:
            self._sealer.unseal(row.repository_password, aad=password_aad(row.id))
        except ZerobyteError:
            return False
        return True


async def stored_fingerprint() -> str | None:
    """Return the fingerprint of the secret of the stored data; None if there is none."""
    row = await AppMetadata.get_or_none(key=_KEY)
    return None if row is None else row.value


async def store_fingerprint(app_secret: str) -> None:
    """Record that the stored data is encrypted with this secret; only `rekey` calls this."""
    await AppMetadata.update_or_create({"value": fingerprint(app_secret)}, key=_KEY)
