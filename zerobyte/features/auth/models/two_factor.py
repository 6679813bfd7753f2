"""Rows of two-factor authentication: secrets, open challenges and trusted devices."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, key_field, number_field, text_field


class TwoFactor(Row):
    """A user's two-factor data. Pending values become active with their first right code.

    secret, pending_secret      encrypted; None if there is none.
    backup_codes, pending_…     encrypted JSON lists of the unused codes.
    last_step                   newest 30-second step with a used code; no step is accepted twice.
    failures                    consecutive wrong codes at sign-in; ten lock the account.
    failed_at                   epoch ms of the last failure; start of the lock.
    """

    id: str = key_field(36, primary_key=True, default=ids.token)
    user: fields.OneToOneRelation[Any] = fields.OneToOneField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: str
    secret: str | None = text_field()
    backup_codes: str | None = text_field()
    pending_secret: str | None = text_field()
    pending_backup_codes: str | None = text_field()
    last_step: int = number_field(0)
    failures = fields.IntField(default=0)
    failed_at: int = number_field(0)

    class Meta:
        table = "two_factors"


class TwoFactorChallenge(Row):
    """A sign-in with a right password that waits for a two-factor code.

    token_hash      SHA-256 of the token in the browser's cookie.
    attempts        number of codes that were tried.
    """

    id: str = key_field(36, primary_key=True, default=ids.token)
    token_hash = fields.CharField(max_length=64, unique=True)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: str
    remembered = fields.BooleanField(default=True)
    attempts = fields.IntField(default=0)
    expires_at = fields.BigIntField(db_index=True)

    class Meta:
        table = "two_factor_challenges"


class TrustedDevice(Row):
    """A browser that skips two-factor; each use replaces its token."""

    id: str = key_field(36, primary_key=True, default=ids.token)
    token_hash = fields.CharField(max_length=64, unique=True)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: str
    expires_at = fields.BigIntField(db_index=True)

    class Meta:
        table = "trusted_devices"
