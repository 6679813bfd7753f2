"""Rows of the audit trail."""

from typing import Any, Final, NoReturn

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.manager import Manager
from tortoise.models import Model
from tortoise.queryset import QuerySet

from zerobyte.core import clock
from zerobyte.db.base import json_field, number_field

MOST_AT_ONCE: Final = 10_000


class Unchangeable(TypeError):
    """The audit trail is only added to."""


class _Reading(QuerySet["AuditLine"]):
    """Queries that can read, and nothing else."""

    def update(self, **_: Any) -> NoReturn:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Refuse."""
        raise Unchangeable("The audit trail is only added to")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise Unchangeable("The audit trail is only added to")


class _Readers(Manager):
    def get_queryset(self) -> QuerySet[Any]:
        return _Reading(AuditLine)


class AuditLine(Model):
    """One thing that somebody did or tried. It outlives everybody it names: nothing refers to it.

    id                  the order of the lines.
    actor_id            None when nobody was recognised, such as at a failed sign-in.
    impersonated_by     the admin who acted in the actor's name.
    source              browser, api-key, or none.
    action              the operation's id.
    result              succeeded, refused (not allowed) or failed.
    organization_id     None is the installation's own trail.
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
        manager = _Readers()
        indexes = (("organization_id", "id"),)

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Any = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """Write a new line; one that is written stays as it is."""
        if self._saved_in_db:
            raise Unchangeable("The audit trail is only added to")
        await super().save(using_db, update_fields, force_create, force_update)

    async def delete(self, using_db: BaseDBAsyncClient | None = None) -> NoReturn:
        """Refuse."""
        del using_db
        raise Unchangeable("The audit trail is only added to")

    @classmethod
    async def expire(cls, before_ms: int) -> int:
        """Remove the oldest lines that are from before a time; the only way in which lines go.

        Returns how many went: at most `MOST_AT_ONCE`, so that nobody waits long for it.
        """
        old = QuerySet(cls).filter(created_at__lt=before_ms)
        last = await old.order_by("id").offset(MOST_AT_ONCE - 1).first()
        return await (old if last is None else old.filter(id__lte=last.id)).delete()
