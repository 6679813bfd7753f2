"""Rows of users and their ways to sign in."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, key_field, text_field


class User(Row):
    """A user. `email` and `username` are stored in lower case, for comparison.

    display_username    the username as entered.
    role                admin (of the whole installation) or user.
    ban_expires         epoch ms; None: permanent.
    """

    id: str = key_field(36, primary_key=True, default=ids.token)
    name = fields.CharField(max_length=255)
    email = fields.CharField(max_length=320, unique=True)
    email_verified = fields.BooleanField(default=False)
    image = fields.TextField(null=True)
    username = fields.CharField(max_length=36, unique=True)
    display_username = fields.CharField(max_length=36, null=True)
    role = fields.CharField(max_length=16, default="user")
    banned = fields.BooleanField(default=False)
    ban_reason: str | None = text_field()
    ban_expires: Any = fields.BigIntField(null=True)
    two_factor_enabled = fields.BooleanField(default=False)
    has_downloaded_restic_password = fields.BooleanField(default=False)
    date_format = fields.CharField(max_length=32, default="MM/DD/YYYY")
    time_format = fields.CharField(max_length=8, default="12h")

    class Meta:
        table = "users"


class Account(Row):
    """One way in which a user signs in.

    provider_id     `credential` for a password, otherwise an identity provider's id.
    account_id      the user's id at that provider; for a password, the user's own id.
    password_hash   argon2id; None unless the provider is `credential`.
    """

    id: str = key_field(36, primary_key=True, default=ids.token)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    user_id: str
    provider_id = fields.CharField(max_length=255)
    account_id = fields.CharField(max_length=255)
    password_hash: str | None = text_field()

    class Meta:
        table = "accounts"
        unique_together = (("provider_id", "account_id"),)
