"""API keys: create, list, look up and delete.

A key acts for one user in one organization. It becomes invalid with the membership, a password
change, or its expiry. Only its SHA-256 is stored.
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
_KEY_LENGTH: Final = 64
_DAY_S: Final = 86_400
_TOUCH_EVERY_MS: Final = 60_000
# Not a column of the table: the member role, fetched in the same query.
_ROLE: Final = (
    '(SELECT "role" FROM "members" WHERE "members"."user_id"="api_keys"."user_id" '
    'AND "members"."organization_id"="api_keys"."organization_id")'
)


class FoundKey(NamedTuple):
    """A key with its user; `role` is None if the user is no longer a member."""

    key: ApiKey
    user: User
    role: str | None


class ApiKeys:
    """Creates, lists, finds and deletes API keys."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def list_all(self, actor: Actor) -> list[ApiKey]:
        """List the user's valid keys in the active organization, newest first."""
        own = ApiKey.filter(user_id=actor.user_id, organization_id=actor.organization_id)
        return await _active(own).order_by("-created_at", "-id")

    async def create(self, actor: Actor, body: CreateApiKey) -> tuple[ApiKey, str]:
        """Create a key; return its row and the plain key, which cannot be read again.

        Raises
            Invalid             the expiry is not between 1 day and 365 days.
            Unauthenticated     the password is wrong, or the user has just left the organization.
            Forbidden           the user has no local password.
            TooManyRequests     there were too many wrong passwords.
            Conflict            the user has 50 keys.
        """
        seconds = body.expires_in
        if seconds is not None and not _DAY_S <= seconds <= 365 * _DAY_S:
            raise Invalid.at(["expiresIn"], "expiresIn must be between 1 day and 365 days")
        checked = await self._accounts.check_password(
            actor.user_id, body.password, purpose="create API keys"
        )
        key = _PREFIX + ids.letters(_KEY_LENGTH)
        async with in_transaction():
            # This locks the user, so that simultaneous requests cannot exceed the limit.
            await require_unchanged(actor.user_id, checked, Unauthenticated("Invalid password"))
            membership = Member.filter(user_id=actor.user_id, organization_id=actor.organization_id)
            if not await membership.exists():
                raise Unauthenticated("Unauthorized", code="UNAUTHORIZED")
            if await _active(ApiKey.filter(user_id=actor.user_id)).count() >= LIMIT:
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
        """Delete one of the user's keys in the active organization. Raises NotFound."""
        own = ApiKey.filter(user_id=actor.user_id, organization_id=actor.organization_id)
        if not await own.filter(id=key_id).delete():
            raise NotFound("API key not found")

    async def find(self, key: str) -> FoundKey | None:
        """Return the valid key with its user, or None; update `last_request_at`."""
        if len(key) != len(_PREFIX) + _KEY_LENGTH or not key.startswith(_PREFIX):
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
    """Delete all keys of a user, or only those in one organization."""
    keys = ApiKey.filter(user_id=user_id)
    await (keys.filter(organization_id=organization_id) if organization_id else keys).delete()


def _active(keys: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
    return keys.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now_ms()))


def _hash(key: str) -> str:
    digest = hashlib.sha256(key.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
