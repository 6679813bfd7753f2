"""Write, read and expire audit entries.

Owners and admins read the entries of their organization; instance admins also those of the
instance. Entries cannot be changed. Only their age removes them, and the removal is audited.
"""

from typing import Any, Final

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from zerobyte.core import clock
from zerobyte.features.audit import models
from zerobyte.features.audit.models import AuditLine
from zerobyte.features.audit.present import entry_view
from zerobyte.features.audit.schemas import AuditPage, AuditQuery
from zerobyte.http.audit import Entry
from zerobyte.http.auth import Actor

_DAY_MS: Final = 86_400_000


class AuditLog:
    """The `Auditor` of the API."""

    async def record(self, entry: Entry) -> None:
        """Store an entry."""
        principal = entry.principal
        await AuditLine.create(
            organization_id=entry.organization_id,
            actor_id=principal and principal.user_id,
            actor_name=principal and principal.name[:255],
            impersonated_by=principal and principal.impersonated_by,
            source=principal.source if principal else "none",
            action=entry.action,
            result=entry.result,
            status=entry.status,
            reason=entry.reason and entry.reason[:128],
            address=entry.address,
            user_agent=entry.user_agent,
            details=dict(entry.details),
        )

    async def expire(self, days: int) -> int:
        """Remove entries older than this many days and audit the removal; 0 keeps all.

        Returns the number of removed entries.
        """
        before, total = clock.now_ms() - days * _DAY_MS, 0
        while days:
            async with in_transaction():
                removed = await AuditLine.expire(before)
                if removed:
                    await self.record(_expiry_entry(removed, before=before, days=days))
            total += removed
            if removed < models.EXPIRY_BATCH_SIZE:
                break
        return total

    async def page(self, actor: Actor, query: AuditQuery) -> AuditPage:
        """Return a page of the entries that the actor may read, newest first."""
        rows = (
            await AuditLine.filter(_readable_by(actor), _filters(query))
            .order_by("-id")
            .limit(query.limit + 1)
        )
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        return AuditPage(
            entries=[entry_view(row) for row in shown],
            next_before=shown[-1].id if more else None,
        )


def _expiry_entry(removed: int, *, before: int, days: int) -> Entry:
    return Entry(
        action="upkeep:audit-retention",
        result="succeeded",
        status=0,
        organization_id=None,
        principal=None,
        address="",
        user_agent="zerobyte",
        details={"removed": removed, "before": before, "days": days},
    )


def _readable_by(actor: Actor) -> Q:
    in_organization = Q(organization_id=actor.organization_id)
    # An API key serves one organization: only a browser session reads the instance's entries.
    if actor.instance_role == "admin" and actor.source == "browser":
        return in_organization | Q(organization_id__isnull=True)
    return in_organization


def _filters(query: AuditQuery) -> Q:
    filters: dict[str, Any] = {
        "actor_id": query.actor,
        "action": query.action,
        "result": query.result,
        "created_at__gte": query.since,
        "created_at__lt": query.until,
        "id__lt": query.before,
    }
    return Q(**{name: value for name, value in filters.items() if value is not None})
