"""Rows of the second factor: its secret, challenges that are open, and devices that are trusted."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, key_field, number_field, text_field


class TwoFactor(Row):
    """A person's second factor. What is pending counts only once a code of it was right.

    secret, pending_secret      sealed; None when there is none.
    backup_codes, pending_…     sealed JSON lists of the codes that are left.
    last_step                   the newest 30-second step whose code was used; none is used twice.
    failures                    wrong codes at sign-in in a row; ten lock.
    failed_at                   epoch ms of the last of them; the lock counts from here.
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
    """A sign-in whose password was right and whose second factor is awaited.

    token_hash      SHA-256 of what the browser's cookie holds.
    attempts        codes that were tried on it.
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
    """A browser that need not show the second factor again; its token changes at each use."""

    id: str = key_field(36, primary_key=True, default=ids.token)
    token_hash = fields.CharField(max_length=64, unique=True)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: str
    expires_at = fields.BigIntField(db_index=True)

    class Meta:
        table = "trusted_devices"
