"""API keys: how they are made, shown once, recognised, and how they end.

Owns the key's form and its hash. A key acts for one person in one organization, and ends with
the membership, with a new password, or by itself.
"""

import base64
import hashlib
from typing import Any, Final, NamedTuple

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from zerobyte.core import clock, ids
from zerobyte.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from zerobyte.db import errors as db_errors
from zerobyte.features.auth.models import ApiKey, Member, User
from zerobyte.features.auth.schemas.api_keys import CreateApiKey
from zerobyte.features.auth.service.password_change import require_unchanged
from zerobyte.features.auth.service.sign_in import Accounts
from zerobyte.http.auth import Actor

LIMIT: Final = 50
_PREFIX: Final = "zb_"
_LETTERS: Final = 64
_DAY_S: Final = 86_400
_TOUCH_EVERY_MS: Final = 60_000
# Not part of the table: what the guard must know, fetched with the row in one go.
_ROLE: Final = (
    '(SELECT "role" FROM "members" WHERE "members"."user_id"="api_keys"."user_id" '
    'AND "members"."organization_id"="api_keys"."organization_id")'
)


class FoundKey(NamedTuple):
    """A key with its owner; `role` is None when the owner is no member any more."""

    key: ApiKey
    user: User
    role: str | None


class ApiKeys:
    """Makes, lists, finds and ends API keys."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def list_all(self, actor: Actor) -> list[ApiKey]:
        """The person's keys in the active organization that still hold, newest first."""
        own = ApiKey.filter(user_id=actor.user_id, organization_id=actor.organization_id)
        return await _living(own).order_by("-created_at", "-id")

    async def create(self, actor: Actor, body: CreateApiKey) -> tuple[ApiKey, str]:
        """A new key: its row, and the key itself, which nobody can read again.

        Raises
            Invalid             it would end within a day or after more than a year.
            Unauthenticated     the password is wrong, or they have just left the organization.
            Forbidden           the person has no password here.
            TooManyRequests     there were too many wrong passwords.
            Conflict            the person has 50 keys.
        """
        seconds = body.expires_in
        if seconds is not None and not _DAY_S <= seconds <= 365 * _DAY_S:
            raise Invalid.at(["expiresIn"], "expiresIn must be between 1 day and 365 days")
        checked = await self._accounts.check_password(
            actor.user_id, body.password, purpose="create API keys"
        )
        key = _PREFIX + ids.letters(_LETTERS)
        async with in_transaction():
            # Many at once must not slip past the limit: one of a person after the other.
            await require_unchanged(actor.user_id, checked, Unauthenticated("Invalid password"))
            place = Member.filter(user_id=actor.user_id, organization_id=actor.organization_id)
            if not await place.exists():
                raise Unauthenticated("Unauthorized", code="UNAUTHORIZED")
            if await _living(ApiKey.filter(user_id=actor.user_id)).count() >= LIMIT:
                raise Conflict("API key limit reached")
            row = await ApiKey.create(
                user_id=actor.user_id,
                organization_id=actor.organization_id,
                name=body.name,
                key_hash=_hash(key),
                start=key[:6],
                expires_at=None if seconds is None else clock.now_ms() + seconds * 1000,
            )
        return row, key

    async def delete(self, actor: Actor, key_id: str) -> None:
        """End one of the person's own keys in the active organization. Raises NotFound."""
        own = ApiKey.filter(user_id=actor.user_id, organization_id=actor.organization_id)
        if not await own.filter(id=key_id).delete():
            raise NotFound("API key not found")

    async def find(self, key: str) -> FoundKey | None:
        """Whose key it is, if it still holds; notes when it was used."""
        if len(key) != len(_PREFIX) + _LETTERS or not key.startswith(_PREFIX):
            return None
        found: Any = (
            await ApiKey.filter(key_hash=_hash(key))
            .select_related("user")
            .annotate(member_role=RawSQL(_ROLE))
            .first()
        )
        now = clock.now_ms()
        if found is None or (found.expires_at is not None and found.expires_at <= now):
            return None
        if now - (found.last_request_at or 0) >= _TOUCH_EVERY_MS:
            with db_errors.ignore_unavailable_database():
                await ApiKey.filter(id=found.id).update(last_request_at=now)
        return FoundKey(found, found.user, found.member_role)


async def revoke_keys(user_id: str, *, organization_id: str | None = None) -> None:
    """End all keys of a person, or those in one organization."""
    keys = ApiKey.filter(user_id=user_id)
    await (keys.filter(organization_id=organization_id) if organization_id else keys).delete()


def _living(keys: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
    return keys.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now_ms()))


def _hash(key: str) -> str:
    digest = hashlib.sha256(key.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
