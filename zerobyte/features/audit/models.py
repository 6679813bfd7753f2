"""Rows of the audit log."""

from typing import Any, Final, NoReturn

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.manager import Manager
from tortoise.models import Model
from tortoise.queryset import QuerySet

from zerobyte.core import clock
from zerobyte.db.base import json_field, number_field

EXPIRY_BATCH_SIZE: Final = 10_000


class AppendOnlyViolation(TypeError):
    """The code tried to change or delete an audit entry."""


class _ReadOnlyQuerySet(QuerySet["AuditLine"]):
    """A query set without update and delete."""

    def update(self, **_: Any) -> NoReturn:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Raise AppendOnlyViolation."""
        raise AppendOnlyViolation("The audit log is append-only")

    def delete(self) -> NoReturn:
        """Raise AppendOnlyViolation."""
        raise AppendOnlyViolation("The audit log is append-only")


class _ReadOnlyManager(Manager):
    def get_queryset(self) -> QuerySet[Any]:
        return _ReadOnlyQuerySet(AuditLine)


class AuditLine(Model):
    """One audit entry. It has no foreign keys, so it outlives the users it names.

    id                  also the order of the entries.
    actor_id            None for an unauthenticated client, such as at a failed sign-in.
    impersonated_by     the admin who acted as the actor.
    source              browser, api-key, or none.
    action              the operation id.
    result              succeeded, refused (not allowed) or failed.
    organization_id     None for an entry of the instance.
    details             ids, roles and states; never a secret.
    """

    id: int = fields.BigIntField(primary_key=True)  # pyright: ignore[reportAssignmentType]
    created_at: int = number_field(clock.now_ms)
    organization_id = fields.CharField(max_length=36, null=True)
    actor_id = fields.CharField(max_length=36, null=True, db_index=True)
    actor_name = fields.CharField(max_length=255, null=True)
    impersonated_by = fields.CharField(max_length=36, null=True)
    source = fields.CharField(max_length=16)
    action = fields.CharField(max_length=64)
    result = fields.CharField(max_length=16)
    status = fields.IntField()
    reason = fields.CharField(max_length=128, null=True)
    address = fields.CharField(max_length=64)
    user_agent = fields.CharField(max_length=512)
    details: dict[str, Any] = json_field()

    class Meta:
        table = "audit_lines"
        manager = _ReadOnlyManager()
        indexes = (("organization_id", "id"),)

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Any = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """Insert a new entry. Raises AppendOnlyViolation for a stored one."""
        if self._saved_in_db:
            raise AppendOnlyViolation("The audit log is append-only")
        await super().save(using_db, update_fields, force_create, force_update)

    async def delete(self, using_db: BaseDBAsyncClient | None = None) -> NoReturn:
        """Raise AppendOnlyViolation."""
        del using_db
        raise AppendOnlyViolation("The audit log is append-only")

    @classmethod
    async def expire(cls, before_ms: int) -> int:
        """Remove the oldest entries from before a time. Nothing else removes entries.

        Returns the number of removed entries: at most `EXPIRY_BATCH_SIZE`, so that the write
        lock is held only briefly.
        """
        old = QuerySet(cls).filter(created_at__lt=before_ms)
        last = await old.order_by("id").offset(EXPIRY_BATCH_SIZE - 1).first()
        return await (old if last is None else old.filter(id__lte=last.id)).delete()
