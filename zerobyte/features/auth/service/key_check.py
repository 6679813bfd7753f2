"""Notices at start that APP_SECRET is not the one that the stored secrets were encrypted with.

One row of `app_metadata` holds a fingerprint of the secret. It is written at the first start and
by `rekey`, and never because another secret is in use: the operator may put the right one back.
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
    """Return a text that only this secret gives, and that does not lead back to it."""
    return hashlib.sha256(derive(app_secret, "zerobyte:key-check")).hexdigest()[:_LETTERS]


class KeyCheck:
    """Compares the secret of the settings with the one of the stored data."""

    def __init__(self, app_secret: str, sealer: Sealer) -> None:
        self._fingerprint = fingerprint(app_secret)
        self._sealer = sealer
        self._is_different = False

    async def run(self) -> bool:
        """Compare once at start; return False, after one line in the log, on a difference.

        An installation without the fingerprint gets it, unless its texts contradict.
        """
        stored = await stored_fingerprint()
        if stored is None:
            self._is_different = not await self._opens_stored_texts()
            if not self._is_different:
                # Another process may be first; its row stays.
                await AppMetadata.bulk_create(
                    [AppMetadata(key=_KEY, value=self._fingerprint)], ignore_conflicts=True
                )
        else:
            self._is_different = stored != self._fingerprint
        if self._is_different:
            _log.error(DIFFERENT)
        return not self._is_different

    async def problem(self) -> str | None:
        """Return the difference that was found at start; for readiness."""
        return DIFFERENT if self._is_different else None

    async def _opens_stored_texts(self) -> bool:
        """Returns True if any of the encrypted texts opens, or there is none.

        Every organization has one from its first day. A single one may be damaged or left over
        from an interrupted change of the secret, so one that opens is enough.
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
    """Return the fingerprint of the secret of the stored data, if there is one."""
    row = await AppMetadata.get_or_none(key=_KEY)
    return None if row is None else row.value


async def store_fingerprint(app_secret: str) -> None:
    """Record that the stored data is encrypted with this secret; for `rekey` alone."""
    await AppMetadata.update_or_create({"value": fingerprint(app_secret)}, key=_KEY)
