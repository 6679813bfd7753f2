"""The webhooks of schedules, stored encrypted with a masked copy for responses."""

from typing import Any, cast

from pydantic import ValidationError

from zerobyte.contract.webhooks import BackupWebhooks, Webhook
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Invalid
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.backups import present
from zerobyte.features.backups.models import Schedule


class ScheduleWebhooks:
    """Encrypts and decrypts the webhooks of schedules."""

    def __init__(self, *, sealer: Sealer) -> None:
        self._sealer = sealer

    def decrypt(self, row: Schedule) -> BackupWebhooks | None:
        """Return the webhooks in plain text. Raises DamagedConfig."""
        if not row.backup_webhooks:
            return None
        try:
            text = self._sealer.unseal(row.backup_webhooks["sealed"], aad=_aad(row))
            return BackupWebhooks.model_validate_json(text)
        except (KeyError, TypeError, AttributeError, ValidationError):
            raise DamagedConfig(
                "The stored webhooks of this schedule are damaged. Enter them again."
            ) from None

    async def encrypt_clear_rows(self) -> int:
        """Mask the addresses and bodies that older versions stored unmasked. Returns the count."""
        changed = 0
        for row in await Schedule.filter(backup_webhooks__isnull=False):
            stored: Any = row.backup_webhooks
            shown = present.shown_webhooks(row)
            if isinstance(stored, dict) and "shown" in stored and stored["shown"] != shown:
                new = {**cast("dict[str, Any]", stored), "shown": shown}
                await Schedule.filter(pk=row.pk).update(backup_webhooks=new)
                changed += 1
        return changed

    def encrypt(self, row: Schedule, sent: BackupWebhooks | None) -> dict[str, Any] | None:
        """Return the stored form of sent webhooks; None if there are none.

        A masked value in `sent` keeps the stored one.

        Raises
            Invalid     a webhook is not valid, or a masked value has no stored one.
        """
        if sent is None or (sent.pre is None and sent.post is None):
            return None
        try:
            stored = self.decrypt(row)
        except Unsealable:
            stored = None  # damaged, or its secrets are lost: every one must be entered again
        plain = BackupWebhooks(
            pre=_unmasked("pre", sent.pre, stored.pre if stored else None),
            post=_unmasked("post", sent.post, stored.post if stored else None),
        )
        for which, hook in (("pre", plain.pre), ("post", plain.post)):
            if hook is not None:
                require_valid(hook, at=("backupWebhooks", which))
        text = self._sealer.seal(plain.model_dump_json(by_alias=True), aad=_aad(row))
        return _stored_webhooks(plain, text)


def _unmasked(which: str, sent: Webhook | None, stored: Webhook | None) -> Webhook | None:
    try:
        return sent.unmasked(stored) if sent else None
    except ValueError as error:
        raise Invalid.at(["backupWebhooks", which], str(error)) from error


def _stored_webhooks(webhooks: BackupWebhooks, encrypted: str) -> dict[str, Any]:
    """Return the stored form: all of it encrypted, and a masked copy for responses."""
    shown = BackupWebhooks(
        pre=webhooks.pre.masked() if webhooks.pre else None,
        post=webhooks.post.masked() if webhooks.post else None,
    )
    return {"sealed": encrypted, "shown": shown.model_dump(mode="json", by_alias=True)}


def _aad(row: Schedule) -> str:
    return f"backup_schedules:{row.short_id}:webhooks"
